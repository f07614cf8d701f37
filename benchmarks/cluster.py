"""Check records by a Dask cluster of which one worker is killed on the way, and by processes of this machine.

Scheduler and workers are processes of their own. What both find, and every quad that both write, must be the same.
"""

from __future__ import annotations

import hashlib
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from dask_cluster import WORKERS, cluster
from measure import Step, in_child, shown, table, versions
from synthetic import write

SIZE, FULL = 10**6, 10**7
_KILL_AFTER = 3
"""One part in so many is done when a worker is killed."""


def check(seeds: str, spool: str, where: str, victim: str = "") -> dict[str, Any]:
    """Read and validate records there; a worker of that process number is killed when a third is done."""
    import os

    from calcigraph.build.check import check as check_
    from calcigraph.build.workers import workers
    from calcigraph.resources import record_files, resources

    product = resources(seeds=Path(seeds))
    files = record_files(product.seeds)
    killed = ""

    def watch(step: str) -> None:
        nonlocal killed
        numbers = [int(word.replace(",", "")) for word in step.split() if word[0].isdigit()]
        if victim and not killed and len(numbers) > 1 and numbers[0] * _KILL_AFTER > numbers[1]:
            os.kill(int(victim), signal.SIGKILL)
            killed = step

    local = where == "local"
    with workers(WORKERS if local else None, len(files), where) as executor:
        checked = check_(product, files, Path(spool), executor=executor, progress=watch)
    digest = hashlib.sha256()
    for part in checked.parts:
        digest.update(part.read_bytes())
    digest.update(repr([str(problem) for problem in checked.problems]).encode())
    return {
        "records": len(checked.files),
        "problems": len(checked.problems),
        "digest": digest.hexdigest(),
        "killed": killed,
    }


def _both(size: int, place: Path) -> dict[str, Step]:
    seeds = place / "seeds"
    written = write(seeds, triples=size)
    click.echo(f"{written.triples:,} triples in {written.records:,} records", err=True)
    steps = {}
    for name, victims in (("a cluster, one of two workers killed", 1), ("two processes of this machine", 0)):
        with tempfile.TemporaryDirectory(dir=place) as spool, cluster(place) as there:
            where = [there.address, there.workers[0].pid] if victims else ["local"]
            steps[name] = in_child("cluster:check", seeds, spool, *where)
            gone = sum(worker.poll() is not None for worker in there.workers)
        if gone != victims:
            message = f"{gone} workers ended, and {victims} were to be killed"
            raise RuntimeError(message)
        click.echo(f"  {name}: {shown(steps[name].seconds)}, {steps[name].value}", err=True)
    return steps


@click.command()
@click.option("--full", is_flag=True, help=f"{FULL:,} triples: some gigabytes on disk.")
@click.option("--triples", type=click.IntRange(1000), default=SIZE, show_default=True)
@click.option("--scratch", type=click.Path(exists=True, file_okay=False), help="Where the data may lie for the time.")
def main(triples: int, scratch: str | None, *, full: bool) -> None:
    """Say what a cluster takes of which a worker is killed, and whether anything was lost."""
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        steps = _both(FULL if full else triples, Path(place))
    rows = [
        [
            name,
            f"{step.value['records']:,}",
            step.value["killed"] or "no",
            shown(step.seconds),
            step.value["digest"][:16],
        ]
        for name, step in steps.items()
    ]
    click.echo(f"{versions()}\n\n{table(['checked by', 'records', 'killed when', 'time', 'SHA-256'], rows)}\n")
    same = len({step.value["digest"] for step in steps.values()}) == 1
    click.echo(f"Quads and problems are {'the same: nothing is lost' if same else 'NOT the same'}.")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
