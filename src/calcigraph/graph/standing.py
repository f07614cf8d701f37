"""The table of the standing of sources: which was retracted, doubted, corrected or superseded, when, and who saw that.

A line marks one record. What its standing takes from the evidence is worked out by the build, not here.
"""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from calcigraph.errors import BadDate, Problem
from calcigraph.graph.dataset import GRAPHS
from calcigraph.names.days import first_and_last
from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import BASE, LABEL, RDF_TYPE, TERMS, fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import pyoxigraph as ox

    from calcigraph.names.vocabulary import Vocabulary

STANDING_GRAPH = GRAPHS + "standing"
COLUMNS = ("record", "standing", "since", "notice", "instead", "acknowledged_by", "acknowledged_on", "note")
UNSEEN = "unacknowledged-standing"
"""The code of a line that nobody has acknowledged. It does not stop a build, which shows what the line changes."""
UNKNOWN = "unknown-record"
"""The code of a line that names a record that is not there."""
_XSD = "http://www.w3.org/2001/XMLSchema#"
_FORMS = {4: "gYear", 7: "gYearMonth", 10: "date"}
_REPLACED = "http://purl.org/dc/terms/isReplacedBy"


class Line(NamedTuple):
    """A line of the table: where it stands, and its cells by column."""

    number: int
    cells: dict[str, str]

    def column(self, name: str) -> int:
        """Return where a cell begins, from 1."""
        before = COLUMNS[: COLUMNS.index(name)]
        return 1 + sum(len(self.cells[one]) + 1 for one in before)


def standing_quads(
    table: Path, vocabulary: Vocabulary, records: Collection[str]
) -> tuple[list[ox.Quad], list[Problem]]:
    """Return what the table says, a `cg:StandingNotice` per line, and what is wrong in it; nothing where there is none.

    `records` are the ids of all records. A line with a problem other than that nobody has acknowledged it is left out.
    """
    if not table.is_file():
        return [], []
    file = f"{table.parent.name}/{table.name}"
    lines, problems = _lines(table, file)
    standings = {
        fold(vocabulary.labels[term]): term
        for term in vocabulary.members.get(TERMS + "SourceStanding", ())
        if term in vocabulary.labels
    }
    quads: list[ox.Quad] = []
    for line in lines:
        found = list(_wrong(line, file, {fold_: vocabulary.labels[term] for fold_, term in standings.items()}, records))
        if not found:
            quads += _said(line, standings[fold(line.cells["standing"])])
            found += _unseen(line, file)
        problems += found
    return quads, problems


def _lines(table: Path, file: str) -> tuple[list[Line], list[Problem]]:
    try:
        text = table.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [], [Problem(file, 0, 0, "unreadable", f"The table of standings cannot be read: {error}.")]
    rows = csv.reader(text.splitlines(), delimiter="\t")
    head = tuple(next(rows, ()))
    if head != COLUMNS:
        message = f"The first line must name these columns, with tabs between them: {', '.join(COLUMNS)}."
        return [], [Problem(file, 1, 1, "columns", message, text="\t".join(head))]
    lines, problems = [], []
    for row in rows:
        if len(row) > len(COLUMNS):
            message = f"The line has {len(row)} cells; the table has {len(COLUMNS)} columns."
            problems.append(Problem(file, rows.line_num, 1, "columns", message))
        elif any(cell.strip() for cell in row):
            padded = [cell.strip() for cell in row] + [""] * (len(COLUMNS) - len(row))
            lines.append(Line(rows.line_num, dict(zip(COLUMNS, padded, strict=True))))
    return lines, problems


def _wrong(line: Line, file: str, standings: dict[str, str], records: Collection[str]) -> Iterator[Problem]:
    def problem(column: str, code: str, message: str, near: list[str] | None = None) -> Problem:
        hint = f" Nearest: {', '.join(near)}." if near else ""
        text = line.cells[column]
        return Problem(
            file, line.number, line.column(column), code, message + hint, text=text, nearest=tuple(near or ())
        )

    cells = line.cells
    for column in ("record", "instead"):
        if cells[column] not in records and (column == "record" or cells[column]):
            near = nearest(cells[column], records, limit=3)
            yield problem(column, UNKNOWN, f"There is no record {cells[column]!r}.", near)
    if fold(cells["standing"]) not in standings:
        near = [standings[one] for one in nearest(fold(cells["standing"]), standings, limit=3)]
        yield problem("standing", "unknown-term", f"{cells['standing']!r} is no standing of a source.", near)
    try:
        first_and_last(cells["since"])
    except BadDate as error:
        yield problem("since", "date", f"Since when it stands is a day, a month or a year: {error}")
    if urlsplit(cells["notice"]).scheme not in {"http", "https"} or " " in cells["notice"]:
        yield problem("notice", "address", "The notice is given by its address, such as https://doi.org/10.1000/182.")
    if bool(cells["acknowledged_by"]) != bool(cells["acknowledged_on"]):
        yield problem("acknowledged_by", "acknowledged", "Say both who acknowledged it and on which day.")
    elif cells["acknowledged_on"]:
        try:
            date.fromisoformat(cells["acknowledged_on"])
        except ValueError:
            yield problem("acknowledged_on", "date", "The day is written like 2026-11-26.")


def _unseen(line: Line, file: str) -> Iterator[Problem]:
    if not line.cells["acknowledged_by"]:
        cells = line.cells
        message = (
            f"The source of {cells['record']} is a {cells['standing']} since {cells['since']}, and nobody has "
            "acknowledged it. See what it changes with `calcigraph standing --report`, then write who did, and when."
        )
        yield Problem(file, line.number, 1, UNSEEN, message, text=line.cells["record"])


def _said(line: Line, standing: str) -> Iterator[ox.Quad]:
    import pyoxigraph as ox

    cells = line.cells
    record, given = ox.NamedNode(BASE + cells["record"]), ox.NamedNode(standing)
    notice = ox.NamedNode(f"{BASE}standing/{cells['record']}/{standing.removeprefix(TERMS)}")
    said: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        (RDF_TYPE, ox.NamedNode(TERMS + "StandingNotice")),
        (LABEL, ox.Literal(f"{cells['standing']} since {cells['since']}: {cells['record']}")),
        (TERMS + "marks", record),
        (TERMS + "givesStanding", given),
        (TERMS + "standsSince", _typed(cells["since"])),
        (TERMS + "noticeAddress", ox.NamedNode(cells["notice"])),
    ]
    if cells["instead"]:
        said.append((_REPLACED, ox.NamedNode(BASE + cells["instead"])))
    if cells["acknowledged_by"]:
        said.append((TERMS + "acknowledgedBy", ox.Literal(cells["acknowledged_by"])))
        said.append((TERMS + "acknowledgedOn", _typed(cells["acknowledged_on"])))
    if cells["note"]:
        said.append((TERMS + "note", ox.Literal(cells["note"])))
    graph = ox.NamedNode(STANDING_GRAPH)
    yield ox.Quad(record, ox.NamedNode(TERMS + "standing"), given, graph)
    for predicate, value in said:
        yield ox.Quad(notice, ox.NamedNode(predicate), value, graph)


def _typed(text: str) -> ox.Literal:
    import pyoxigraph as ox

    return ox.Literal(text, datatype=ox.NamedNode(_XSD + _FORMS[len(text)]))
