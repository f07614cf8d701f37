"""An answer as a table in the terminal; in a narrow one, each row as a card."""

from __future__ import annotations

import shutil
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from calcigraph.cli.grid import GAP, grid, headed
from calcigraph.questions.answers import heading

if TYPE_CHECKING:
    from calcigraph.questions.answers import Answer, Value
    from calcigraph.questions.catalog import Question

_WIDTH_OF_A_FILE = 220
_LEAST = 16
_NOT_REPORTED = "·"


def show(answer: Answer, question: Question) -> None:
    """Write the answer to standard output."""
    if not answer.rows:
        click.echo("Nothing in the graph answers this. Leave a parameter out to see more.", err=True)
        return
    shared = _shared(answer)
    for column, value in shared.items():
        click.echo(f"{heading(column)}: {value}\n")
    columns = [column for column in answer.shown if column not in shared]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH_OF_A_FILE
    click.echo(_table(answer, columns, width))
    click.echo(f"{len(answer)} rows. {_caution(question)}", err=True)


def _shared(answer: Answer) -> dict[str, str]:
    """Return the words that stand in every one of several rows; they are said once, above the table."""
    first, *others = answer
    return {
        column: value
        for column in answer.shown
        if others and isinstance(value := first[column], str) and all(row[column] == value for row in others)
    }


def _table(answer: Answer, columns: list[str], width: int) -> str:
    """Return a table, or cards where the width is too little for one."""
    rows = list(answer)
    numeric = [all(isinstance(row[column], (int, Decimal, type(None))) for row in rows) for column in columns]
    cells = [[heading(column) for column in columns], *[[_cell(row[column]) for column in columns] for row in rows]]
    room = width - GAP * len(columns)
    widths = _widths(cells, room)
    if sum(widths) > room:
        return _cards(answer, columns, width)
    return headed(cells, widths, numeric)


def _widths(cells: list[list[str]], room: int) -> list[int]:
    """Return the width of each column: what it needs, or a share of the room by need."""
    needed = [max(map(len, column)) for column in zip(*cells, strict=True)]
    widths = [0] * len(needed)
    order = sorted(range(len(needed)), key=needed.__getitem__)
    for place, index in enumerate(order):
        left, wanted = room - sum(widths), sum(needed[other] for other in order[place:])
        widths[index] = max(1, min(needed[index], max(_LEAST, left * needed[index] // wanted)))
    return widths


def _cards(answer: Answer, columns: list[str], width: int) -> str:
    cards = []
    for row in answer:
        cells = [(heading(column), _cell(row[column])) for column in columns if row[column] not in {None, ""}]
        names = max(len(name) for name, _ in cells)
        cards.append(grid(cells, (names, max(_LEAST, width - names - GAP))))
    return "\n\n".join(cards)


def _cell(value: Value) -> str:
    if value is None:
        return _NOT_REPORTED
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _caution(question: Question) -> str:
    counted = {"patients", "complete", "responders"} & set(question.columns)
    dash = f"{_NOT_REPORTED} is not reported. " if counted else ""
    return f"{dash}Reported response is not efficacy; this is a research tool, not medical advice."
