"""`calcigraph fmt`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from calcigraph.cli import options
from calcigraph.cli.talk import FINDINGS


@click.command("fmt")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; name the files that would change, with exit code 1.")
@options.seeds
def command(paths: tuple[Path, ...], seeds: Path | None, *, check: bool) -> None:
    """Put records into their one canonical form: order of keys, layout, quotes. Comments are kept.

    Without PATHS all records are taken. The files that change are named on standard output. What is no YAML that a
    record may be written in stays as it is, is named on standard error, and gives exit code 1.

    \b
    Example:
      calcigraph fmt --check seeds/studies
    """
    from calcigraph.places import appearing_file
    from calcigraph.records.context import context_of
    from calcigraph.records.form import canonical
    from calcigraph.resources import record_files, resources

    product = resources(seeds=seeds)
    context = context_of(product)
    changed = broken = 0
    for path in [file for place in paths or [product.seeds] for file in record_files(place)]:
        data = path.read_bytes()
        form = canonical(data, context)
        if form is None:
            broken += 1
            click.echo(f"{path} stays as it is: `calcigraph validate` says what is wrong with it.", err=True)
        elif form.encode() != data:
            changed += 1
            click.echo(str(path))
            if not check:
                with appearing_file(path) as fresh:
                    fresh.write_bytes(form.encode())
    click.echo(f"{changed} files {'would change' if check else 'changed'}.", err=True)
    if broken or (check and changed):
        sys.exit(FINDINGS)
