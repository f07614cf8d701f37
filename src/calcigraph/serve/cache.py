"""Answers that are kept while their build is current, the ones used last, up to a number of bytes."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

_CHANGING = re.compile(r"\b(?:now|rand|uuid|struuid)(?:\s|#[^\n]*\n)*\(", re.IGNORECASE)
"""Functions whose value changes from one run to the next. A query that only seems to use one is not kept, no more."""
_HINTS = ("now", "rand", "uuid")
"""One of these stands in each of their names: where there is none, the pattern need not look."""
_SHARE = 8
"""One answer may take this part of the whole."""
_ENTRY = 1024
"""Bytes that an entry takes besides its answer: many small answers are not free."""


Value = TypeVar("Value")


class Kept(NamedTuple):
    """An answer: its bytes, its Content-Type, and its Link, if it has one."""

    content: bytes
    content_type: str
    link: str = ""


def repeatable(query: str) -> bool:
    """Return whether the query has the same answer each time on one build.

    >>> repeatable("SELECT * { ?s ?p ?o }"), repeatable("SELECT (NOW() AS ?t) {}")
    (True, False)
    """
    lower = query.lower()
    return not any(word in lower for word in _HINTS) or _CHANGING.search(query) is None


class Cache(Generic[Value]):
    """A table of answers by key that forgets those not used for longest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> Value | None:
        """Return the answer, if it is kept."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return kept[0]

    def takes(self, length: int) -> bool:
        """Return whether an answer of that many bytes would be kept."""
        return length <= self._limit // _SHARE

    def put(self, key: Hashable, kept: Value, size: int) -> None:
        """Keep the answer, which takes that many bytes, and forget others if it takes too much."""
        if key in self._kept or not self.takes(size):
            return
        self._kept[key] = kept, size + _ENTRY
        self._bytes += size + _ENTRY
        while self._bytes > self._limit:
            _, (_, forgotten) = self._kept.popitem(last=False)
            self._bytes -= forgotten
