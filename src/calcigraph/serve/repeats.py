"""Requests that come again byte by byte: what was sent for them is sent again, before anything reads them.

Whether an answer may be given again is decided behind, by `hits`; this keeps the bytes of the request and of the answer
for the connection that takes the next one. Only the time at which it is sent differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph.serve.cache import Cache

RAW = "calcigraph.raw"
"""Where a connection notes, in a request's scope, that it came whole and alone."""
AGAIN = "calcigraph.again"
"""Where the application notes that the same answer goes to the same request: an `Again`."""
LONGEST = 64 * 1024
"""Bytes of a request that is compared with those that came before."""
_DATE = b"date: "
_LINE = b"\r\n"

Key = tuple[str, bytes]
"""Who asks, and the bytes of the request: from a proxy that is trusted, they mean another client."""


class Repeat(NamedTuple):
    """What was sent, around the time at which it was."""

    status: bytes
    rest: bytes
    note: Callable[[float], None]
    """Logs and counts a request like this, which took so many seconds."""

    def sent(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        """Return what is sent now; `headers` begin with the time."""
        return b"%b\r\n%b: %b\r\n%b" % (self.status, *headers[0], self.rest)


class Again(NamedTuple):
    """Says that an answer may be kept as it is sent, where, and how many bytes its body has."""

    kept: Cache[Repeat]
    length: int
    note: Callable[[float], None]

    def keep(self, key: Key, sent: bytes) -> None:
        """Keep what was sent, if it is the head and the whole body of one answer."""
        status, _, after = sent.partition(_LINE)
        date, _, rest = after.partition(_LINE)
        body = rest.partition(2 * _LINE)[2]
        if date.startswith(_DATE) and len(body) == self.length:
            self.kept.put(key, Repeat(status, rest, self.note), len(key[1]) + len(sent))
