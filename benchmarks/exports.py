"""Make every export at growing sizes: time and peak memory, which stays flat for those that stream.

Each export runs in a fresh process on a graph that was built before.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click
from measure import Step, growth, in_child, shown, table, versions
from synthetic import write

SIZES = (10**4, 10**5)
FULL = 170_000
"""Triples that records state; with what rules derive, the graph has a million."""
STREAMED = ("nquads", "ntriples", "trig", "turtle", "rdfxml", "jsonld")
"""The formats that are written statement by statement, or graph by graph."""
WORKERS = 2


def export(seeds: str, home: str, name: str) -> int:
    """Make an export, and throw it away; returns what it could not carry."""
    import calcigraph
    from calcigraph.exchange.formats import find_format
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.source import Source

    evidence = calcigraph.open(seeds=seeds, home=home, in_memory=0)
    losses = Losses()
    with Path(os.devnull).open("wb") as nowhere:
        for _, write_ in find_format(name).files(Source(evidence), losses):
            write_(nowhere)
    return losses.total


def _at(size: int, place: Path, names: list[str]) -> dict[str, Step]:
    seeds, home = place / "seeds", place / "home"
    written = write(seeds, triples=size)
    click.echo(f"{written.triples:,} triples in {written.records:,} records", err=True)
    made = in_child("scale:build", seeds, home, workers=WORKERS)
    click.echo(f"{made.value['quads']:,} quads in the graph", err=True)
    steps = {}
    for name in names:
        steps[name] = in_child("exports:export", seeds, home, name)
        click.echo(f"  {name}: {shown(steps[name].seconds)}, {steps[name].memory / 2**20:.0f} MiB", err=True)
    return steps


@click.command()
@click.option("--full", is_flag=True, help="Go up to a graph of a million triples.")
@click.option("--format", "names", multiple=True, help="Only this format; may be given several times.")
def main(names: tuple[str, ...], *, full: bool) -> None:
    """Measure every export, and how it grows."""
    from calcigraph.exchange.formats import FORMATS

    sizes = [*SIZES, FULL] if full else list(SIZES)
    taken: dict[int, dict[str, Step]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            taken[size] = _at(size, Path(place), list(names or FORMATS))
    click.echo(f"{versions()}\n")
    columns = [f"{what} {size:.0e}" for what in ("time", "memory") for size in sizes]
    rows = []
    for name in taken[sizes[0]]:
        steps = [taken[size][name] for size in sizes]
        exponent = growth(sizes, [step.memory for step in steps])
        seconds, memory = [shown(step.seconds) for step in steps], [f"{step.memory / 2**20:.0f} MiB" for step in steps]
        rows.append([name, *seconds, *memory, f"{exponent:.2f}", "yes" if name in STREAMED else ""])
    click.echo(table(["export", *columns, "exponent of memory", "streams"], rows))


if __name__ == "__main__":
    main()
