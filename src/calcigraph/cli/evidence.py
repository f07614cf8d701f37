"""The evidence that a command asks: a distant endpoint, or the embedded store with a warning if it is not current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calcigraph.cli.talk import progress, warn_if_stale

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph.api import Evidence
    from calcigraph.store.local import BuildInfo


def opened(
    endpoint: str | None,
    seeds: Path | None,
    home: Path | None,
    as_of: str | None = None,
    *,
    imports: bool = False,
    with_drafts: bool = False,
) -> Evidence:
    """Return the evidence at the endpoint, or in the embedded store, as it is or as it was known at the end of a day.

    Warn if the last good build answers, and say what a view of an earlier day leaves out. Raises click.UsageError if a
    distant endpoint is asked for an earlier day, for drafts, or with what was imported here.
    """
    from calcigraph.api import connect, open_evidence

    if imports and (endpoint is not None or as_of is not None):
        message = (
            "--with-imports takes in what was imported here, which has no history: leave out --endpoint and --as-of."
        )
        raise click.UsageError(message)
    if endpoint is not None:
        if with_drafts:
            message = "--with-drafts asks the embedded store: leave out --endpoint."
            raise click.UsageError(message)
        if as_of is not None:
            message = "--as-of asks the embedded store, which makes the rules, pools and verdicts of that day anew."
            raise click.UsageError(f"{message} Leave out --endpoint.")
        from calcigraph.store.credentials import credentials

        distant = connect(endpoint)
        if credentials().exposed(endpoint):
            click.echo("Warning: the credentials travel unencrypted to another machine: use https.", err=True)
        return distant
    with progress() as say:
        evidence = open_evidence(
            seeds=seeds, home=home, as_of=as_of, imports=imports, with_drafts=with_drafts, in_memory=0, progress=say
        )
    warn_if_stale(evidence.stale, "this answer comes from the last good build")
    if evidence.info is not None and evidence.info.as_of:
        click.echo(f"Note: {_view(evidence.info)}", err=True)
    if evidence.info is not None and evidence.info.with_drafts:
        click.echo("Note: records with the status draft are taken in.", err=True)
    return evidence


def _view(info: BuildInfo) -> str:
    """Return in words what a view of an earlier day holds, and what it lacks."""
    left_out = [f"{info.later} of later days"] if info.later else []
    if info.unsure:
        left_out.append(f"{info.unsure} that may be of that day or later")
    if info.undated:
        left_out.append(f"{info.undated} without a date")
    total = info.records + info.later + info.unsure + info.undated
    without = f"; left out are {', '.join(left_out)}" if left_out else ""
    return (
        f"as known at the end of {info.as_of}, {info.records} of {total} records{without}. Searches are those of today."
    )
