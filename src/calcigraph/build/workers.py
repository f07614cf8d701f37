"""Processes that check records side by side: of this machine, or of a Dask cluster."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from calcigraph.errors import BadExecutor, ExecutorFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor


MANY = 1000
"""Records from which on the start of processes pays."""
LOCAL = "local"
_CLUSTER = ("tcp://", "tls://")
_SECONDS = 10


@contextmanager
def workers(count: int | None, records: int, where: str = LOCAL) -> Iterator[Executor | None]:
    """Give an executor with that many processes, or None for one; without a count, as many as pay for the records.

    `where` is "local", or the address of the scheduler of a Dask cluster, whose workers have Calcigraph and see the
    same folders; then the cluster says how many work. Raises BadExecutor for another place or a count with a cluster,
    ExecutorFailed if the scheduler does not answer or its workers end again and again, and ModuleNotFoundError without
    Dask.
    """
    if where != LOCAL:
        if not where.startswith(_CLUSTER):
            raise BadExecutor(f"{where!r} is no executor: write local, or tcp://HOST:PORT of a Dask scheduler.")
        if count is not None:
            message = "A cluster has as many workers as it has: leave out --jobs."
            raise BadExecutor(message)
        with _cluster(where) as executor:
            yield executor
        return
    if count is None:
        count = 1 if records < MANY else os.cpu_count() or 1
    if count == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as executor:
        yield executor


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    from distributed import Client, KilledWorker

    try:
        client: Any = Client(address, timeout=_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ExecutorFailed(f"No Dask scheduler answers at {address}: {error}.") from error
    with client:
        if not client.scheduler_info()["workers"]:
            raise ExecutorFailed(
                f"The Dask scheduler at {address} has no workers: start some with `dask worker {address}`."
            )
        try:
            # A task goes to another worker when its own ends, and writes the same file: nothing is lost.
            yield client.get_executor()
        except KilledWorker as error:
            raise ExecutorFailed(f"Worker after worker of {address} ended at the same task: {error}.") from error
