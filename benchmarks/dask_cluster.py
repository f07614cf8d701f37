"""A Dask cluster for a while: a scheduler and workers, each a process of its own on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKERS = 2
_WAIT_SECONDS = 60


class Cluster(NamedTuple):
    """A scheduler by its address, and the processes of its workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Give a scheduler with its workers; the folder takes what they write."""
    told = folder / "scheduler.json"
    where = ["--scheduler-file", str(told)]
    started = [_dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *where)]
    one = ["--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
    try:
        started += [_dask("worker", *where, *one) for _ in range(WORKERS)]
        yield Cluster(_ready(told), started[1:])
    finally:
        for process in started:
            process.kill()
            process.wait()
        told.unlink(missing_ok=True)


def _dask(*words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _ready(told: Path) -> str:
    """Return the address of the scheduler once its workers are there."""
    from distributed import Client

    until = time.monotonic() + _WAIT_SECONDS
    while not (told.is_file() and told.stat().st_size):
        if time.monotonic() > until:
            message = "the scheduler did not start"
            raise TimeoutError(message)
        time.sleep(0.1)
    address = str(json.loads(told.read_text(encoding="utf-8"))["address"])
    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(WORKERS, timeout=_WAIT_SECONDS)
    return address
