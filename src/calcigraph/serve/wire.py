"""What the server and its workers say to each other: frames of a kind and bytes, over a pair of sockets."""

from __future__ import annotations

import marshal
import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

HEAD = struct.Struct(">cI")
JOB = b"J"
DATA = b"D"
END = b"E"
ERROR = b"X"
CHUNK = 64 * 1024


class Job(NamedTuple):
    """A query to run: its text, its dataset (None is what the query itself says, or everything), and formats.

    `solutions` and `graph` are the formats for rows and for triples, by their names; None is one that the
    client would not accept.
    """

    query: str
    solutions: str | None
    graph: str | None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    seconds: float | None = None
    """How long it may take, if that is not the limit for strangers."""

    def to_bytes(self) -> bytes:
        """Return the job as a frame's bytes; `from_bytes` reads it back, in a process of the same Python."""
        return marshal.dumps(tuple(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> Job:
        """Return the job that `to_bytes` wrote."""
        return cls._make(marshal.loads(data))  # noqa: S302 -- it comes from the server, by a socket of its own


def frame(kind: bytes, data: bytes) -> bytes:
    """Return a frame."""
    return HEAD.pack(kind, len(data)) + data


def receive(reader: BinaryIO) -> tuple[bytes, bytes] | None:
    """Return the next frame's kind and bytes, or None when the other side is gone."""
    head = reader.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    kind, length = HEAD.unpack(head)
    data = reader.read(length)
    return None if len(data) < length else (kind, data)
