"""`calcigraph why`: the trace of an answer down to the papers."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.evidence import opened
from calcigraph.cli.talk import tell_marks
from calcigraph.questions.marks import on_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from calcigraph.questions.answers import Answer
    from calcigraph.questions.trace import Source, Statement, Trace

_WIDTH = 118
_ELSEWHERE = frozenset({"has reading", "has curation", "has finding", "has claim", "has observation", "read in"})
"""Statements that lead to parts with a trace of their own, or that stand in the lines on the source."""


@click.command("why", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("target", metavar="ADDRESS|QUESTION:ROW")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@options.endpoint
@options.as_of
@options.with_drafts
@options.seeds
@options.home
@click.pass_context
def command(
    context: click.Context,
    target: str,
    form: str,
    endpoint: str | None,
    as_of: str | None,
    seeds: Path | None,
    home: Path | None,
    *,
    with_drafts: bool,
) -> None:
    """Say why: what is stated, what a rule derived and from what, and which paper it was read in.

    ADDRESS is a record or a part of one, such as study/robertson-2003#minocycline. QUESTION:ROW is a row of an answer;
    give the question's parameters as for `calcigraph ask`. Rows count from 1.

    \b
    Example:
      calcigraph why treatments:1 --condition JDM --level IV
    """
    evidence = opened(endpoint, seeds, home, as_of, with_drafts=with_drafts)
    question, colon, row = target.rpartition(":")
    if colon and row.isdecimal() and question in evidence.questions:
        answer = evidence.ask(question, **_parameters(context.args))
        traces = evidence.why_row(answer, int(row))
        if form == "text":
            click.echo(_row(answer, int(row)))
    else:
        if context.args:
            message = f"An address takes no {context.args[0]!r}: parameters belong to a row, such as treatments:1."
            raise click.UsageError(message)
        traces = [evidence.why(target)]
    tell_marks(on_records((one.node for one in traces), evidence.marks))
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(one) for one in traces], ensure_ascii=False, indent=2))
    elif traces:
        click.echo("\n\n".join("\n".join(_lines(one)) for one in traces))
    else:
        click.echo("The row names terms of the ontology alone; it rests on no record.", err=True)


def _parameters(words: Sequence[str]) -> dict[str, str]:
    """Return what `--name value` or `--name=value` give; raises click.UsageError for anything else."""
    given: dict[str, str] = {}
    todo = list(words)
    while todo:
        word = todo.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not (equals or todo):
            message = f"{word!r} is no parameter: write --name value."
            raise click.UsageError(message)
        given[name] = value if equals else todo.pop(0)
    return given


def _row(answer: Answer, row: int) -> str:
    """Return the row itself, as people read it."""
    from calcigraph.questions.answers import heading

    values = dict(zip(answer.columns, answer.rows[row - 1], strict=True))
    said = [f"{heading(column)} {values[column]}" for column in answer.shown if values[column] is not None]
    head = f"Row {row} of {len(answer)} of {answer.question}: "
    return textwrap.fill(head + "; ".join(said), _WIDTH) + "\n"


def _lines(trace: Trace) -> Iterator[str]:
    """Yield the trace as people read it: what is stated, what a rule gave a reason for, the source, the inputs."""
    from calcigraph.questions.trace import short

    yield short(trace.node) + (f"  ({trace.label})" if trace.label else "")
    for statement in trace.stated:
        if _told(statement):
            yield from _wrapped(f"{statement.property}: {statement.value}", "  ")
    yield from _reasons(trace, "  ")
    if trace.source is not None:
        yield from _cited(trace.source, "  ")


def _told(statement: Statement) -> bool:
    """Tell whether people read the statement: it has a name, and is not told in another line."""
    return "://" not in statement.property and statement.property not in _ELSEWHERE


def _reasons(trace: Trace, indent: str) -> Iterator[str]:
    """Yield what a rule derived with its reason, and below it the same of what it was derived from."""
    from calcigraph.questions.trace import short

    for statement in trace.derived:
        if statement.because:
            yield from _derived(statement, indent)
    for other in trace.inputs:
        reasons = list(_reasons(other, indent + "  "))
        if reasons:
            yield f"{indent}{short(other.node)}" + (f"  ({other.label})" if other.label else "")
            yield from reasons


def _derived(statement: Statement, indent: str) -> Iterator[str]:
    from calcigraph.questions.trace import short

    yield from _wrapped(f"{statement.property}: {statement.value}", indent, mark="→ ")
    yield from _wrapped(f"by {statement.rule}: {statement.because}", indent + "    ")
    if statement.inputs:
        yield from _wrapped("from " + ", ".join(short(name) for name in statement.inputs), indent + "    ")


def _cited(source: Source, indent: str) -> Iterator[str]:
    journal = f" {source.journal}." if source.journal else ""
    yield from _wrapped(f"source: {source.citation}. {source.title.rstrip('.')}.{journal}", indent)
    for page in source.pages:
        yield f"{indent}  {page}"
    for reading in source.readings:
        parts = [
            reading.part,
            reading.extent,
            f"by the account of {reading.account_of}" if reading.account_of else None,
        ]
        yield from _wrapped("read: " + ", ".join(filter(None, parts)), indent + "  ")


def _wrapped(text: str, indent: str, *, mark: str = "") -> list[str]:
    return textwrap.wrap(
        mark + text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
