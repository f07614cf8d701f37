"""`calcigraph draft`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.talk import needing

if TYPE_CHECKING:
    from calcigraph.curation.make import Draft

LIBRARIES = ("defusedxml", "httpx", "langcodes", "nbib", "rispy", "tenacity")


@click.command("draft")
@click.argument("source", metavar="INPUT")
@click.option("--type", "kind", type=click.Choice(["study", "review", "cohort"]), help="The kind of record to make.")
@click.option("--by", metavar="NAME", help="Who completes the record: written as curated_by.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to this file or folder; never over a file."
)
@options.seeds
@options.home
def command(
    source: str, kind: str | None, by: str | None, output: Path | None, seeds: Path | None, home: Path | None
) -> None:
    """Write a record with all that INPUT states, and FILL where a person must say what the paper says.

    INPUT is a file, or - for standard input: PubMed's nbib or XML, RIS, a PubMed page saved as text, CrossRef
    JSON, or ClinicalTrials.gov JSON (API v2); or, with network, a PMID, DOI or NCT number. What title and abstract
    suggest stands in comments with the words it rests on. A publication that has a record already is refused
    (exit code 1); records that may be of the same work or the same patients are named on standard error.

    \b
    Example:
      calcigraph draft pubmed-31302187.nbib
      calcigraph draft NCT03267277
    """
    from calcigraph.curation import make
    from calcigraph.resources import resources

    product = resources(seeds=seeds)
    with needing(LIBRARIES, "A draft needs", "curate"):
        data = _read(source, home)
        made = make.record(data, product, kind=kind, by=by)
    write(made, output)


def write(made: Draft, output: Path | None) -> None:
    """Write a draft to standard output, to a new file, or to a new file in a folder; name the records to look at."""
    for line in made.near:
        click.echo(f"Look first at {line}.", err=True)
    if output is None:
        click.echo(made.text, nl=False)
        return
    path = output / f"{made.id.partition('/')[2]}.yaml" if output.is_dir() else output
    if path.exists():
        message = f"{path} is there already: name another file."
        raise click.UsageError(message)
    path.write_text(made.text, encoding="utf-8")
    click.echo(f"Wrote {path}: {made.text.count(': FILL')} values to fill.", err=True)


def _read(source: str, home: Path | None) -> bytes:
    from calcigraph.curation.fetch import asked_of, fetch
    from calcigraph.store.local import default_home

    if source == "-":
        return sys.stdin.buffer.read()
    path = Path(source)
    asked = None if path.is_file() else asked_of(source)
    if asked is not None:
        return fetch(*asked, home or default_home())
    if not path.is_file():
        message = f"There is no file {source}: name a file with the data of one publication, - for standard "
        message += "input, or a PMID, DOI or NCT number."
        raise click.UsageError(message)
    return path.read_bytes()
