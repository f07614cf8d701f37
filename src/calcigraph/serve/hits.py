"""Repeated requests: an answer that was given on this build is given again as it was sent, past all that made it.

It stands before routes, negotiation, tags, compression and headers for browsers, and knows nothing of them: what it
keeps is the whole head and body, and what it goes by is all of the request on which they can depend.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.serve.accesslog import ROUTE
from calcigraph.serve.protocol import BODY, FORM, QUERY
from calcigraph.serve.repeats import AGAIN, LONGEST, RAW, Again

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from calcigraph.serve.accesslog import Requests
    from calcigraph.serve.serving import Current, Serving

_SERVING = "calcigraph.same"
_STATUSES = frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED})
_POSTED = frozenset({QUERY.encode(), FORM.encode()})
_DIGITS = 9
_BESIDE = frozenset(
    {b"user-agent", b"referer", b"content-length", b"connection", b"x-forwarded-for", b"x-request-id", b"traceparent"}
)
"""Headers on which no answer depends. All others are compared, also those of which nothing is known."""


class _Key(NamedTuple):
    """All of a request on which its answer can depend."""

    method: str
    scheme: str
    path: bytes
    fields: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        headers = sum(len(name) + len(value) for name, value in self.headers)
        return len(self.path) + len(self.fields) + headers + len(self.body)


class Reply(NamedTuple):
    """An answer as it was sent: its two messages, and the route that made it."""

    start: Message
    body: Message
    route: str


def same(request: Request, serving: Serving) -> None:
    """Note that the answer to this request depends on the request and on that build alone."""
    request.scope[_SERVING] = serving


class Hits:
    """The application behind its answers: one that is kept is sent at once, others as they are made."""

    def __init__(self, app: ASGIApp, current: Current, requests: Requests) -> None:
        self._app = app
        self._current = current
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer that is kept, or pass the request on and keep what is sent if it was noted as the same."""
        body = b""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD", "POST"}:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "POST":
            if not self._short(scope):
                await self._app(scope, receive, send)
                return
            whole, receive = await self._read(receive)
            if whole is None:
                await self._app(scope, receive, send)
                return
            scope[BODY] = body = whole
        key = _key(scope, body)
        serving = self._current.serving
        reply = serving.hits.get(key)
        if reply is None:
            await self._pass(scope, receive, send, key)
            return
        scope[ROUTE] = reply.route
        serving.metrics.repeated()
        if RAW in scope:
            scope[AGAIN] = self._again(scope, serving, reply)
        await send(reply.start)
        await send(reply.body)

    def _again(self, scope: Scope, serving: Serving, reply: Reply) -> Again:
        """Return what keeps the answer as it is sent, for the same request byte by byte."""
        length = len(reply.body.get("body", b""))
        note = self._requests.like(scope, status=reply.start["status"], sent=length)

        def again(seconds: float) -> None:
            serving.metrics.repeated()
            note(seconds)

        return Again(serving.repeats, length, again)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, key: _Key) -> None:
        """Let the answer be made, and keep it if it came whole and would be the same again."""
        sent: list[Message] = []

        async def watched(message: Message) -> None:
            if len(sent) <= 1:
                sent.append(message)
            await send(message)

        await self._app(scope, receive, watched)
        serving: Serving | None = scope.get(_SERVING)
        if serving is None or len(sent) <= 1:
            return
        start, body = sent
        if start["status"] in _STATUSES and not body.get("more_body", False):
            reply = Reply(start, body, scope.get(ROUTE, "none"))
            serving.hits.put(key, reply, key.size + len(body.get("body", b"")))

    def _short(self, scope: Scope) -> bool:
        """Return whether a posted query is so short that it may be read before anyone decides what to do with it."""
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        most = min(LONGEST, self._current.settings.limits.body)
        return (
            headers.get(b"content-type") in _POSTED
            and len(length) < _DIGITS
            and length.isdigit()
            and int(length) <= most
        )

    async def _read(self, receive: Receive) -> tuple[bytes | None, Receive]:
        """Return the body if it comes in one part, or else nothing, and what gives the application what was taken."""
        late = False
        first: Message = {}
        try:
            async with asyncio.timeout(self._current.settings.limits.receive_seconds):
                first = await receive()
        except TimeoutError:
            late = True
        if first.get("type") == "http.request" and not first.get("more_body", False):
            return first.get("body", b""), receive
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            if late:
                # The time that a body may take is over: who reads it says so.
                raise TimeoutError
            return first

        return None, again


def _key(scope: Scope, body: bytes) -> _Key:
    headers = tuple([one for one in scope["headers"] if one[0] not in _BESIDE])
    return _Key(scope["method"], scope["scheme"], scope["raw_path"], scope["query_string"], headers, body)
