"""What comes on standard input to be validated: a record as YAML, or RDF."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.resources import RECORD_ENDINGS

if TYPE_CHECKING:
    from pathlib import Path

STDIN = "<stdin>"
_KEY = re.compile(r"---|%YAML|(?P<quote>[\"']?)\w+(?P=quote)[ \t]*:(?:[ \t]|$)")
"""How the first line of a record begins. In Turtle a prefix would have to be declared before it could stand so."""


class Given(NamedTuple):
    """What was given, and the file that it is to become; without one, messages call it <stdin>."""

    data: bytes
    path: Path | None

    @property
    def name(self) -> str:
        """What messages call it."""
        return STDIN if self.path is None else str(self.path)

    @property
    def is_record(self) -> bool:
        """Whether it is to be read as a record: so says the file's name or, without one, the first line."""
        if self.path is not None:
            return self.path.name.endswith(RECORD_ENDINGS)
        lines = self.data.decode("utf-8-sig", errors="replace").splitlines()
        first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
        return _KEY.match(first.rstrip()) is not None


def read_given(path: Path | None, limit: int) -> Given:
    """Return what stands on standard input, and of more than `limit` bytes only those and one more."""
    return Given(sys.stdin.buffer.read(limit + 1), path)
