"""An answer as a table in the terminal."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from calcigraph.questions.answers import heading

if TYPE_CHECKING:
    from calcigraph.questions.answers import Answer, Value
    from calcigraph.questions.catalog import Question

_WIDTH_OF_A_FILE = 200
_NARROW = 100
_NOT_REPORTED = "·"


def show(answer: Answer, question: Question) -> None:
    """Write the answer to standard output; columns that are empty in every row are left out."""
    if not answer.rows:
        click.echo("Nothing in the graph answers this. Leave a parameter out to see more.", err=True)
        return
    filled = [c for c in answer.shown if any(row[c] not in (None, "", 0) for row in answer)]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH_OF_A_FILE
    console = Console(width=width, highlight=False)
    console.print(_cards(answer, filled) if width < _NARROW else _table(answer, filled))
    click.echo(f"{len(answer)} rows. {_caution(question)}", err=True)


def _table(answer: Answer, columns: list[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=False)
    for column in columns:
        numeric = all(isinstance(row[column], (int, type(None))) for row in answer)
        table.add_column(
            heading(column), justify="right" if numeric else "left", overflow="fold", min_width=_least(column)
        )
    for row in answer:
        table.add_row(*[_cell(row[column]) for column in columns])
    return table


def _cards(answer: Answer, columns: list[str]) -> Table:
    """Return a table of two columns, with a line between rows, for a narrow terminal."""
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for row in answer:
        for column in columns:
            if row[column] not in (None, ""):
                table.add_row(heading(column), _cell(row[column]))
        table.add_section()
    return table


def _least(column: str) -> int:
    return min(len(heading(column)), 12)


def _cell(value: Value) -> Text:
    if value is None:
        return Text(_NOT_REPORTED, style="dim")
    return Text(("yes" if value else "no") if isinstance(value, bool) else str(value))


def _caution(question: Question) -> str:
    counted = {"patients", "complete", "responders"} & set(question.columns)
    dash = f"{_NOT_REPORTED} is not reported. " if counted else ""
    return f"{dash}Reported response is not efficacy; this is a research tool, not medical advice."
