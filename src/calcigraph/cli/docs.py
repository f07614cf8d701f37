"""`calcigraph docs`."""

from __future__ import annotations

from pathlib import Path

import click

from calcigraph.cli import options
from calcigraph.cli.talk import needing, progress, warn_if_stale


@click.command("docs")
@click.argument("folder", type=click.Path(path_type=Path))
@options.seeds
@options.home
def command(folder: Path, seeds: Path | None, home: Path | None) -> None:
    """Write the documentation to FOLDER as a static site.

    A page per term and question, with the query and its real answer, the model on one page, the data dictionary
    of the record format, the rules, and the alignment with other ontologies. It needs no server and no network.
    FOLDER is new, empty, or holds pages that were written before.

    \b
    Example:
      calcigraph docs site
    """
    from calcigraph.api import open_evidence
    from calcigraph.docs.folder import check_folder, write_files

    with needing(("jinja2", "markupsafe", "pygments"), "The pages need", "docs"):
        from calcigraph.docs.site import site
    check_folder(folder.resolve())
    with progress() as say:
        evidence = open_evidence(seeds=seeds, home=home, progress=say)
        count = write_files(site(evidence, progress=say), folder)
    warn_if_stale(evidence.stale, "these pages show the last good build")
    click.echo(f"{count} files.", err=True)
    click.echo(str(folder / "index.html"))
