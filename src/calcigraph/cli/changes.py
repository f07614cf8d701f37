"""What changed between two states of the evidence, in the form that was asked for."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph.questions.changes import Changes

FORMS = ("text", "markdown", "json")
_MARKS = {"appeared": "+", "changed": "~", "gone": "-"}
_WIDEST = 120


def write(lists: Sequence[Changes], form: str) -> None:
    """Write the lists to standard output, and how much is in each to standard error."""
    from calcigraph.questions.changes import to_json, to_markdown

    if form == "json":
        click.echo(to_json(lists), nl=False)
    elif form == "markdown":
        click.echo(to_markdown(lists), nl=False)
    else:
        _show(lists)
    told = "; ".join(f"{one.heading}: {len(one.changes)}" for one in lists)
    click.echo(f"{told}." if told else "The evidence is the same.", err=True)


def _show(lists: Sequence[Changes]) -> None:
    from calcigraph.questions.changes import said

    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    for number, one in enumerate(lists):
        title = f"{one.heading} ({len(one.changes)})"
        click.echo(f"{chr(10) if number else ''}{title}\n{'-' * len(title)}")
        for change in one.changes:
            line = f"{_MARKS[one.kind]} {change.about}: {said(change)}"
            click.echo(textwrap.fill(line, width, subsequent_indent="    ", break_on_hyphens=False))
