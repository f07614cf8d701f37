"""What the server tells those who run it: lines of JSON on standard error."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import sys
import time
from contextlib import suppress

_HELD_SECONDS = 0.1
"""How long a line may wait for others, to be written with them."""
_SHORTEST = 64
"""Bytes that the time of a line takes, and some more."""


class _Line(logging.Formatter):
    """Makes one line of JSON of a message."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": _written(record.created),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def log_to_standard_error() -> None:
    """Write the log of the server, of uvicorn and of the event loop to standard error, and nowhere else."""
    levels = {"calcigraph.serve": logging.INFO, "uvicorn": logging.WARNING, "asyncio": logging.WARNING}
    for name, level in levels.items():
        handler = logging.StreamHandler()
        handler.setFormatter(_Line())
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False


class Lines:
    """Writes the lines of requests to standard error, many at a time and each with its time.

    What is written at once is no more than a pipe takes in whole: so lines of several processes do not mix.
    """

    longest = select.PIPE_BUF - _SHORTEST
    """Bytes that a line may have."""

    def __init__(self) -> None:
        self._held: list[str] = []
        self._size = 0
        self._second = 0
        self._start = ""
        self._timer: asyncio.TimerHandle | None = None

    def write(self, rest: str) -> None:
        """Write a line of JSON that goes on like this after its time, soon; it must be ASCII."""
        now = int(time.time())
        if now != self._second:
            self._second, self._start = now, f'{{"time": "{_written(now)}", '
        size = len(self._start) + len(rest) + 1
        if self._size + size > select.PIPE_BUF:
            self.flush()
        self._held.append(f"{self._start}{rest}\n")
        self._size += size
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_HELD_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what is held; where that is not possible, as on a full disk, it is lost, and no request with it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        data = "".join(self._held).encode()
        self._held.clear()
        self._size = 0
        with suppress(OSError):
            os.write(sys.stderr.fileno(), data)


def _written(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
