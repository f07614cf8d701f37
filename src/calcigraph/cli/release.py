"""`calcigraph release`: every export in one folder."""

from __future__ import annotations

from pathlib import Path

import click

from calcigraph.cli import options
from calcigraph.cli.evidence import opened
from calcigraph.cli.export import missing_library
from calcigraph.cli.signing import sign, signed_by, signer
from calcigraph.cli.talk import progress, tell_marks


@click.command("release")
@click.argument("folder", type=click.Path(path_type=Path))
@sign
@signed_by
@options.seeds
@options.home
def command(folder: Path, key: Path | None, signed_by: str | None, seeds: Path | None, home: Path | None) -> None:
    """Write every export to FOLDER, with checksums, a manifest, and descriptions for catalogues and archives.

    The release is named by the day to which the evidence stands, and the same evidence gives the same bytes. It appears
    whole or not at all. FOLDER is new, empty, or holds a release that was written before.

    \b
    Example:
      calcigraph release calcigraph-2026-11-25
    """
    from calcigraph.exchange.output import check_folder, to_folder
    from calcigraph.exchange.release import CHECKSUMS, release

    check_folder(folder.resolve())
    by = signer(key, signed_by)
    evidence = opened(None, seeds, home)
    with missing_library(), progress() as say:
        to_folder(release(evidence, signer=by, progress=say), folder)
    tell_marks(mark for many in evidence.marks.values() for mark in many)
    click.echo(f"`sha256sum -c {CHECKSUMS}` checks it.", err=True)
    click.echo(str(folder))
