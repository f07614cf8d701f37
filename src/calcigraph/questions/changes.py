"""Compare two states of the evidence: what is new, what changed and what is gone, in the words of evidence.

Each section is a query whose rows have a key, what they are about, and a state in words; its header names the lists:

    #+ appeared: New findings
    #+ changed: Findings that changed
    #+ gone: Findings that are gone
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calcigraph.questions.answers import texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from calcigraph.questions.ask import Endpoint

_HEADER = re.compile(r"^#\+ (appeared|changed|gone): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs: what it is about, and its state before and after; None where there is no such row."""

    key: str
    about: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """One list: its section, its kind (appeared, changed or gone), its heading, and what differs."""

    section: str
    kind: str
    heading: str
    changes: tuple[Change, ...]


def changes(old: Endpoint, new: Endpoint, queries: Iterable[Path]) -> list[Changes]:
    """Return the lists in which something differs, in the order of the queries.

    Raises ValueError for a query without its header, and EndpointFailed if a distant endpoint does not answer.
    """
    return [one for path in queries for one in _section(old, new, path) if one.changes]


def _section(old: Endpoint, new: Endpoint, path: Path) -> Iterator[Changes]:
    text = path.read_text(encoding="utf-8")
    headings = dict(_HEADER.findall(text))
    if headings.keys() != {"appeared", "changed", "gone"}:
        message = f"{path.name}: the header names the three lists, `#+ appeared: …`, `#+ changed: …` and `#+ gone: …`"
        raise ValueError(message)
    before, after = _rows(old, text), _rows(new, text)
    section = path.stem.partition("-")[2]
    differing = {
        "appeared": [Change(key, about, None, state) for key, (about, state) in after.items() if key not in before],
        "changed": [
            Change(key, about, before[key][1], state)
            for key, (about, state) in after.items()
            if key in before and before[key] != (about, state)
        ],
        "gone": [Change(key, about, state, None) for key, (about, state) in before.items() if key not in after],
    }
    for kind, heading in headings.items():
        yield Changes(section, kind, heading, tuple(differing[kind]))


def _rows(endpoint: Endpoint, query: str) -> dict[str, tuple[str, str]]:
    return {row["key"]: (row["about"], row["state"]) for row in texts(endpoint.select(query))}


def to_json(lists: Sequence[Changes]) -> str:
    """Return the lists as JSON: an object per section, with a list per kind."""
    sections: dict[str, dict[str, object]] = {}
    for one in lists:
        rows = [{"key": c.key, "about": c.about, "before": c.before, "after": c.after} for c in one.changes]
        sections.setdefault(one.section, {})[one.kind] = rows
    return json.dumps(sections, ensure_ascii=False, indent=2) + "\n"


def to_markdown(lists: Sequence[Changes]) -> str:
    """Return the lists as Markdown, ready to be a comment: a heading with the number, and a line each."""
    parts = [f"### {one.heading} ({len(one.changes)})\n\n" + "\n".join(_bullets(one)) + "\n" for one in lists]
    return "\n".join(parts) if parts else "The evidence is the same.\n"


def _bullets(one: Changes) -> Iterator[str]:
    for change in one.changes:
        about = re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", change.about)
        yield re.sub(r"\s+", " ", f"- **{about}**: {said(change)}")


def said(change: Change) -> str:
    """Return the state of a row in words, or both with an arrow between them.

    >>> said(Change("x", "warfarin", "V", "IV"))
    'V → IV'
    """
    return " → ".join(state for state in (change.before, change.after) if state is not None)
