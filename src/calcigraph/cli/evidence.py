"""The evidence that a command asks: a distant endpoint, or the embedded store with a warning if it is not current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calcigraph.cli.talk import progress

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph.api import Evidence


def opened(endpoint: str | None, seeds: Path | None, home: Path | None) -> Evidence:
    """Return the evidence at the endpoint, or in the embedded store; warn if the last good build answers."""
    from calcigraph.api import connect, open_evidence

    if endpoint is not None:
        return connect(endpoint)
    with progress() as say:
        evidence = open_evidence(seeds=seeds, home=home, in_memory=0, progress=say)
    if evidence.stale:
        count = len(evidence.stale)
        click.echo(
            f"Warning: the records have {count} violations now, so this answer comes from the last good build. "
            "`calcigraph validate` shows them.",
            err=True,
        )
    return evidence
