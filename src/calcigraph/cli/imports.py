"""`calcigraph import`: keep what others published beside the records."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from calcigraph.cli import options
from calcigraph.cli.talk import show_problems
from calcigraph.errors import Severity


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="What to call it.  [default: the name of the first file]")
@click.option("--source", default="", metavar="URL", help="The address from which the files come.")
@click.option("--prefix", "prefixes", multiple=True, metavar="NAME=URL", help="What a prefix in KGX stands for.")
@click.option("--list", "listed", is_flag=True, help="List what was imported.")
@click.option("--remove", metavar="NAME", help="Take an import away.")
@options.seeds
@options.home
def command(
    files: tuple[Path, ...],
    name: str | None,
    source: str,
    prefixes: tuple[str, ...],
    *,
    listed: bool,
    remove: str | None,
    seeds: Path | None,
    home: Path | None,
) -> None:
    """Keep FILES that others published, in named graphs of their own, with where they came from.

    RDF in any syntax, KGX (nodes and edges as TSV or JSON Lines), SSSOM and nanopublications are read, and held to the
    shapes of records, by themselves and beside the records and other imports. Nothing is fetched. `calcigraph ask
    --with-imports` answers with them, and without that switch nothing changes.

    \b
    Example:
      calcigraph import kgx/edges.tsv kgx/nodes.tsv --name neighbours --source https://example.org/kg
    """
    from calcigraph.exchange import imports
    from calcigraph.exchange.importers import known_prefixes
    from calcigraph.resources import resources
    from calcigraph.store.local import Home, default_home

    place, product = Home(home or default_home()), resources(seeds=seeds)
    if listed:
        for path in place.import_files():
            click.echo(path.stem)
        return
    if remove is not None:
        imports.remove(remove, place)
        return
    if not files:
        message = "Name the files to import, or --list, or --remove NAME."
        raise click.UsageError(message)
    known = known_prefixes(product) | dict(_prefix(text) for text in prefixes)
    called = name or files[0].name.partition(".")[0].lower().replace("_", "-")
    made = imports.take(files, called, product, place, when=datetime.now(UTC), source=_address(source), prefixes=known)
    show_problems(made.problems, least=Severity.WARNING)
    click.echo(
        f"{made.triples:,} statements in {made.graphs} graphs, read as {' and '.join(made.importers)}.", err=True
    )
    click.echo(made.graph)


def _prefix(text: str) -> tuple[str, str]:
    name, found, address = text.partition("=")
    if not found:
        raise click.BadParameter(f"{text!r}: write NAME=URL.", param_hint="--prefix")
    return name, _address(address)


def _address(text: str) -> str:
    """Return an address as it is; raises click.BadParameter for what is none."""
    import pyoxigraph as ox

    try:
        return ox.NamedNode(text).value if text else ""
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no address.") from error
