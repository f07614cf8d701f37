"""What the server and its workers say to each other: frames of a kind and bytes, over a pair of sockets."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import BinaryIO

HEAD = struct.Struct(">cI")
JOB = b"J"
DATA = b"D"
END = b"E"
ERROR = b"X"
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Job:
    """A query to run: its text, its dataset (None is what the query itself says, or everything), and formats.

    `solutions` and `graph` are the formats for rows and for triples, by their names; None is one that the
    client would not accept.
    """

    query: str
    solutions: str | None
    graph: str | None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None

    def to_bytes(self) -> bytes:
        """Return the job as a frame's bytes; `from_bytes` reads it back."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Job:
        """Return the job that `to_bytes` wrote."""
        fields: dict[str, Any] = json.loads(data)
        for name in ("default_graphs", "named_graphs"):
            if fields[name] is not None:
                fields[name] = tuple(fields[name])
        return cls(**fields)


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
