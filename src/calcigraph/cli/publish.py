"""`calcigraph publish`: send the graphs that changed to a store that others run."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.evidence import opened
from calcigraph.cli.talk import needing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from calcigraph.exchange.publish import Plan, Publication

_LIBRARIES = frozenset({"httpx", "tenacity"})


@click.command("publish")
@click.option(
    "--to", "url", metavar="URL", required=True, help="The address of the store, such as http://localhost:7878."
)
@click.option("--update", "way", flag_value="update", help="Send by SPARQL Update.")
@click.option("--graph-store", "way", flag_value="graph_store", help="Send by the Graph Store Protocol.")
@click.option("--query-url", metavar="URL", default="", help="The store's query service, where it is not found.")
@click.option("--update-url", metavar="URL", default="", help="The store's update service, where it is not found.")
@click.option("--graph-store-url", metavar="URL", default="", help="The store's graph store, where it is not found.")
@click.option("--everything", is_flag=True, help="Send all graphs, also those that the store seems to hold.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=60, show_default=True, help="Seconds to wait for an answer."
)
@click.option(
    "--attempts", type=click.IntRange(1, 20), default=5, show_default=True, help="How often a request is sent at most."
)
@options.as_of
@options.seeds
@options.home
def command(
    url: str, way: str | None, as_of: str | None, seeds: Path | None, home: Path | None, **asked: str | float | bool
) -> None:
    """Send the named graphs that changed to a SPARQL 1.1 store.

    The store's services are looked for at the places usual for Oxigraph, Fuseki, GraphDB, RDF4J, Stardog, Neptune,
    Virtuoso and QLever. By update, which is tried first, everything changes at once in a store that takes a request
    whole or not at all; by the Graph Store Protocol, graph after graph. Graphs of others are left alone. What is sent
    and what is taken away is written to standard output, a graph a line.

    Credentials come from the environment: CALCIGRAPH_STORE_USER with CALCIGRAPH_STORE_PASSWORD, or
    CALCIGRAPH_STORE_TOKEN. With CALCIGRAPH_STORE_AUTH=digest the password itself is never sent.

    \b
    Example:
      calcigraph publish --to http://localhost:7878 --dry-run
    """
    with needing(_LIBRARIES, "Publishing needs", "exchange"):
        _publish(url, way, as_of, seeds, home, asked)


def _publish(
    url: str,
    way: str | None,
    as_of: str | None,
    seeds: Path | None,
    home: Path | None,
    asked: dict[str, str | float | bool],
) -> None:
    from calcigraph.exchange.distant import DistantStore, Services, find_services
    from calcigraph.exchange.publish import Publication

    known = Services(str(asked["query_url"]), str(asked["update_url"]), str(asked["graph_store_url"]))
    with DistantStore(url, float(asked["timeout"]), int(asked["attempts"]), known=known) as store:
        if store.exposed:
            click.echo("Warning: the credentials travel unencrypted to another machine: use https.", err=True)
        wanted = (way,) if way else ("update", "graph_store")
        services = find_services(store, _table(), wanted=wanted)
        if way is not None:
            services = Services(services.query, **{way: getattr(services, way)})
        plan = _sent(Publication(opened(None, seeds, home, as_of), store, services), asked)
    for one in plan.send:
        click.echo(f"send\t{one.name}\t{one.triples}")
    for name in plan.delete:
        click.echo(f"delete\t{name}\t")


def _sent(publication: Publication, asked: dict[str, str | float | bool]) -> Plan:
    """Return what was sent, or what would be."""
    plan = publication.plan(everything=bool(asked["everything"]))
    if asked["dry_run"]:
        click.echo(f"Would send {_words(plan)}.", err=True)
        return plan
    with _bar(plan.steps) as progress:
        publication.run(plan, progress)
    click.echo(f"Sent {_words(plan)}.", err=True)
    if not publication.shown_by_default():
        message = "the store's default graph is not the union of its graphs, so `ask --endpoint` would find nothing"
        click.echo(f"Note: {message}: the README says how to set that.", err=True)
    return plan


def _table() -> Path:
    from calcigraph.resources import resources

    return resources().exchange / "stores.tsv"


def _words(plan: Plan) -> str:
    triples = sum(one.triples for one in plan.send)
    return f"{len(plan.send)} graphs with {triples:,} triples; taken away {len(plan.delete)}, the same {len(plan.same)}"


@contextmanager
def _bar(steps: int) -> Iterator[Callable[[int], None]]:
    """Give a function that moves a bar on, while someone watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=steps, label="Sending", file=sys.stderr) as bar:
        yield bar.update
