"""Processes that check records side by side."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor


MANY = 1000
"""Records from which on the start of processes pays."""


@contextmanager
def workers(count: int | None, records: int) -> Iterator[Executor | None]:
    """Give an executor with that many processes, or None for one; without a count, as many as pay for the records."""
    if count is None:
        count = 1 if records < MANY else os.cpu_count() or 1
    if count == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as executor:
        yield executor
