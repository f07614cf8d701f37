"""`calcigraph standing`: which sources are marked, what that changed, and what CrossRef knows of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.changes import FORMS, write
from calcigraph.cli.evidence import opened
from calcigraph.cli.talk import needing, progress

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph.api import Evidence


@click.command("standing")
@click.option("--report", is_flag=True, help="Show what the evidence would be without the marks, and what moved.")
@click.option("--check", is_flag=True, help="Ask CrossRef, which carries Retraction Watch, about every DOI (network).")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    show_default=True,
    help="The form of the report.",
)
@options.seeds
@options.home
def command(form: str, seeds: Path | None, home: Path | None, *, report: bool, check: bool) -> None:
    """List the sources that are retracted, doubted, corrected, superseded or preprints.

    They stand in `standing.tsv` beside the records. What a retracted or superseded source said is left out of every
    answer; what is doubted or corrected counts on, and answers say so. `calcigraph validate` fails until each line says
    who acknowledged it.

    With --check, lines that the table lacks go to standard output, ready to be added, and the exit code is 1 if there
    are any.

    \b
    Example:
      calcigraph standing --report
    """
    if report and check:
        message = "--report shows what the table changes, --check asks what it lacks: give one of them."
        raise click.UsageError(message)
    evidence = opened(None, seeds, home)
    if check:
        _check(evidence, home)
    elif report:
        _report(evidence, form, seeds, home)
    else:
        _list(evidence)


def _list(evidence: Evidence) -> None:
    marks = [mark for many in evidence.marks.values() for mark in many]
    for mark in marks:
        seen = f"Acknowledged by {mark.by} on {mark.on}." if mark.by else "Nobody has acknowledged it."
        note = f" {mark.note}" if mark.note else ""
        click.echo(f"{mark.words} {seen}{note}")
    click.echo(f"{len(marks)} marks on {len(evidence.marks)} sources.", err=True)


def _report(evidence: Evidence, form: str, seeds: Path | None, home: Path | None) -> None:
    from calcigraph.api import open_unmarked

    with progress() as say:
        before = open_unmarked(seeds=seeds, home=home, in_memory=0, progress=say)
    write(evidence.changes_since(before), form)


def _check(evidence: Evidence, home: Path | None) -> None:
    from calcigraph.curation.standing import missing
    from calcigraph.store.local import default_home

    with needing(("httpx", "tenacity"), "Asking CrossRef needs", "curate"), progress() as say:
        found = missing(evidence, home or default_home(), say)
    for line in found.lines:
        click.echo(line)
    for remark in found.remarks:
        click.echo(f"Note: {remark}", err=True)
    click.echo(f"{found.asked} sources asked for, {len(found.lines)} marks that the table lacks.", err=True)
    if found.lines:
        raise SystemExit(1)
