"""Pool the real evidence: all pools of every treatment, class and condition with findings, each run in a fresh process.

Beside it stands R's metafor on the same counts, whole process, if Rscript is there.
"""

from __future__ import annotations

import csv
import importlib
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import click
from measure import best, in_child, process, shown, side_by_side, table, verdict, versions

import calcigraph
from calcigraph.synthesis import Pool, default_pools, pool, scopes

SECONDS = 1.0
REFERENCE = Path(__file__).parent.parent / "tests" / "metafor" / "reference.R"


def imports() -> dict[str, Any]:
    """Import the statistics."""
    for module in ("scipy.stats", "statsmodels.stats.meta_analysis", "statsmodels.stats.proportion"):
        importlib.import_module(module)
    return {}


def counts(home: str) -> dict[str, Any]:
    """Fetch what findings count, on a graph that is in memory; the time is that of the fetching alone."""
    evidence = calcigraph.open(home=home)
    start, used = time.perf_counter(), time.process_time()
    findings = len(evidence.counts)
    return {"seconds": time.perf_counter() - start, "cpu": time.process_time() - used, "findings": findings}


def pools(home: str) -> dict[str, Any]:
    """Make all pools, or say why there is none; the statistics are imported before the time begins."""
    evidence = calcigraph.open(home=home)
    findings, labels = evidence.counts, evidence.names.labels
    imports()
    start, used = time.perf_counter(), time.process_time()
    made = [pool(within, scope) for scope, within in scopes(findings, labels)]
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    return {"seconds": seconds, "cpu": cpu, "scopes": len(made), "pools": sum(isinstance(one, Pool) for one in made)}


def _in_r(home: Path, place: Path, repeats: int) -> list[list[object]]:
    program = shutil.which("Rscript")
    if program is None:
        return []
    evidence = calcigraph.open(home=home)
    file = place / "counts.csv"
    made = [one for one in default_pools(evidence.counts, evidence.names.labels) if isinstance(one, Pool)]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["dataset", "study", "events", "patients"])
        for number, one in enumerate(made):
            writer.writerows([number, place, row.events, row.patients] for place, row in enumerate(one.studies))
    taken = side_by_side({"R": process([program, str(REFERENCE), str(file)])}, repeats)
    return [[f"{len(made)} pools by metafor, whole process", shown(min(taken["R"])), ""]]


@click.command()
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True, help="Times each step is run.")
def main(repeats: int) -> None:
    """Measure the making of pools."""
    click.echo(f"{versions()}\n")
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        calcigraph.open(home=home)
        fetched = best(in_child("synthesis:counts", home) for _ in range(repeats))
        made = best(in_child("synthesis:pools", home) for _ in range(repeats))
        imported = best(in_child("synthesis:imports") for _ in range(repeats))
        rows: list[list[object]] = [
            [label, shown(step.seconds), shown(step.cpu)]
            for label, step in (
                ("import of SciPy and statsmodels", imported),
                (f"counts of {fetched.value['findings']} findings", fetched),
                (f"{made.value['scopes']} scopes, of which {made.value['pools']} are pools", made),
            )
        ]
        rows += _in_r(home, Path(place), repeats)
        click.echo(table(["step", "time", "processor time"], rows))
    total = fetched.seconds + made.seconds
    click.echo(f"\nCounts and pools in at most {SECONDS:g} s: {shown(total)}, {verdict(total, SECONDS, at_most=True)}.")


if __name__ == "__main__":
    main()
