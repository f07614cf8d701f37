"""Write safe repairs into a file: each takes the place of the text that a problem names, and nothing else changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calcigraph.errors import Problem

_BOM = "\ufeff"
_PLAIN = re.compile(r"[A-Za-z0-9][\w ./()-]*", re.ASCII)


def mended(data: bytes, problems: Iterable[Problem]) -> tuple[bytes, list[Problem]]:
    """Return the bytes of a record with the repairs of the problems in it, and the problems that were repaired.

    A repair is left out where the text at the place of a problem is not the one that it names, such as a value over
    several lines or one with escapes.
    """
    text = data.decode("utf-8")
    start = len(_BOM) if text.startswith(_BOM) else 0
    lines = text[start:].splitlines(keepends=True)
    done = []
    for problem in sorted(problems, key=lambda p: (p.line, p.column), reverse=True):
        if not problem.repair or not 0 < problem.line <= len(lines):
            continue
        line = lines[problem.line - 1]
        before, rest = line[: problem.column - 1], line[problem.column - 1 :]
        found = _replaced(rest, problem.text, problem.repair)
        if found is not None:
            lines[problem.line - 1] = before + found
            done.append(problem)
    return (text[:start] + "".join(lines)).encode(), done[::-1]


def _replaced(rest: str, text: str, repair: str) -> str | None:
    """Return the rest of a line with the repair in the place of the text at its beginning, if that stands there."""
    for quote in ("'", '"'):
        if rest.startswith(f"{quote}{text}{quote}"):
            return _quoted(repair) + rest[len(text) + 2 :]
    if text and rest.startswith(text) and not re.match(r"[\w-]", rest[len(text) :]):
        return (repair if _plain(repair) else _quoted(repair)) + rest[len(text) :]
    return None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _plain(text: str) -> bool:
    """Whether YAML reads the text as itself when it stands without quotes, in a list too."""
    return _PLAIN.fullmatch(text) is not None and text == text.strip()
