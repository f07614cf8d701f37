"""`calcigraph diff`: what changed between two days, builds or folders of records, in the words of evidence."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.evidence import opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph.api import Evidence
    from calcigraph.questions.changes import Changes

_NOW = "now"
_DIGEST = re.compile(r"[0-9a-f]{6,32}|[0-9a-f]{32}-[\d-]{1,10}")
_MARKS = {"appeared": "+", "changed": "~", "gone": "-"}
_WIDEST = 120


@click.command("diff")
@click.argument("old")
@click.argument("new", default=_NOW)
@click.option("--format", "form", type=click.Choice(("text", "markdown", "json")), default="text", show_default=True)
@options.seeds
@options.home
def command(old: str, new: str, form: str, seeds: Path | None, home: Path | None) -> None:
    """Compare two states of the evidence: what is new, what moved, what was resolved, what turned.

    OLD and NEW are each a date (2018, 2018-07, 2018-07-15: what was known at its end), "now", a folder of records, or
    the digest of a build that is still there. Without NEW it is now.

    \b
    Example:
      calcigraph diff 2018 now
    """
    from calcigraph.questions.changes import to_json, to_markdown

    before = _state(old, seeds, home)
    lists = _state(new, seeds, home).changes_since(before)
    if form == "json":
        click.echo(to_json(lists), nl=False)
    elif form == "markdown":
        click.echo(to_markdown(lists), nl=False)
    else:
        _show(lists)
    told = "; ".join(f"{one.heading}: {len(one.changes)}" for one in lists)
    click.echo(f"{told}." if told else "The evidence is the same.", err=True)


def _state(text: str, seeds: Path | None, home: Path | None) -> Evidence:
    """Return the evidence that an argument names; raises BadDate if it is nothing that can be compared."""
    if text == _NOW:
        return opened(None, seeds, home)
    if _DIGEST.fullmatch(text):
        from calcigraph.api import open_build

        return open_build(text, home=home, in_memory=0)
    if Path(text).is_dir():
        return opened(None, Path(text), home)
    return opened(None, seeds, home, text)


def _show(lists: Sequence[Changes]) -> None:
    from calcigraph.questions.changes import said

    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    for number, one in enumerate(lists):
        title = f"{one.heading} ({len(one.changes)})"
        click.echo(f"{chr(10) if number else ''}{title}\n{'-' * len(title)}")
        for change in one.changes:
            line = f"{_MARKS[one.kind]} {change.about}: {said(change)}"
            click.echo(textwrap.fill(line, width, subsequent_indent="    ", break_on_hyphens=False))
