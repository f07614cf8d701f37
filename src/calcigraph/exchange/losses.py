"""What a format could not carry: counted while it is written, and told as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calcigraph.exchange.source import Source


@dataclass(slots=True)
class Losses:
    """The losses of one export: how many statements or parts of a kind were left out, and why.

    `as_of` is the earlier day of which the export is a view, or nothing. `carried` is how many statements the export
    holds, of a format that lets only some through. `marks` say how the sources stand that were retracted, doubted,
    corrected or superseded, of which few formats can tell.
    """

    counted: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    as_of: str = ""

    carried: int | None = None

    marks: tuple[str, ...] = ()

    def add(self, kind: str, what: str, why: str, count: int = 1) -> None:
        """Count something that was left out: its kind, what of it, and why."""
        if count:
            self.counted[kind, what, why] += count

    def add_unread(self, source: Source) -> None:
        """Count the statements of records that no one read: the format has no place for them."""
        for part in source.parts.values():
            if not part.read:
                self.add(part.kind, "*", "the format has no place for it, or a rule of the export left it out")
                continue
            for name, count in part.unread().items():
                self.add(part.kind, name, "the format has no place for it", count)

    @property
    def total(self) -> int:
        """How much was left out."""
        return self.counted.total()

    def to_json(self, name: str) -> str:
        """Return the losses of a format as JSON, in order of kind, statement and reason."""
        lost = [
            {"kind": kind, "what": what, "why": why, "count": count}
            for (kind, what, why), count in sorted(self.counted.items())
        ]
        of: dict[str, str | int | list[str]] = {"as_of": self.as_of} if self.as_of else {}
        of |= {} if self.carried is None else {"carried": self.carried}
        of |= {"marked_sources": list(self.marks)} if self.marks else {}
        return json.dumps({"format": name, **of, "lost": lost}, indent=1, ensure_ascii=False) + "\n"
