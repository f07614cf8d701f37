"""Several processes that serve from one socket: they are started, replaced when they die, and told to stop.

All take connections from the socket that this process holds. So none is refused while one of them is replaced, and
the address is free once all have ended. Each has a line to this one, over which it says whether it answers and hears
whether all do; when the line breaks the other end is gone, and it stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import pickle
import signal
import socket
import sys
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client.multiprocess import mark_process_dead

from calcigraph.serve.pool import PoolFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph.resources import Resources
    from calcigraph.serve.settings import Settings
    from calcigraph.store.local import Build, Home

log = logging.getLogger("calcigraph.serve")
_PAUSE_SECONDS = 1.0
"""Between two starts of a process in the same place: one that cannot start is not to take all of the machine."""
_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""Where the library that counts looks for the folder in which all processes count."""


class Told(NamedTuple):
    """What a process is told when it starts."""

    made: Build
    product: Resources
    home: Home
    settings: Settings
    metrics: str = ""
    """The folder in which all processes count."""


@dataclass(eq=False)
class _Place:
    """The place of one process, which another takes when it dies."""

    number: int
    process: asyncio.subprocess.Process | None = None
    line: asyncio.StreamWriter | None = None
    build: str = ""
    """The digest of the build that it serves, or nothing while it does not answer."""
    failure: str = ""
    """Why it could not start, in its own words."""

    def send(self, number: int) -> None:
        """Pass a signal on, if there is a process."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)


@dataclass(eq=False)
class Supervisor:
    """Keeps as many processes as the settings say on one socket."""

    told: Told
    listener: socket.socket
    ready: Callable[[], None]
    """Called once, when all processes answer."""
    _announced: bool = False
    _ending: asyncio.Event = field(default_factory=asyncio.Event)
    _places: list[_Place] = field(default_factory=list)

    async def run(self) -> None:
        """Serve until this process is told to stop; raises PoolFailed if a process does not start at first."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number)
        self._places = [_Place(number + 1) for number in range(self.told.settings.processes)]
        with tempfile.TemporaryDirectory(prefix="calcigraph-metrics-", ignore_cleanup_errors=True) as folder:
            self.told = self.told._replace(metrics=folder)
            kept = [asyncio.create_task(self._keep(place)) for place in self._places]
            try:
                await asyncio.gather(*kept)
            finally:
                self._stop(signal.SIGTERM)
                await asyncio.gather(*kept, return_exceptions=True)

    def _stop(self, number: int) -> None:
        """Take no more connections, and pass the signal on; a second one ends what the first one waits for."""
        self._ending.set()
        self.listener.close()
        for place in self._places:
            place.send(number)

    async def _keep(self, place: _Place) -> None:
        """Keep a process in that place until the server stops."""
        loop = asyncio.get_running_loop()
        while not self._ending.is_set():
            earliest = loop.time() + _PAUSE_SECONDS
            ended = await self._one(place)
            if self._ending.is_set():
                return
            if not self._announced:
                raise PoolFailed(place.failure or f"A process of the server ended with {ended} before it answered.")
            log.error("Process %d ended with %d; another takes its place. %s", place.number, ended, place.failure)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(earliest):
                    await self._ending.wait()

    async def _one(self, place: _Place) -> int:
        """Run one process to its end, and return its exit code."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "calcigraph.serve.process",
                str(theirs.fileno()),
                str(self.listener.fileno()),
                pass_fds=(theirs.fileno(), self.listener.fileno()),
                stdin=asyncio.subprocess.PIPE,
                env=os.environ | {_METRICS: self.told.metrics},
                # The terminal's Ctrl-C goes to the whole group: it is passed on once, from here.
                process_group=0,
            )
        place.process, place.failure = process, ""
        if self._ending.is_set():
            place.send(signal.SIGTERM)
        reader, place.line = await asyncio.open_connection(sock=ours)
        with contextlib.suppress(ConnectionError), contextlib.closing(place.line):
            assert process.stdin is not None  # noqa: S101 -- it was asked for
            with contextlib.closing(process.stdin):
                process.stdin.write(pickle.dumps(self.told))
                await process.stdin.drain()
            async for text in reader:
                self._hear(place, json.loads(text))
        place.line, place.build = None, ""
        self._tell_all()
        code = await process.wait()
        mark_process_dead(process.pid, self.told.metrics)  # type: ignore[no-untyped-call]
        return code

    def _hear(self, place: _Place, said: dict[str, str]) -> None:
        """Note what a process says of itself, and tell all."""
        place.build, place.failure = said["build"], said["failure"]
        self._tell_all()
        if not self._announced and all(one.build for one in self._places):
            self._announced = True
            self.ready()

    def _tell_all(self) -> None:
        """Tell each process which build every one of them serves."""
        told = json.dumps([place.build for place in self._places]).encode() + b"\n"
        for place in self._places:
            if place.line is not None:
                place.line.write(told)
