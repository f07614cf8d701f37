"""Build, validate and ask at growing sizes: time, peak memory, and the exponent at which each grows.

Each step runs in a fresh process. Records are checked by two workers; peak memory counts both of them as large as
the larger one.
"""

from __future__ import annotations

import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from measure import Step, growth, in_child, shown, table, versions
from synthetic import write

if TYPE_CHECKING:
    from calcigraph.store.local import Build

SIZES = (10**4, 10**5, 10**6)
FULL = 10**7
WORKERS = 2
QUESTIONS: dict[str, dict[str, str]] = {
    "treatments": {"condition": "juvenile dermatomyositis", "level": "IV"},
    "treatment": {"treatment": "minocycline"},
    "lookup": {},
}


def build(seeds: str, home: str) -> dict[str, int]:
    """Build the records from nothing."""
    from calcigraph.build.assemble import build as build_
    from calcigraph.build.workers import workers
    from calcigraph.resources import record_files, resources
    from calcigraph.store.local import Home

    product = resources(seeds=Path(seeds))
    with workers(WORKERS, len(record_files(product.seeds))) as executor:
        info = build_(product, Home(Path(home)), executor=executor).info
    return {"records": info.records, "quads": info.quads, "derived": info.derived}


def validate(seeds: str) -> dict[str, int]:
    """Read and validate the records, and what spans them."""
    from calcigraph.build.check import check
    from calcigraph.build.workers import workers
    from calcigraph.resources import record_files, resources

    product = resources(seeds=Path(seeds))
    files = record_files(product.seeds)
    with workers(WORKERS, len(files)) as executor, tempfile.TemporaryDirectory() as spool:
        checked = check(product, files, Path(spool), executor=executor)
    return {"records": len(checked.files), "problems": len(checked.problems)}


def unchanged(seeds: str, home: str) -> None:
    """Open the evidence as a command does, when nothing changed."""
    from calcigraph import open as open_evidence

    open_evidence(seeds=seeds, home=home, in_memory=0)


def ask(home: str, question: str, *given: str) -> dict[str, Any]:
    """Ask one question of the build, three times; the time is the least, with the store already open."""
    from calcigraph.questions.ask import ask as ask_
    from calcigraph.questions.catalog import find_question
    from calcigraph.resources import resources
    from calcigraph.store.endpoint import LocalEndpoint

    made = _build_in(Path(home))
    endpoint, names = LocalEndpoint(made.open()), _names(made)
    found = find_question(question, resources().question_files())
    parameters = dict(pair.split("=", 1) for pair in given)
    seconds, cpu, rows = [], [], 0
    for _ in range(3):
        start, used = time.perf_counter(), time.process_time()
        rows = len(ask_(found, parameters, endpoint, names))
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    return {"seconds": min(seconds), "cpu": min(cpu), "rows": rows}


def _build_in(home: Path) -> Build:
    from calcigraph.store.local import Build

    return Build(next((home / "builds").glob("[!.]*")))


def _names(made: Build) -> Any:
    from calcigraph.names.vocabulary import Vocabulary

    return Vocabulary.from_json(made.names())


def _at(size: int, place: Path) -> dict[str, Step]:
    seeds, home = place / "seeds", place / "home"
    written = write(seeds, triples=size)
    click.echo(f"{written.triples:,} triples in {written.records:,} records", err=True)
    steps = {
        "validate": in_child("scale:validate", seeds, workers=WORKERS),
        "build": in_child("scale:build", seeds, home, workers=WORKERS),
        "open, nothing changed": in_child("scale:unchanged", seeds, home),
    }
    for question, fixed in QUESTIONS.items():
        given = fixed or {"identifier": written.pmids[len(written.pmids) // 2]}
        pairs = [f"{key}={value}" for key, value in given.items()]
        steps[f"ask {question}"] = in_child("scale:ask", home, question, *pairs)
    for name, step in steps.items():
        click.echo(f"  {name}: {shown(step.seconds)}, {step.memory / 2**20:.0f} MiB, {step.value}", err=True)
    return steps


@click.command()
@click.option("--full", is_flag=True, help=f"Go up to {FULL:,} triples: some gigabytes on disk.")
@click.option("--to", type=int, default=SIZES[-1], show_default=True, help="The largest size without --full.")
@click.option("--scratch", type=click.Path(exists=True, file_okay=False), help="Where the data may lie for the time.")
def main(to: int, scratch: str | None, *, full: bool) -> None:
    """Measure how build, validation and questions grow."""
    sizes = [size for size in (*SIZES, FULL) if full or size <= to]
    taken: dict[int, dict[str, Step]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=scratch) as place:
            taken[size] = _at(size, Path(place))
    click.echo(f"{versions()}\n")
    _show("time", sizes, {n: [taken[s][n].seconds for s in sizes] for n in taken[sizes[0]]}, shown)
    _show("processor time", sizes, {n: [taken[s][n].cpu for s in sizes] for n in taken[sizes[0]]}, shown)
    memory = {n: [float(taken[s][n].memory) for s in sizes] for n in taken[sizes[0]]}
    _show("peak memory", sizes, memory, lambda value: f"{value / 2**20:.0f} MiB")
    rows = {n: [taken[s][n].value["rows"] for s in sizes] for n in taken[sizes[0]] if n.startswith("ask")}
    click.echo(table(["rows in the answer", *(f"{size:.0e}" for size in sizes)], [[n, *r] for n, r in rows.items()]))


def _show(what: str, sizes: list[int], values: dict[str, list[float]], say: Any) -> None:
    steps = [f"{a:.0e} to {b:.0e}" for a, b in pairwise(sizes)]
    rows = []
    for name, series in values.items():
        between = [growth(pair, got) for pair, got in zip(pairwise(sizes), pairwise(series), strict=True)]
        whole = [growth(sizes, series)] if len(sizes) > 1 else []
        rows.append([name, *map(say, series), *(f"{exponent:.2f}" for exponent in (*between, *whole))])
    fitted = ["exponent fitted"] if len(sizes) > 1 else []
    exponents = [f"exponent {step}" for step in steps]
    click.echo(table([what, *(f"{size:.0e}" for size in sizes), *exponents, *fitted], rows) + "\n")


if __name__ == "__main__":
    main()
