"""Connections that may be slow, idle, large or too many: each is bounded before a request reaches the application.

uvicorn bounds how long a connection may be idle between two requests. It does not bound a head that never ends, a
client that sends a byte now and then, one that takes nothing of its answer, or the number of those that wait.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from calcigraph.serve.repeats import AGAIN, LONGEST, RAW
from calcigraph.serve.settings import Limits

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from calcigraph.serve.repeats import Again, Key, Repeat

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n"
    b"The request line and headers are too large: send a long query by POST.\n"
)
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n"
    b"The request did not come in time.\n"
)


_SMALL = 16 * 1024
"""Bytes up to which what is written waits for what is written next."""
_LEFTOVERS = 16
"""How many times the largest body a client may send on, after the answer, before its connection is cut."""


def bounded(limits: Limits, kept: Callable[[Key], Repeat | None] | None = None) -> type[HttpToolsProtocol]:
    """Return the protocol class that keeps to these limits, as uvicorn wants one.

    `kept` gives what was sent for a request of the same bytes, if it is to be sent again.
    """

    class Bounded(BoundedProtocol):
        bounds = limits

        def repeat(self, key: Key) -> Repeat | None:
            """Return what was sent for a request of the same bytes, if it is to be sent again."""
            return kept(key) if kept is not None else None

    return Bounded


class _Patient:
    """A transport that sends what is written in one turn of the loop at once, and is closed as its protocol wants it.

    A head and its body are written apart, and each sending is a call of the system, the dearest part of a small answer.
    """

    def __init__(
        self, transport: asyncio.Transport, close: Callable[[], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._last = b""
        self.close = close

    def write(self, data: bytes) -> None:
        """Send the bytes before the next turn, or now if they are many: the transport is to see how much waits."""
        self._held.append(data)
        if len(data) > _SMALL:
            self.flush()
        elif len(self._held) == 1:
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Send what was written."""
        if self._held:
            data = self._last = b"".join(self._held)
            self._held.clear()
            if not self._transport.is_closing():
                self._transport.write(data)

    def latest(self) -> bytes:
        """Return what was written last, in this turn or at once."""
        return b"".join(self._held) or self._last

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with bounds on the head's size, its time, the time of sending, and idle connections."""

    bounds = Limits()

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._head = 0
        self._in_head = True
        self._in_body = False
        self._coming: asyncio.TimerHandle | None = None
        self._going: asyncio.TimerHandle | None = None
        self._unsent = 0
        self._leftover: int | None = None
        self._begun = 0
        self._raw: bytes | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; if there are too many, close the one that has been idle longest."""
        self._real = transport
        patient: Any = _Patient(transport, self._close, self.loop)
        self._patient = patient
        super().connection_made(patient)
        self._wait_for_head()
        waiting: dict[BoundedProtocol, None] = self.app_state.setdefault("waiting_connections", {})
        self._waiting = waiting
        self._who = self.client[0] if self.client else ""
        waiting[self] = None
        if len(self.connections) > self.bounds.connections:
            oldest = next(iter(waiting))
            oldest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection and its timers."""
        self._waiting.pop(self, None)
        self._stop(self._coming)
        self._stop(self._going)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of a head, and refuse one that is too large; leave aside what comes after an answer."""
        if self._leftover is not None:
            self._leftover += len(data)
            if self._leftover > _LEFTOVERS * self.bounds.body:
                self.transport.abort()
            return
        alone = self._at_rest() and len(data) <= LONGEST
        self._raw = None
        if alone and self._sent_again(data):
            return
        self._begun = 0
        if self._in_head:
            self._head += len(data)
            if self._coming is None:
                self._wait_for_head()
        super().data_received(data)
        if self._in_head and self._head > self.bounds.head:
            self._refuse(_TOO_LARGE)
        elif alone and self._begun == 1 and self._at_end():
            self._raw = data
            self.scope[RAW] = True  # type: ignore[literal-required]

    def on_message_begin(self) -> None:
        """Count the requests that come together."""
        self._begun += 1
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop the clock of the head; one that came whole may still be too large."""
        self._stop(self._coming)
        self._coming = None
        self._in_head, self._in_body = False, True
        self._waiting.pop(self, None)
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.bounds.head:
            self._refuse(_TOO_LARGE)
            return
        super().on_headers_complete()
        # An answer that does not wait for the body is the last one, and must say so: clients use a connection again.
        self._default_headers = self.cycle.default_headers
        self.cycle.default_headers = [*self._default_headers, (b"connection", b"close")]

    def on_message_complete(self) -> None:
        """Expect the next head."""
        self._in_head, self._in_body, self._head = True, False, 0
        if self.cycle is not None:
            self.cycle.default_headers = self._default_headers
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Count the connection among those that wait, and keep what was sent if it may be sent again."""
        again: Again | None = self.scope.get(AGAIN)  # type: ignore[assignment]
        if again is not None and self._raw is not None:
            again.keep((self._who, self._raw), self._patient.latest())
        super().on_response_complete()
        if not self.transport.is_closing():
            self._waiting[self] = None

    def repeat(self, key: Key) -> Repeat | None:
        """Return what was sent for a request of the same bytes, if it is to be sent again; here nothing is kept."""
        del key
        return None

    def _at_rest(self) -> bool:
        """Return whether all requests are answered, and nothing of the next one has come."""
        done = self.cycle is None or self.cycle.response_complete
        return done and self._in_head and not self._head and not self.flow.write_paused

    def _at_end(self) -> bool:
        """Return whether a request is there in whole, after which the connection stays."""
        stays = self.cycle is not None and self.cycle.keep_alive and not self.transport.is_closing()
        return stays and self._in_head and not self._head

    def _sent_again(self, data: bytes) -> bool:
        """Send what was sent for the same bytes before, if that is kept; return whether it was."""
        start = time.perf_counter()
        repeat = self.repeat((self._who, data))
        if repeat is None or self.transport.is_closing():
            return False
        self._stop(self._coming)
        self._coming = None
        self._waiting.pop(self, None)
        self._patient.write(repeat.sent(self.server_state.default_headers))
        super().on_response_complete()
        self._waiting[self] = None
        repeat.note(time.perf_counter() - start)
        return True

    def pause_writing(self) -> None:
        """Watch a client that does not take what is sent."""
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._going = self.loop.call_later(self.bounds.send_seconds, self._still_unsent)

    def resume_writing(self) -> None:
        """Stop watching."""
        self._stop(self._going)
        self._going = None
        super().resume_writing()

    def _close(self) -> None:
        """Close the connection, in a while if the client still sends and was not told yet that this was all."""
        self._patient.flush()
        if self._in_body and self._leftover is None:
            self._linger()
        else:
            self._real.close()

    def _linger(self) -> None:
        """Say that this was all, and close in a while: the answer came before the end of a body that may have none.

        Closed at once, the system would tell a client that still sends nothing but that the connection is lost.
        """
        self._leftover = 0
        self._coming = self.loop.call_later(self.bounds.receive_seconds, self.transport.close)
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()

    def _still_unsent(self) -> None:
        """Drop a client that took nothing; give one that takes its time as long again."""
        size = self.transport.get_write_buffer_size()
        if size >= self._unsent:
            self.transport.abort()
            return
        self._unsent = size
        self._going = self.loop.call_later(self.bounds.send_seconds, self._still_unsent)

    def _wait_for_head(self) -> None:
        self._coming = self.loop.call_later(self.bounds.receive_seconds, self._refuse, _TOO_SLOW)

    def _refuse(self, answer: bytes) -> None:
        """Say why, and close."""
        if not self.transport.is_closing():
            self.transport.write(answer)
            self._patient.flush()
            self._real.close()

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
