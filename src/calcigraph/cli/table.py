"""An answer as a table in the terminal; in a narrow one, each row as a card."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click
from texttable import Texttable

from calcigraph.questions.answers import heading

if TYPE_CHECKING:
    from calcigraph.questions.answers import Answer, Value
    from calcigraph.questions.catalog import Question

_WIDTH_OF_A_FILE = 200
_PER_COLUMN = 12
_NOT_REPORTED = "·"


def show(answer: Answer, question: Question) -> None:
    """Write the answer to standard output."""
    if not answer.rows:
        click.echo("Nothing in the graph answers this. Leave a parameter out to see more.", err=True)
        return
    columns = list(answer.shown)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH_OF_A_FILE
    click.echo(_cards(answer, columns, width) if width < _PER_COLUMN * len(columns) else _table(answer, columns, width))
    click.echo(f"{len(answer)} rows. {_caution(question)}", err=True)


def _table(answer: Answer, columns: list[str], width: int) -> str:
    rows = list(answer)
    numeric = [all(isinstance(row[column], (int, type(None))) for row in rows) for column in columns]
    table = Texttable(max_width=width)
    table.set_deco(Texttable.HEADER)
    table.set_header_align(["r" if number else "l" for number in numeric])
    table.set_cols_align(["r" if number else "l" for number in numeric])
    table.set_cols_dtype(["t"] * len(columns))
    table.header([heading(column) for column in columns])
    table.add_rows([[_cell(row[column]) for column in columns] for row in rows], header=False)
    return _drawn(table)


def _cards(answer: Answer, columns: list[str], width: int) -> str:
    cards = []
    for row in answer:
        table = Texttable(max_width=width)
        table.set_deco(0)
        table.set_cols_dtype(["t", "t"])
        table.add_rows([[heading(c), _cell(row[c])] for c in columns if row[c] not in {None, ""}], header=False)
        cards.append(_drawn(table))
    return "\n\n".join(cards)


def _drawn(table: Texttable) -> str:
    return "\n".join(line.rstrip() for line in str(table.draw()).splitlines())


def _cell(value: Value) -> str:
    if value is None:
        return _NOT_REPORTED
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _caution(question: Question) -> str:
    counted = {"patients", "complete", "responders"} & set(question.columns)
    dash = f"{_NOT_REPORTED} is not reported. " if counted else ""
    return f"{dash}Reported response is not efficacy; this is a research tool, not medical advice."
