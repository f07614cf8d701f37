"""Validate synthetic records: pyshifty as calcigraph uses it beside pySHACL, the same triples and shapes in one run.

pySHACL gets the triples already parsed, once as one graph and once in the shards that calcigraph uses; pyshifty's
time includes parsing. What calcigraph does in all, reading the YAML included, is a row of its own.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from measure import best, in_child, shown, table, verdict, versions
from synthetic import write

if TYPE_CHECKING:
    from calcigraph.validation.report import Result

FASTER = 30
SMALL, LARGE = 10_000, 100_000


def shards(seeds: str, target: str) -> int:
    """Write the facts of the records as N-Triples, in the shards in which calcigraph validates; return the count."""
    from calcigraph.build.check import CHUNK
    from calcigraph.graph.dataset import record_quads, triples_of
    from calcigraph.records.context import load_context
    from calcigraph.records.read import read_record
    from calcigraph.resources import record_files, resources

    context = load_context(resources().context)
    files = record_files(Path(seeds))
    total = 0
    for start in range(0, len(files), CHUNK):
        read = [read_record(path.read_bytes(), path.name, context).document for path in files[start : start + CHUNK]]
        triples = triples_of(record_quads([document for document in read if document is not None]))
        (Path(target) / f"{start:09}.nt").write_bytes(triples)
        total += triples.count(b"\n")
    return total


def calcigraph_check(seeds: str) -> dict[str, int]:
    """Read and validate the records as `calcigraph validate` does."""
    from calcigraph.build.check import check
    from calcigraph.resources import record_files, resources

    product = resources(seeds=Path(seeds))
    with tempfile.TemporaryDirectory() as spool:
        checked = check(product, record_files(product.seeds), Path(spool))
    return {"records": len(checked.files), "results": len(checked.problems)}


def pyshifty_shards(folder: str) -> dict[str, Any]:
    """Validate the shards, and what spans them, with pyshifty."""
    from calcigraph.resources import resources
    from calcigraph.validation.engines import validate_with_pyshifty
    from calcigraph.validation.shapes import load_shapes, project

    parts = [path.read_bytes() for path in sorted(Path(folder).glob("*.nt"))]
    start, cpu = time.perf_counter(), time.process_time()
    shapes = load_shapes(resources().shape_files())
    found = [result for part in parts for result in validate_with_pyshifty(part, shapes.local)]
    found += validate_with_pyshifty(project(parts, shapes.spanning_properties), shapes.spanning)
    return _told(found, start, cpu)


def pyshacl_whole(folder: str) -> dict[str, Any]:
    """Validate all triples as one graph with pySHACL."""
    return _pyshacl([sorted(Path(folder).glob("*.nt"))])


def pyshacl_shards(folder: str) -> dict[str, Any]:
    """Validate the shards, and what spans them, with pySHACL."""
    return _pyshacl([[path] for path in sorted(Path(folder).glob("*.nt"))])


def _pyshacl(groups: list[list[Path]]) -> dict[str, Any]:
    import pyshacl
    from rdflib import Graph

    from calcigraph.resources import resources
    from calcigraph.validation.report import results_of
    from calcigraph.validation.shapes import load_shapes, project

    shapes = load_shapes(resources().shape_files())
    work = [(_graph([path.read_bytes() for path in group]), shapes.local) for group in groups]
    everything = [path.read_bytes() for group in groups for path in group]
    work.append((_graph([project(everything, shapes.spanning_properties)]), shapes.spanning))
    start, cpu = time.perf_counter(), time.process_time()
    reports = [
        pyshacl.validate(data, shacl_graph=Graph().parse(data=text, format="turtle"), inference="none")[1]
        for data, text in work
    ]
    return _told([result for report in reports for result in results_of(report)], start, cpu)


def _graph(parts: list[bytes]) -> Any:
    from rdflib import Graph

    return Graph().parse(data=b"".join(parts), format="nt")


def _told(found: list[Result], start: float, cpu: float) -> dict[str, Any]:
    """Return what it took and a digest of what was found: which node, path, value and severity."""
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    lines = sorted(f"{r.focus} {r.path} {r.value} {r.component} {r.severity}" for r in found)
    digest = hashlib.blake2b("\n".join(lines).encode(), digest_size=8).hexdigest()
    return {"seconds": seconds, "cpu": used, "results": len(lines), "digest": digest}


@click.command()
@click.option("--full", is_flag=True, help=f"Measure at {LARGE:,} triples too; pySHACL takes long there.")
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True, help="Runs of pyshifty.")
def main(repeats: int, *, full: bool) -> None:
    """Measure validation beside pySHACL."""
    click.echo(f"{versions()}\n")
    for size in (SMALL, LARGE) if full else (SMALL,):
        with tempfile.TemporaryDirectory() as place:
            _compare(size, Path(place), repeats)


def _compare(size: int, place: Path, repeats: int) -> None:
    write(place / "seeds", triples=size)
    (place / "shards").mkdir()
    triples = in_child("validation_vs_pyshacl:shards", place / "seeds", place / "shards").value
    ours = best(in_child("validation_vs_pyshacl:pyshifty_shards", place / "shards") for _ in range(repeats))
    whole = best(in_child("validation_vs_pyshacl:calcigraph_check", place / "seeds") for _ in range(repeats))
    rows = [
        ["pyshifty, shard by shard", shown(ours.seconds), shown(ours.cpu), "1", "1", ours.value["results"]],
        ["calcigraph validate, from YAML", *_row(whole, ours), whole.value["results"]],
    ]
    same = True
    for name, step in (("one graph", "pyshacl_whole"), ("shard by shard", "pyshacl_shards")):
        peer = in_child(f"validation_vs_pyshacl:{step}", place / "shards")
        same = same and peer.value["digest"] == ours.value["digest"]
        rows.append([f"pySHACL, {name}", *_row(peer, ours), peer.value["results"]])
    least = min(float(row[3]) for row in rows[2:])
    columns = [
        f"validation of {triples:,} triples",
        "time",
        "processor time",
        "times as long",
        "by processor",
        "results",
    ]
    click.echo(table(columns, rows))
    click.echo(f"\nThe results are {'the same' if same else 'NOT the same'}.")
    click.echo(f"At least {FASTER} times as fast, at {triples:,} triples: {verdict(least, FASTER, at_most=False)}.\n")


def _row(step: Any, ours: Any) -> list[str]:
    return [
        shown(step.seconds),
        shown(step.cpu),
        f"{step.seconds / ours.seconds:.1f}",
        f"{step.cpu / ours.cpu:.1f}",
    ]


if __name__ == "__main__":
    main()
