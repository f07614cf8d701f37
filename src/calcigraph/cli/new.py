"""`calcigraph new`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options

if TYPE_CHECKING:
    from calcigraph.records.context import Field

_FACTS = {
    "title": "Title",
    "authors": "Authors, as Robertson LP; Marshall RW",
    "year": "Year",
    "journal": "Journal",
    "doi": "DOI",
    "pmid": "PMID",
}
_TRIAL = {"title": "Title", "registry_id": "Number in the registry"}


@click.command("new")
@click.argument("kind", type=click.Choice(["study", "review", "trial", "cohort"]))
@click.option("--by", metavar="NAME", help="Who makes the record: written as curated_by.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to this file or folder; never over a file."
)
@options.seeds
def command(kind: str, by: str | None, output: Path | None, seeds: Path | None) -> None:
    """Ask for what a record must say, and write it; what is left empty says FILL.

    Questions go to standard error and answers come from standard input, one a line. A name that the key does not take
    is answered with the nearest, and asked again.

    \b
    Example:
      calcigraph new study -o seeds/studies
    """
    from calcigraph.cli.draft import write
    from calcigraph.curation.draft import asked, required_properties
    from calcigraph.curation.make import of_source
    from calcigraph.curation.source import Source, publication
    from calcigraph.records.context import context_of
    from calcigraph.resources import resources

    product = resources(seeds=seeds)
    context = context_of(product)
    trial = kind == "trial"
    facts: dict[str, str | list[str]] = {}
    for key, words in (_TRIAL if trial else _FACTS).items():
        answer = _asked(words, context.fields[key])
        names = [name.strip() for name in answer.split(";") if name.strip()]
        facts[key] = names if key == "authors" else answer
    if trial and not facts["registry_id"]:
        message = "A trial is known by its number in the registry: give it."
        raise click.UsageError(message)
    kept = {key: value for key, value in facts.items() if value}
    source = Source(kept, registry=True) if trial else publication(facts)
    answers = {
        key: answer
        for key in asked(kind, required_properties(product), context)
        if (answer := _asked(key, context.fields[key]))
    }
    write(of_source(source, product, kind=kind, by=by, answers=answers), output)


def _asked(words: str, known: Field) -> str:
    """Return an answer that the key takes, or nothing."""
    from calcigraph.names.nearest import nearest

    while True:
        answer: str = click.prompt(words, default="", show_default=False, err=True).strip()
        if not answer or not known.names or answer in known.names:
            return answer
        near = ", ".join(nearest(answer, known.names, limit=3))
        click.echo(f"{answer!r} is no value of {known.key}. Nearest: {near or 'none'}.", err=True)
