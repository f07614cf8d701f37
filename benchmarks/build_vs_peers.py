"""Build all seeds from nothing: calcigraph beside rdflib, owlrl and pySHACL, on the same records in one run.

The peers get what helps them: all records in one document, so that the context is read once, and validation of the
facts alone, before the closure makes them many.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import click
from measure import (
    Step,
    best,
    calcigraph_command,
    in_child,
    process,
    shown,
    side_by_side,
    spread,
    table,
    verdict,
    versions,
)

FASTER = 20
UNCHANGED_MS = 50


def calcigraph_build(home: str) -> dict[str, Any]:
    """Build all seeds in a new home."""
    from calcigraph.build.assemble import build
    from calcigraph.resources import resources
    from calcigraph.store.local import Home

    info = build(resources(), Home(Path(home))).info
    return {"records": info.records, "quads": info.quads, "warnings": info.warnings, "remarks": info.remarks}


def peer_build(target: str) -> dict[str, Any]:
    """Build all seeds with rdflib, pySHACL and owlrl, and write N-Triples to the target."""
    import owlrl
    import pyshacl
    from rdflib import Graph

    from calcigraph.resources import resources

    product = resources()
    times = [time.perf_counter()]
    facts = Graph().parse(data=json.dumps(document(product.seeds, product.context)), format="json-ld")
    times.append(time.perf_counter())
    shapes = Graph()
    for path in product.shape_files():
        shapes.parse(path)
    _, report, _ = pyshacl.validate(facts, shacl_graph=shapes, inference="none")
    times.append(time.perf_counter())
    for path in product.ontology_files():
        facts.parse(path)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(facts)
    times.append(time.perf_counter())
    facts.serialize(target, format="nt", encoding="utf-8")
    times.append(time.perf_counter())
    taken = [end - begin for begin, end in pairwise(times)]
    parts = dict(zip(("parse", "validate", "infer", "write"), taken, strict=True))
    return {"parts": parts, "triples": len(facts), "results": _results(report)}


def peer_facts(target: str) -> None:
    """Write to the target what rdflib reads in the records."""
    from rdflib import Graph

    from calcigraph.resources import resources

    product = resources()
    facts = Graph().parse(data=json.dumps(document(product.seeds, product.context)), format="json-ld")
    facts.serialize(target, format="nt", encoding="utf-8")


def document(seeds: Path, context: Path) -> dict[str, Any]:
    """Return all records as one JSON-LD document, with the addresses of their parts written out."""
    import yaml

    from calcigraph.resources import record_files

    table_ = json.loads(context.read_text(encoding="utf-8"))["@context"]
    maps = {key for key, entry in table_.items() if isinstance(entry, dict) and entry.get("@container") == "@id"}
    single = {key for key, entry in table_.items() if isinstance(entry, dict) and "@type" not in entry} - maps
    local = {key for key, entry in table_.items() if isinstance(entry, dict) and entry.get("@type") == "@id"}

    def node(body: dict[str, Any], address: str, record: str) -> dict[str, Any]:
        joint = "-" if "#" in address else "#"
        made: dict[str, Any] = {}
        for key, value in body.items():
            if key in maps:
                made[key] = {
                    f"{address}{joint}{name}": node(part, f"{address}{joint}{name}", record)
                    for name, part in value.items()
                }
            elif key in single:
                made[key] = {"id": f"{address}{joint}{key}"} | node(value, f"{address}{joint}{key}", record)
            elif key in local:
                made[key] = [
                    one if "/" in one else f"{record}#{one}" for one in ([value] if isinstance(value, str) else value)
                ]
            else:
                made[key] = value
        return made

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    records = [yaml.load(path.read_bytes(), Loader=loader) for path in record_files(seeds)]  # noqa: S506 -- text only
    return {"@context": table_, "@graph": [node(record, record["id"], record["id"]) for record in records]}


def _results(report: Any) -> dict[str, int]:
    from calcigraph.errors import Severity
    from calcigraph.validation.report import results_of

    found = [result.severity for result in results_of(report)]
    return {str(severity): found.count(severity) for severity in Severity}


def differing(peer_facts: Path, home: Path) -> int:
    """Return how many facts the peers and calcigraph do not share, with numbers in the form that the store keeps."""
    import pyoxigraph as ox

    store = ox.Store()
    store.bulk_load(path=str(peer_facts), format=ox.RdfFormat.N_TRIPLES)
    theirs = {quad.triple for quad in store}
    ours = {
        quad.triple
        for path in home.glob("builds/*/graph.nq")
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)
        if quad.graph_name.value.split("/graph/", 1)[-1].startswith(("study/", "review/", "trial/", "cohort/"))
    }
    return len(theirs ^ ours)


@click.command()
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True, help="Builds by calcigraph.")
@click.option("--starts", type=click.IntRange(1), default=40, show_default=True, help="Starts of an unchanged build.")
@click.option("--peers/--no-peers", default=True, show_default=True, help="Run the peers, which take about a minute.")
def main(repeats: int, starts: int, *, peers: bool) -> None:
    """Measure the build of all seeds, and that of unchanged ones."""
    click.echo(f"{versions()}\n")
    with tempfile.TemporaryDirectory() as place:
        homes = [Path(place) / str(number) for number in range(repeats)]
        ours = best(in_child("build_vs_peers:calcigraph_build", home) for home in homes)
        if peers:
            _compare(ours, homes[0], Path(place))
        _unchanged(homes[0], starts)


def _compare(ours: Step, home: Path, place: Path) -> None:
    theirs = in_child("build_vs_peers:peer_build", place / "peers.nt")
    in_child("build_vs_peers:peer_facts", place / "facts.nt")
    rows = [
        ["calcigraph", shown(ours.seconds), shown(ours.cpu), f"{ours.memory / 2**20:.0f} MiB"],
        ["rdflib + pySHACL + owlrl", shown(theirs.seconds), shown(theirs.cpu), f"{theirs.memory / 2**20:.0f} MiB"],
        *([f"… {name}", shown(seconds), "", ""] for name, seconds in theirs.value["parts"].items()),
        ["times as long", f"{theirs.seconds / ours.seconds:.1f}", f"{theirs.cpu / ours.cpu:.1f}", ""],
    ]
    click.echo(table(["build of all seeds from nothing", "time", "processor time", "peak memory"], rows))
    kept = verdict(theirs.seconds / ours.seconds, FASTER, at_most=False)
    click.echo(f"\nAt least {FASTER} times as fast: {kept}.")
    click.echo(f"Facts that differ: {differing(place / 'facts.nt', home)}.")
    click.echo(f"calcigraph found {ours.value}, the peers {theirs.value['results']}.")


def _unchanged(home: Path, starts: int) -> None:
    taken = side_by_side(
        {
            "python -c pass": process([sys.executable, "-c", "pass"]),
            "calcigraph build, nothing changed": process([*calcigraph_command(), "build", "--home", str(home)]),
        },
        starts,
    )
    floor = taken["python -c pass"]
    rows = [
        [
            name,
            f"{min(seconds) * 1000:.1f}",
            f"{median(seconds) * 1000:.1f}",
            f"{(min(seconds) - min(floor)) * 1000:.1f}",
            f"{(median(seconds) - median(floor)) * 1000:.1f}",
            spread(seconds),
        ]
        for name, seconds in taken.items()
    ]
    more = (min(taken["calcigraph build, nothing changed"]) - min(floor)) * 1000
    click.echo("\n" + table(["whole process, ms", "min", "median", "more (min)", "more (median)", "note"], rows))
    click.echo(f"\nAt most {UNCHANGED_MS} ms more: {verdict(more, UNCHANGED_MS, at_most=True)}.")


if __name__ == "__main__":
    main()
