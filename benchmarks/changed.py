"""Validate one changed record among many, as a process: does the time depend on the change or on the graph?

Each size is a git repository of synthetic records. The first validation makes the index of the revision, and is shown
apart. Beside it stand what git itself takes to say what changed, and a validation of a repository with one record.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import click
from measure import calcigraph_command, process, shown, side_by_side, spread, table, verdict, versions
from synthetic import write_records

SIZES = (1, 1_000, 10_000)
FULL = 100_000
TARGET = 1.0
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "gc.auto=0")


def repository(place: Path, records: int) -> Path:
    """Make a repository of that many records, change one of them, and return the folder of records."""
    seeds = place / "seeds"
    write_records(seeds, records=records)
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "Start")):
        subprocess.run([*GIT, *words], cwd=place, check=True)
    files = sorted(seeds.rglob("*.yaml"))
    changed = files[len(files) // 2]
    changed.write_text(changed.read_text(encoding="utf-8").replace("Synthetic ", "Changed ", 1), encoding="utf-8")
    return seeds


def measured(records: int, scratch: str | None, repeats: int) -> tuple[list[object], float]:
    """Return a row of the table, and the least time of the whole process."""
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        seeds = repository(Path(place), records)
        base = ["validate", "--seeds", str(seeds), "--home", f"{place}/home", "--only-changed", "HEAD"]
        validate = process([*calcigraph_command(), *base])
        start = time.perf_counter()
        validate()
        first = time.perf_counter() - start
        diff = process(["git", "-C", str(seeds), "diff", "--name-only", "HEAD", "--", "."])
        others = process(["git", "-C", str(seeds), "ls-files", "--others", "--", "."])
        taken = side_by_side({"validate": validate, "git diff": diff, "git ls-files": others}, repeats)
        index = sum(file.stat().st_size for file in (Path(place) / "home").rglob("*.sqlite"))
    whole = taken["validate"]
    times = [shown(min(seconds)) for seconds in taken.values()]
    median = shown(statistics.median(whole))
    return [f"{records:,}", times[0], median, *times[1:], shown(first), f"{index / 2**20:.1f} MiB", spread(whole)], min(
        whole
    )


@click.command()
@click.option("--full", is_flag=True, help=f"Go up to {FULL:,} records: a gigabyte on disk, and some minutes.")
@click.option("--repeats", type=int, default=10, show_default=True)
@click.option("--scratch", type=click.Path(exists=True, file_okay=False), help="Where the data may lie for the time.")
def main(repeats: int, scratch: str | None, *, full: bool) -> None:
    """Measure the validation of one changed record in repositories of growing sizes."""
    rows = []
    seconds = 0.0
    for records in (*SIZES, *([FULL] if full else [])):
        row, seconds = measured(records, scratch, repeats)
        rows.append(row)
        click.echo(f"{records:,} records: {row[1]}", err=True)
    click.echo(f"{versions()}, {os.cpu_count()} cores\n")
    columns = [
        "records",
        "one changed (min)",
        "median",
        "git diff",
        "git ls-files",
        "first, with index",
        "index",
        "note",
    ]
    click.echo(table(columns, rows))
    click.echo(f"\nOne of {rows[-1][0]} in at most {shown(TARGET)}: {verdict(seconds, TARGET, at_most=True)}.")


if __name__ == "__main__":
    main()
