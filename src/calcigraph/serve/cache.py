"""Answers that are kept while their build is current, the ones used last, up to a number of bytes."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import NamedTuple

_CHANGING = re.compile(r"\b(?:now|rand|uuid|struuid)(?:\s|#[^\n]*\n)*\(", re.IGNORECASE)
"""Functions whose value changes from one run to the next. A query that only seems to use one is not kept, no more."""
_SHARE = 16
"""One answer may take this part of the whole."""


class Kept(NamedTuple):
    """An answer: its bytes, and its Content-Type."""

    content: bytes
    content_type: str


def repeatable(query: str) -> bool:
    """Return whether the query has the same answer each time on one build.

    >>> repeatable("SELECT * { ?s ?p ?o }"), repeatable("SELECT (NOW() AS ?t) {}")
    (True, False)
    """
    return _CHANGING.search(query) is None


class Cache:
    """A table of answers by key that forgets those not used for longest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> Kept | None:
        """Return the answer, if it is kept."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def takes(self, length: int) -> bool:
        """Return whether an answer of that many bytes would be kept."""
        return length <= self._limit // _SHARE

    def put(self, key: str, kept: Kept) -> None:
        """Keep the answer, and forget others if it takes too much."""
        if key in self._kept or not self.takes(len(kept.content)):
            return
        self._kept[key] = kept
        self._bytes += len(kept.content) + len(key)
        while self._bytes > self._limit:
            old, forgotten = self._kept.popitem(last=False)
            self._bytes -= len(forgotten.content) + len(old)
