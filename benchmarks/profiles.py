"""Make the profile of every treatment with findings from the real evidence, each run in a fresh process."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import click
from measure import best, in_child, shown, table, verdict, versions
from synthesis import imports

import calcigraph

SECONDS = 2.0


def profiles(home: str) -> dict[str, Any]:
    """Fetch counts and facts on a graph that is in memory, and make all profiles; the time is split between them.

    The statistics are imported before the time begins.
    """
    evidence = calcigraph.open(home=home)
    imports()
    start = time.perf_counter()
    findings, _ = evidence.counts, evidence.facts
    fetched = time.perf_counter()
    made = evidence.profiles()
    return {
        "fetched": fetched - start,
        "made": time.perf_counter() - fetched,
        "findings": len(findings),
        "profiles": len(made),
    }


@click.command()
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True, help="Times each step is run.")
def main(repeats: int) -> None:
    """Measure the making of profiles."""
    click.echo(f"{versions()}\n")
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        calcigraph.open(home=home)
        runs = [in_child("profiles:profiles", home) for _ in range(repeats)]
        imported = best(in_child("synthesis:imports") for _ in range(repeats))
    fetched = min(run.value["fetched"] for run in runs)
    made = min(run.value["made"] for run in runs)
    found = runs[0].value
    rows: list[list[object]] = [
        ["import of SciPy and statsmodels", shown(imported.seconds)],
        [f"counts and facts of {found['findings']} findings", shown(fetched)],
        [f"{found['profiles']} profiles", shown(made)],
    ]
    click.echo(table(["step", "time"], rows))
    total = fetched + made
    click.echo(f"\nAll profiles in at most {SECONDS:g} s: {shown(total)}, {verdict(total, SECONDS, at_most=True)}.")


if __name__ == "__main__":
    main()
