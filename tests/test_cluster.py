"""A Dask cluster in the place of local processes: a scheduler and workers as processes, one of which is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calcigraph.build.check import check
from calcigraph.build.workers import workers
from calcigraph.errors import BadExecutor, ExecutorFailed
from calcigraph.resources import record_files, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_cluster import Cluster

    from calcigraph.build.check import Checked

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
GENERATOR = BENCHMARKS / "synthetic.py"
TRIPLES = 30_000


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Give a scheduler with two workers, each a process of its own."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    from dask_cluster import cluster

    with cluster(tmp_path) as there:
        yield there


def _facts(checked: Checked) -> bytes:
    return b"".join(part.read_bytes() for part in checked.parts)


def test_nothing_is_lost_when_a_worker_is_killed(cluster: Cluster, tmp_path: Path) -> None:
    """A cluster of which one of two workers is killed on the way reads and finds what one local process does."""
    seeds = tmp_path / "seeds"
    subprocess.run([sys.executable, GENERATOR, seeds, "--triples", str(TRIPLES)], check=True, capture_output=True)
    product = resources(seeds=seeds)
    files = record_files(seeds)
    places = [tmp_path / "alone", tmp_path / "shared"]
    for place in places:
        place.mkdir()
    alone = check(product, files, places[0])
    killed: list[str] = []

    def kill_one(step: str) -> None:
        if step.startswith("Read and validated") and not killed:
            cluster.workers[0].send_signal(signal.SIGKILL)
            killed.append(step)

    with workers(None, 0, cluster.address) as executor:
        shared = check(product, files, places[1], executor=executor, progress=kill_one)
    assert cluster.workers[0].wait(timeout=10) == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    done, total = (int(word.replace(",", "")) for word in killed[0].split() if word[0].isdigit())
    assert done < total, "the worker was killed when all was done"
    assert _facts(shared) == _facts(alone)
    assert (shared.problems, shared.files) == (alone.problems, alone.files)


def test_the_commands_take_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    """`build` and `validate` say the same with a cluster as without."""
    tiny = str(Path(__file__).parent / "worlds" / "tiny")
    for words in (["validate", "--seeds", tiny], ["build", "--seeds", tiny]):
        told = []
        for place in ("local", cluster.address):
            home = tmp_path / place.partition(":")[0]
            ran = subprocess.run(
                [sys.executable, "-m", "calcigraph", *words, "--executor", place],
                env=os.environ | {"CALCIGRAPH_HOME": str(home)},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, ran.stderr
            told.append((ran.stdout.replace(str(home), ""), ran.stderr))
        assert told[0] == told[1]


def test_a_place_without_a_scheduler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No scheduler, no such place, and a number of processes for a cluster are errors in a sentence."""
    monkeypatch.setattr("calcigraph.build.workers._SECONDS", 1)
    for count, place, error, message in (
        (None, "tcp://127.0.0.1:9", ExecutorFailed, "No Dask scheduler answers at tcp://127.0.0.1:9"),
        (None, "moon", BadExecutor, "'moon' is no executor"),
        (2, "tcp://127.0.0.1:9", BadExecutor, "leave out --jobs"),
    ):
        with pytest.raises(error, match=message), workers(count, 0, place):
            pytest.fail("there is nothing to work with")
