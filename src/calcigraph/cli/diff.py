"""`calcigraph diff`: what changed between two days, builds or folders of records, in the words of evidence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.changes import FORMS, write
from calcigraph.cli.evidence import opened

if TYPE_CHECKING:
    from calcigraph.api import Evidence

_NOW = "now"
_DIGEST = re.compile(r"[0-9a-f]{6,32}|[0-9a-f]{32}-[\d-]{1,10}")


@click.command("diff")
@click.argument("old")
@click.argument("new", default=_NOW)
@click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True)
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
    before = _state(old, seeds, home)
    write(_state(new, seeds, home).changes_since(before), form)


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
