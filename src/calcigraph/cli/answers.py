"""What the commands that give an answer have in common: the forms in which it is written, and remarks on names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from calcigraph.cli.talk import tell_marks

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


def give(
    question: Question, asked: Mapping[str, str | None], evidence: Evidence, form: str, *, columns: Sequence[str] = ()
) -> Answer:
    """Write the answer to standard output and return it; a table shows those columns alone, if any are named.

    Standard error tells of names that led to a term that they do not mean exactly, and of sources that are marked.
    """
    from calcigraph.questions.ask import remarks

    given = {name: value for name, value in asked.items() if value is not None}
    answer = evidence.answer(question, given)
    for remark in remarks(question, given, evidence.names):
        click.echo(f"Note: {remark}", err=True)
    tell_marks(evidence.marks_on(answer))
    _write(answer, form, question, columns)
    return answer


def _write(answer: Answer, form: str, question: Question, columns: Sequence[str]) -> None:
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
