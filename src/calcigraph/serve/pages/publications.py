"""The page of publications: all records or those of a kind, a treatment, a condition or some years, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from calcigraph.figures.terms import CONDITION, TREATMENT
from calcigraph.names.nearest import nearest
from calcigraph.serve.pages.links import local, outside
from calcigraph.serve.pages.render import page
from calcigraph.serve.problems import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from calcigraph.serve.pages.library import Library, Row

FIELDS = ("kind", "treatment", "condition", "from", "to", "page")
"""What the page may be asked for."""
_MOST = 50
"""Records on one page."""
_YEAR = 4
_DIGITS = 9


class Field(NamedTuple):
    """A choice in the form: its value, its name, and how many records there are of it."""

    value: str
    name: str
    records: int


def publications_page(library: Library, base: str, given: Mapping[str, str]) -> str:
    """Return the records that are asked for, the latest first, of which one page is shown.

    Raises Refused for a kind, a year or a page that there is not, and UnknownName or AmbiguousName for a name.
    """
    rows = sorted(_chosen(library, given), key=lambda row: (-_year(row), row["label"]))
    number, last = _page(given, len(rows))
    filters = {name: value for name, value in given.items() if name != "page"}

    def at(place: int) -> str:
        asked = filters | ({"page": str(place)} if place > 1 else {})
        return f"{base}/publications" + (f"?{urlencode(asked)}" if asked else "")

    return page(
        "publications.html",
        base=base,
        given=given,
        kinds=_kinds(library.records.values()),
        treatments=_names(library, TREATMENT),
        conditions=_names(library, CONDITION),
        rows=[(row, outside(row)) for row in rows[(number - 1) * _MOST : number * _MOST]],
        number=number,
        last=last,
        first_row=(number - 1) * _MOST + 1,
        found=len(rows),
        total=len(library.records),
        before=at(number - 1) if number > 1 else "",
        after=at(number + 1) if number < last else "",
    )


def _chosen(library: Library, given: Mapping[str, str]) -> list[Row]:
    rows: Iterable[Row] = library.records.values()
    if "kind" in given:
        rows = _of_kind(library, given["kind"])
    for name, root in (("treatment", TREATMENT), ("condition", CONDITION)):
        if name in given:
            wanted = library.data.below(library.names.find(given[name], root=root))
            rows = [row for row in rows if wanted & library.touched.get(row["record"], frozenset())]
    first, last = (_asked_year(given, name) for name in ("from", "to"))
    if first is not None:
        rows = [row for row in rows if _year(row) >= first]
    if last is not None:
        rows = [row for row in rows if 0 < _year(row) <= last]
    return list(rows)


def _of_kind(library: Library, kind: str) -> list[Row]:
    known = sorted({local(row["kind"]) for row in library.records.values()})
    if kind not in known:
        near = nearest(kind, known, limit=1)
        hint = f" Nearest: {near[0]}." if near else ""
        raise Refused(Why.PARAMETER, f"There is no kind of record {kind!r}.{hint} There are: {', '.join(known)}.")
    return [row for row in library.records.values() if local(row["kind"]) == kind]


def _kinds(records: Iterable[Row]) -> Sequence[Field]:
    names: dict[str, str] = {}
    times: dict[str, int] = {}
    for row in records:
        kind = local(row["kind"])
        names[kind] = row["kind_label"]
        times[kind] = times.get(kind, 0) + 1
    return sorted((Field(kind, name, times[kind]) for kind, name in names.items()), key=lambda field: field.name)


def _names(library: Library, root: str) -> list[str]:
    """Return the names below a root of which there is a record."""
    touched = frozenset[str]().union(*library.touched.values())
    below = library.data.below(root) - {root}
    return sorted(library.data.label(iri) for iri in below if library.data.below(iri) & touched)


def _asked_year(given: Mapping[str, str], name: str) -> int | None:
    if name not in given:
        return None
    if len(given[name]) != _YEAR or not given[name].isdecimal():
        raise Refused(Why.PARAMETER, f"The year {name!r} is written with four digits, as 2019, not as {given[name]!r}.")
    return int(given[name])


def _page(given: Mapping[str, str], found: int) -> tuple[int, int]:
    """Return the number of the page that is asked for, and that of the last."""
    last = max(1, -(-found // _MOST))
    asked = given.get("page", "1")
    if not asked.isdecimal() or not 0 < int(asked[:_DIGITS]) <= last:
        raise Refused(Why.NOT_FOUND, f"There is no page {asked!r} of these records: there are {last}.")
    return int(asked[:_DIGITS]), last


def _year(row: Mapping[str, Any]) -> int:
    return int(str(row.get("year", 0))[:_YEAR])
