"""The workers of one build: a query goes to one that is free, and a worker that broke a limit is replaced."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from calcigraph.errors import CalcigraphError
from calcigraph.serve.pipe import Pipe, WorkerGone, expire
from calcigraph.serve.problems import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from pathlib import Path

    from calcigraph.serve.pipe import Result
    from calcigraph.serve.settings import Settings
    from calcigraph.serve.wire import Job

log = logging.getLogger("calcigraph.serve")
_NO_MEMORY = "memory allocation"
"""What the engine prints when the system gives it no more memory."""
_START_SECONDS = 300.0
_GONE = 0
"""In the place of the process of a worker that was ended."""


class PoolFailed(CalcigraphError, RuntimeError):
    """Workers that could not be started."""


@dataclass(eq=False, slots=True)
class _Worker:
    pid: int
    pipe: Pipe


@dataclass(eq=False)
class Pool:
    """Workers on one build."""

    build: Path
    settings: Settings
    prefixes: Mapping[str, str]
    ended: Callable[[str], None] = lambda _: None
    """Called with the code of the problem whenever a worker had to be replaced."""
    broken: bool = False
    """Whether the process that makes workers is gone: the pool must be replaced."""
    busy: int = 0
    _idle: list[_Worker] = field(default_factory=list)
    _waiters: deque[asyncio.Future[_Worker]] = field(default_factory=deque)
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return len(self._waiters)

    async def start(self) -> None:
        """Load the graph and make the workers; raises PoolFailed."""
        ours, theirs = socket.socketpair()
        told = {
            "build": str(self.build),
            "services": self.settings.services,
            "in_memory": self.settings.in_memory,
            "limits": asdict(self.settings.limits),
            "prefixes": dict(self.prefixes),
        }
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "calcigraph.serve.zygote",
                str(theirs.fileno()),
                json.dumps(told),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                env=os.environ | {"RUST_BACKTRACE": "0"},
            )
        ours.setblocking(False)  # noqa: FBT003 -- its only argument
        self._control = ours
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._heard()
                for _ in range(self.settings.workers):
                    self._idle.append(await self._fork())
        except (EOFError, TimeoutError, OSError) as error:
            self._control.close()
            await self._process.wait()
            message = f"The workers for {self.build} could not be started."
            raise PoolFailed(message) from error

    async def run(self, job: Job) -> Result:
        """Return the result of the job.

        Raises Refused: what the worker says of the query, `time`, `memory`, `depth` or `size` for a limit that it
        broke, and `busy` if too many others wait.
        """
        worker = await self._take()
        keep = False
        try:
            result = await worker.pipe.ask(job, job.seconds or self.settings.limits.seconds)
        except Refused:
            keep = True
            raise
        except TimeoutError as error:
            self.ended(Why.TIME)
            raise self._too_long() from error
        except WorkerGone as error:
            raise self._why(*await self._end(worker, kill=False)) from error
        else:
            keep = not result.spent
            return result
        finally:
            if keep:
                self._give_back(worker)
            else:
                self._background(self._replace(worker))

    async def fetch(self, job: Job) -> bytes:
        """Return the whole result of the job; raises Refused as `run` does."""
        result = await self.run(job)
        with result.content:
            return result.content.read()

    async def close(self) -> None:
        """Wait for queries that run, then end all workers."""
        while self.busy:
            self._quiet.clear()
            await self._quiet.wait()
        for worker in self._idle:
            worker.pipe.close()
        self._idle.clear()
        self._control.close()
        await self._process.wait()

    async def _take(self) -> _Worker:
        if self._idle:
            self.busy += 1
            return self._idle.pop()
        if self.broken or self.waiting >= self.settings.limits.waiting:
            message = "Too many queries are waiting. Come back in a second."
            raise Refused(Why.BUSY, message, waiting=self.waiting)
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[_Worker] = loop.create_future()
        self._waiters.append(waiter)
        late = loop.call_later(self.settings.limits.seconds, expire, waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            # The request is gone: a worker that it was given in the same moment goes to the next one.
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._give_back(waiter.result())
            raise
        except TimeoutError as error:
            message = "No worker became free in time. Come back in a few seconds."
            raise Refused(Why.BUSY, message, waiting=self.waiting) from error
        finally:
            late.cancel()
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def _give_back(self, worker: _Worker) -> None:
        """Hand the worker to the query that has waited longest, or make it free."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(worker)
                return
        self.busy -= 1
        self._idle.append(worker)
        self._quiet.set()

    async def _replace(self, worker: _Worker) -> None:
        """Put a new worker in the place of one that must not go on."""
        try:
            await self._end(worker, kill=True)
            self._give_back(await self._fork())
        except (EOFError, OSError):
            self.broken = True
            self.busy -= 1
            self._quiet.set()

    def _too_long(self) -> Refused:
        seconds = self.settings.limits.seconds
        message = f"The query was ended after {seconds:g} seconds. Ask for less: LIMIT, or narrower patterns."
        return Refused(Why.TIME, message, limit_seconds=seconds)

    def _why(self, code: int, said: str) -> Refused:
        """Return what is said of a worker that ended by itself, and that printed this."""
        if code == -signal.SIGALRM:
            self.ended(Why.TIME)
            return self._too_long()
        if (code == -signal.SIGABRT and _NO_MEMORY in said) or code == -signal.SIGKILL:
            self.ended(Why.MEMORY)
            most = self.settings.limits.memory
            message = f"The query needs more than {most:,} bytes of memory. Ask for less, or sort less."
            return Refused(Why.MEMORY, message, limit_bytes=most)
        if code == -signal.SIGSEGV:
            self.ended(Why.DEPTH)
            message = "The query is nested too deeply. Write it with fewer brackets inside each other."
            return Refused(Why.DEPTH, message)
        self.ended(Why.FAILED)
        log.error("A worker ended with %s: %s", code, said)
        message = (
            "The query engine failed on this query, which is a fault of the engine. "
            "If the query sorts values of several kinds, sort by STR(?value)."
        )
        return Refused(Why.FAILED, message)

    def _background(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start what must be finished even when the request that caused it is gone."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _fork(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            answer = await self._tell({"do": "fork"}, [theirs.fileno()])
        return _Worker(answer["pid"], await Pipe.over(ours))

    async def _end(self, worker: _Worker, *, kill: bool) -> tuple[int, str]:
        """End the worker, or wait until it has ended; return its exit code and what it printed."""
        if worker.pid == _GONE:
            return 0, ""
        pid, worker.pid = worker.pid, _GONE
        worker.pipe.close()
        told = await self._tell({"do": "end", "pid": pid, "kill": kill})
        return told["status"], told["said"]

    async def _tell(self, command: Mapping[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        """Return the answer to a command; an answer is always waited for, so that the next one is not taken for it."""

        async def talk() -> dict[str, Any]:
            async with self._lock:
                socket.send_fds(self._control, [json.dumps(command).encode()], descriptors)
                return await self._heard()

        answer: dict[str, Any] = await asyncio.shield(self._background(talk()))
        return answer

    async def _heard(self) -> dict[str, Any]:
        text = bytearray()
        while not text.endswith(b"\n"):
            part = await asyncio.get_running_loop().sock_recv(self._control, 4096)
            if not part:
                raise EOFError
            text += part
        answer: dict[str, Any] = json.loads(text)
        return answer
