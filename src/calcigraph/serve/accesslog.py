"""One line of JSON per request, on standard error; and the counters of requests."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from calcigraph.serve.logs import Lines
    from calcigraph.serve.metrics import Metrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ROUTE = "calcigraph.route"
"""Where the application notes, in a request's scope, which route it took."""
_LONGEST, _SHORTER = 512, 64
"""Characters of a path, a client's name or a query string that are logged; the fewer if their line were too long."""


class Requests:
    """Counts requests that were answered, and logs each."""

    def __init__(self, metrics: Metrics, lines: Lines) -> None:
        self._metrics = metrics
        self._lines = lines

    def came(self) -> None:
        """Count a request that came."""
        self._metrics.started()

    def answered(self, scope: Scope, *, status: int, sent: int, seconds: float) -> None:
        """Count and log a request that came."""
        self._metrics.ended_request()
        self.like(scope, status=status, sent=sent)(seconds)

    def like(self, scope: Scope, *, status: int, sent: int) -> Callable[[float], None]:
        """Return what counts and logs a request that is like this one but for its time."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        # Routes are few; paths are as many as strangers like, and would fill the memory.
        count = self._metrics.counter(route=scope.get(ROUTE, "none"), method=method, status=status, sent=sent)
        before, after = self._line(scope, status, sent)
        write = self._lines.write

        def note(seconds: float) -> None:
            count(seconds)
            write(f"{before}{seconds * 1000:.2f}{after}")

        return note

    def _line(self, scope: Scope, status: int, sent: int) -> tuple[str, str]:
        """Return the log's line from behind its time to the milliseconds, and what follows these."""
        line = _line(scope, status, sent, _LONGEST)
        return line if sum(map(len, line)) < self._lines.longest else _line(scope, status, sent, _SHORTER)


class AccessLog:
    """Middleware that logs and counts each request when its answer has been sent."""

    def __init__(self, app: ASGIApp, requests: Requests) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and watch what is sent."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status, sent = 500, 0

        async def watched(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        self._requests.came()
        try:
            await self._app(scope, receive, watched)
        finally:
            self._requests.answered(scope, status=status, sent=sent, seconds=time.perf_counter() - start)


def _line(scope: Scope, status: int, sent: int, longest: int) -> tuple[str, str]:
    headers = dict(scope["headers"])
    told = {
        "client": scope["client"][0] if scope.get("client") else None,
        "method": scope["method"][:longest],
        "path": scope["path"][:longest],
        "query": scope["query_string"][:longest].decode("latin-1"),
        "status": status,
        "bytes": sent,
    }
    agent = headers.get(b"user-agent", b"")[:longest].decode("latin-1")
    return f'{json.dumps(told)[1:-1]}, "ms": ', f', "agent": {json.dumps(agent)}}}'
