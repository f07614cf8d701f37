"""Second extractions: what another reader took from a source, held against its record field by field.

A second extraction is a file of a record's form below `extractions/`, under the record's own id. It is no evidence of
its own. It says who made it and when, and under `resolved` which differences were settled, by whom and why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calcigraph.errors import Problem
from calcigraph.records.compare import Compared, Comparison, Place
from calcigraph.records.tree import MAX_BYTES, Items, Mapping, Scalar, Tree, parse_tree
from calcigraph.resources import read_limited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from calcigraph.records.context import RecordContext

RESOLVED = "resolved"
_RESOLUTION = ("field", "kept", "by", "on", "because")


@dataclass(frozen=True, slots=True)
class Pair:
    """A record and its second extraction: the id, who made each, what was compared, and what is wrong in the second."""

    id: str
    first_by: str
    second_by: str
    status: str
    status_place: Place
    fields: tuple[Compared, ...]
    problems: tuple[Problem, ...]


def pair(
    record: Path,
    extraction: Path,
    names: tuple[str, str],
    context: RecordContext,
    meant: Callable[[str], Sequence[str]],
) -> Pair:
    """Return a record held against its second extraction; `names` are those of the files in messages.

    `meant` gives the labels of the terms that a synonym may mean. Where a file has no record's form the pair is empty,
    and the problems say why.
    """
    first, second = (_tree(path, name) for path, name in zip((record, extraction), names, strict=True))
    if isinstance(first, Problem) or isinstance(second, Problem):
        found = [one for one in (first, second) if isinstance(one, Problem)]
        return Pair(extraction.stem, "", "", "", Place(names[0], 1, 1), (), tuple(found))
    settled, problems = _resolutions(second, names[1])
    fields = tuple(
        one if one.path not in settled else _settled(one, settled[one.path])
        for one in Comparison(context, meant, names).nodes(first, second, "")
    )
    by, other = _by(first), _by(second)
    if not other:
        message = "A second extraction says who made it: write curated_by and curated_on under curation."
        problems.append(Problem(names[1], second.line, second.column, "no-reader", message))
    elif by == other:
        message = f"{other!r} made the record too: a second extraction is another reader's."
        problems.append(Problem(names[1], second.line, second.column, "same-reader", message))
    problems += _idle(settled, fields, names[1])
    status = _below(first, "curation", "status")
    place = Place(names[0], status.line, status.column) if isinstance(status, Scalar) else Place(names[0], 1, 1)
    text = status.text if isinstance(status, Scalar) else ""
    return Pair(extraction.stem, by, other, text, place, fields, tuple(problems))


def unsettled(found: Pair) -> list[Problem]:
    """Return what is wrong in a second extraction, and each open difference if the record is reviewed."""
    problems = list(found.problems)
    if found.status == "reviewed":
        for one in found.fields:
            if one.open:
                message = (
                    f"{one.path} is {_shown(one.first)} here and {_shown(one.second)} in the second extraction "
                    f"({one.other.file}:{one.other.line}): settle it before the record is reviewed."
                )
                problems.append(Problem(*one.place, "unsettled", message, text=one.first or ""))
    return problems


def _shown(text: str | None) -> str:
    return "not given" if text is None else repr(text)


def _tree(path: Path, name: str) -> Mapping | Problem:
    try:
        parsed = parse_tree(read_limited(path, MAX_BYTES))
    except OSError as error:
        return Problem(name, 0, 0, "unreadable", f"The file cannot be read: {error.strerror}.")
    if parsed.tree is None:
        fault = parsed.faults[0]
        return Problem(name, fault.line, fault.column, fault.code, fault.message)
    return parsed.tree


def _below(tree: Mapping, *keys: str) -> Tree | None:
    found: Tree | None = tree
    for key in keys:
        found = found.entries.get(key) if isinstance(found, Mapping) else None
    return found


def _by(tree: Mapping) -> str:
    by = _below(tree, "curation", "curated_by")
    return by.text if isinstance(by, Scalar) else ""


def _resolutions(tree: Mapping, file: str) -> tuple[dict[str, Mapping], list[Problem]]:
    """Return the settled differences by field, and what is wrong in them."""
    given = tree.entries.get(RESOLVED)
    if given is None:
        return {}, []
    settled: dict[str, Mapping] = {}
    problems = []
    for one in given.items if isinstance(given, Items) else [given]:
        entries = one.entries if isinstance(one, Mapping) else {}
        lacks = [key for key in _RESOLUTION if not isinstance(entries.get(key), Scalar)]
        name = entries.get("field")
        if lacks or not isinstance(one, Mapping) or not isinstance(name, Scalar):
            message = f"A settled difference says {', '.join(_RESOLUTION)}; this one lacks {', '.join(lacks)}."
            problems.append(Problem(file, one.line, one.column, "resolution", message))
        else:
            settled[name.text] = one
    return settled, problems


def _settled(one: Compared, by: Mapping) -> Compared:
    texts = {key: value.text for key, value in by.entries.items() if isinstance(value, Scalar)}
    words = f"{texts['kept']} kept by {texts['by']} on {texts['on']}: {texts['because']}"
    return replace(one, resolution=words)


def _idle(settled: dict[str, Mapping], fields: Sequence[Compared], file: str) -> Iterator[Problem]:
    """Yield a problem for each settled difference that is none."""
    differ = {one.path for one in fields if not one.agrees}
    for name, where in settled.items():
        if name not in differ:
            message = f"There is no difference in {name!r}: take it out of {RESOLVED}."
            yield Problem(file, where.line, where.column, "resolution", message, text=name)
