"""What the commands that give an answer have in common: the forms in which it is written, and remarks on names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calcigraph.api import Evidence
    from calcigraph.questions.answers import Answer
    from calcigraph.questions.catalog import Question

form = click.option(
    "--format",
    "form",
    type=click.Choice(("table", "csv", "tsv", "json", "turtle", "markdown")),
    default="table",
    show_default=True,
)


def say_how_names_were_understood(evidence: Evidence, question: Question, given: Mapping[str, str]) -> None:
    """Say on standard error which names led to a term that they do not mean exactly."""
    for name, value in given.items():
        root = question.parameters[name].root
        remark = evidence.names.remark(value, root=root) if root is not None else None
        if remark is not None:
            click.echo(f"Note: {remark}", err=True)


def write(answer: Answer, form: str, question: Question, *, columns: Sequence[str] = ()) -> None:
    """Write the answer to standard output; a table shows those columns alone, if any are named."""
    from calcigraph.questions import answers

    writers: dict[str, Any] = {
        "csv": lambda a: answers.to_separated(a, ","),
        "tsv": lambda a: answers.to_separated(a, "\t"),
        "json": answers.to_json,
        "turtle": answers.to_turtle,
        "markdown": answers.to_markdown,
    }
    if form in writers:
        click.echo(writers[form](answer), nl=False)
        return
    from calcigraph.cli.table import show

    show(answer.only(columns) if columns else answer, question)
