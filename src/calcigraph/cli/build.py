"""`calcigraph build`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.talk import cluster_library, progress

if TYPE_CHECKING:
    from pathlib import Path


@click.command("build")
@options.seeds
@options.home
@options.engine
@options.jobs
@options.executor
def command(seeds: Path | None, home: Path | None, engine: str, jobs: int | None, executor: str) -> None:
    """Build the graph from the records.

    Nothing is done when nothing changed. If a record is not sound, every problem is shown and the
    last good build stays in use. Drafts are validated and left out.

    \b
    Example:
      calcigraph build
    """
    from calcigraph.build.assemble import build
    from calcigraph.build.workers import workers
    from calcigraph.resources import record_files, resources
    from calcigraph.store.local import Home, default_home

    product = resources(seeds=seeds)
    records = len(record_files(product.seeds))
    with cluster_library(), progress() as say, workers(jobs, records, executor) as work:
        made = build(product, Home(home or default_home()), engine=engine, executor=work, progress=say)
    info = made.info
    click.echo(
        f"{info.records} records, {info.quads} quads of which {info.derived} derived, "
        f"{info.warnings} warnings, {info.remarks} remarks.",
        err=True,
    )
    if info.drafts:
        click.echo(f"Drafts left out: {info.drafts}. `calcigraph ask --with-drafts` takes them in.", err=True)
    click.echo(str(made.path))
