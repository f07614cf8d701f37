"""A profile on a sheet for the terminal: a heading, sentences and a table per section."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

import click

from calcigraph.cli.grid import GAP, headed
from calcigraph.synthesis.profiles.forms import sections
from calcigraph.synthesis.profiles.reading import title

if TYPE_CHECKING:
    from calcigraph.synthesis.profiles.forms import Section
    from calcigraph.synthesis.profiles.values import Profile

_WIDEST = 120
_LEAST = 6


def show(profile: Profile) -> None:
    """Write the profile to standard output, no wider than the terminal; a file gets 80 columns."""
    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    heading = title(profile)
    click.echo(f"{heading}\n{'=' * min(len(heading), width)}")
    for section in sections(profile):
        click.echo(f"\n{section.heading}\n{'-' * len(section.heading)}")
        if section.sentences:
            click.echo(textwrap.fill(" ".join(section.sentences), width))
        if section.rows:
            click.echo(_table(section, width))


def _table(section: Section, width: int) -> str:
    kept = [place for place in range(len(section.columns)) if any(row[place] for row in section.rows)]
    cells = [[row[place] for place in kept] for row in (section.columns, *section.rows)]
    return headed(cells, _widths(cells, width - GAP * len(kept)))


def _widths(cells: list[list[str]], room: int) -> list[int]:
    """Return the width of each column: what it needs, and where that is too much, less for the widest."""
    needed = [max(map(len, column)) for column in zip(*cells, strict=True)]
    while sum(needed) > room and max(needed) > _LEAST:
        needed[needed.index(max(needed))] -= 1
    return needed
