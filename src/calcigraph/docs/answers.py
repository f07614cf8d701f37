"""Answers as tables for the pages: for its example and for all, each question is asked of the real evidence."""

from __future__ import annotations

import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.questions.answers import PARTS, heading, to_separated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.api import Evidence
    from calcigraph.questions.answers import Answer, Value
    from calcigraph.questions.catalog import Question

SHOWN_ROWS = 200
"""Rows that a page shows at most; the CSV file has them all."""
_LABEL = "_label"
_SHORT = 24


class Column(NamedTuple):
    """A column as a page shows it: its heading, and how its values are set: as numbers, addresses, words or text."""

    heading: str
    style: str


class Cell(NamedTuple):
    """One value: its text, the IRI that it stands for if it has one, or the addresses that it lists."""

    text: str
    iri: str = ""
    parts: tuple[str, ...] = ()


class Table(NamedTuple):
    """An answer as a page shows it: what was asked, the first rows, how many there are, and its CSV file."""

    command: str
    columns: list[Column]
    rows: list[list[Cell]]
    total: int
    file: str
    csv: str


def tables(evidence: Evidence, question: Question) -> Iterator[Table]:
    """Yield the answer to the question's example, and to the question without parameters where it needs none."""
    name = question.name
    yield _table(evidence.answer(question, asked(question)), question.example, f"{name}-example.csv")
    if not any(parameter.required for parameter in question.parameters.values()):
        yield _table(evidence.answer(question, {}), f"calcigraph ask {name}", f"{name}.csv")


def asked(question: Question) -> dict[str, str]:
    """Return the parameters of the question's example."""
    words = shlex.split(question.example)[3:]
    return {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}


def _table(answer: Answer, command: str, file: str) -> Table:
    shown = [column for column in answer.columns if column + _LABEL not in answer.columns]
    rows = [[_cell(answer, row, column) for column in shown] for row in range(min(len(answer), SHOWN_ROWS))]
    columns = [
        Column(heading(column), _style(answer, column, [row[index] for row in rows]))
        for index, column in enumerate(shown)
    ]
    return Table(command, columns, rows, len(answer), file, to_separated(answer, ","))


def _style(answer: Answer, column: str, cells: list[Cell]) -> str:
    if column == PARTS:
        return "parts"
    if _is_number(answer, column):
        return "number"
    return "wrap" if any(len(cell.text) > _SHORT for cell in cells) else "words"


def _is_number(answer: Answer, column: str) -> bool:
    index = answer.columns.index(column)
    values = [row[index] for row in answer.rows if row[index] is not None]
    return bool(values) and all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values)


def _cell(answer: Answer, row: int, column: str) -> Cell:
    index = answer.columns.index(column)
    text = _text(answer.rows[row][index])
    term = answer.terms[row][index]
    if column == PARTS:
        return Cell("", parts=tuple(text.split()))
    if term is not None and term["type"] == "uri":
        return Cell("", iri=term["value"])
    if column.endswith(_LABEL) and column.removesuffix(_LABEL) in answer.columns:
        named = answer.terms[row][answer.columns.index(column.removesuffix(_LABEL))]
        if named is not None and named["type"] == "uri":
            return Cell(text, iri=named["value"])
    return Cell(text)


def _text(value: Value) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
