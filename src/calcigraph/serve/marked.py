"""The marks on sources that an answer names, as links in its head: rows have no place for them."""

from __future__ import annotations

import asyncio
import re
from functools import cached_property
from typing import IO, TYPE_CHECKING

from calcigraph.names.vocabulary import TERMS
from calcigraph.serve.wire import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from calcigraph.questions.marks import Mark

RELATION = TERMS + "noticeAddress"
"""The relation of a record to the notice on its source, in the sense of RFC 8288."""
_MOST = 10
"""Links in one head: proxies refuse heads of more than some kilobytes."""


class Marked:
    """The marks of a build, by record."""

    def __init__(self, marks: Mapping[str, Sequence[Mark]]) -> None:
        self._marks = {record.encode(): tuple(many) for record, many in marks.items()}

    async def link(self, content: IO[bytes]) -> str:
        """Return the value of a `Link` header with the notices on the records that rows name, or nothing.

        The rows are in a SPARQL results format, which writes addresses in full and something after each. The file
        stands at its start afterwards.
        """
        return await asyncio.to_thread(self._link_in, content) if self._marks else ""

    def _link_in(self, content: IO[bytes]) -> str:
        named = sorted(set(self._named(content)))
        content.seek(0)
        return ", ".join([_link(mark) for record in named for mark in self._marks[record]][:_MOST])

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        return re.compile(rb"(%b)(?=[^\w-])" % b"|".join(map(re.escape, self._marks)))

    def _named(self, content: IO[bytes]) -> Iterator[bytes]:
        longest = max(map(len, self._marks))
        before = b""
        while part := content.read(CHUNK):
            yield from (found[1] for found in self._pattern.finditer(before + part))
            before = part[-longest:]


def _link(mark: Mark) -> str:
    title = f"{mark.standing} since {mark.since}".encode("ascii", "replace").decode().replace('"', "'")
    return f'<{mark.address}>; rel="{RELATION}"; anchor="{mark.record}"; title="{title}"'
