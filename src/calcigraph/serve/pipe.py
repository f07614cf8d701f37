"""The server's end of the socket to a worker: sends it a job, and gathers the frames of its answer."""

from __future__ import annotations

import asyncio
import json
import tempfile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from calcigraph.serve import wire
from calcigraph.serve.problems import Refused, Why

if TYPE_CHECKING:
    import socket

_SPOOL = 2**20
"""Bytes of a result that are held in memory; a larger one is kept in a file while it is sent."""


class Result(NamedTuple):
    """A result: `solutions` or `graph`, and its bytes, in a file that stands at its start."""

    form: str
    content: IO[bytes]
    length: int
    spent: bool
    """Whether the worker has taken so much memory that it must not go on."""


class WorkerGone(ConnectionError):
    """A worker that ended before its answer did."""


class Pipe(asyncio.Protocol):
    """A conversation with one worker: one job at a time."""

    def __init__(self) -> None:
        self._held = b""
        self._length = 0
        self._content: IO[bytes] | None = None
        self._answer: asyncio.Future[Result] | None = None
        self._gone = False

    @classmethod
    async def over(cls, connection: socket.socket) -> Pipe:
        """Return the pipe over a connected socket."""
        _, pipe = await asyncio.get_running_loop().create_connection(cls, sock=connection)
        return pipe

    def ask(self, job: wire.Job, seconds: float) -> asyncio.Future[Result]:
        """Send a job; the future has its result.

        It raises Refused for what the worker says of the query, WorkerGone if the worker ended, and TimeoutError after
        that many seconds. After each but the first the worker must not be asked again.
        """
        loop = asyncio.get_running_loop()
        self._answer = answer = loop.create_future()
        if self._gone:
            answer.set_exception(WorkerGone())
            return answer
        late = loop.call_later(seconds, expire, answer)
        answer.add_done_callback(lambda _: late.cancel())
        self._transport.write(wire.frame(wire.JOB, job.to_bytes()))
        return answer

    def close(self) -> None:
        """Close the socket, on which the worker ends."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read the frames that are there in whole."""
        data = self._held + data
        start = 0
        while len(data) - start >= wire.HEAD.size:
            kind, size = wire.HEAD.unpack_from(data, start)
            end = start + wire.HEAD.size + size
            if end > len(data):
                break
            self._frame(kind, data[end - size : end])
            start = end
        self._held = data[start:]

    def connection_lost(self, exc: Exception | None) -> None:
        """Say to who waits that there will be no answer."""
        self._gone = True
        self._drop()
        if self._answer is not None and not self._answer.done():
            error = WorkerGone()
            error.__cause__ = exc
            self._answer.set_exception(error)

    def _frame(self, kind: bytes, data: bytes) -> None:
        answer = self._answer
        if answer is None or answer.done():
            # Nobody waits any more; the worker is about to be ended.
            self._drop()
        elif kind == wire.DATA:
            self._content = self._content or _spooled()
            self._content.write(data)
            self._length += len(data)
        elif kind == wire.ERROR:
            self._drop()
            problem = json.loads(data)
            answer.set_exception(Refused(Why(problem["code"]), problem["message"], **problem["facts"]))
        else:
            facts = json.loads(data)
            content = self._content or _spooled()
            content.seek(0)
            answer.set_result(Result(facts["form"], content, self._length, facts["spent"]))
            self._content, self._length = None, 0

    def _drop(self) -> None:
        """Forget what came of an answer that will not be given."""
        if self._content is not None:
            self._content.close()
        self._content, self._length = None, 0


def _spooled() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=_SPOOL)


def expire(awaited: asyncio.Future[Any]) -> None:
    """Say to who waits that it took too long, unless it is there."""
    if not awaited.done():
        awaited.set_exception(TimeoutError())
