"""One line of JSON per request, on standard error; and the counters of requests."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from calcigraph.serve.metrics import Metrics

log = logging.getLogger("calcigraph.access")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ROUTE = "calcigraph.route"
"""Where the application notes, in a request's scope, which route it took."""
_LONGEST = 512
"""Characters of a path, a client's name or a query string that are logged."""


class AccessLog:
    """Middleware that logs and counts each request when its answer has been sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

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

        self._metrics.started()
        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - start
            method = scope["method"] if scope["method"] in _METHODS else "other"
            # Routes are few; paths are as many as strangers like, and would fill the memory.
            route = scope.get(ROUTE, "none")
            self._metrics.answered(route=route, method=method, status=status, seconds=seconds, sent=sent)
            log.info("%s", _line(scope, status=status, sent=sent, seconds=seconds))


def _line(scope: Scope, *, status: int, sent: int, seconds: float) -> str:
    headers = dict(scope["headers"])
    return json.dumps(
        {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "client": scope["client"][0] if scope.get("client") else None,
            "method": scope["method"],
            "path": scope["path"][:_LONGEST],
            "query": scope["query_string"][:_LONGEST].decode("latin-1"),
            "status": status,
            "bytes": sent,
            "ms": round(seconds * 1000, 2),
            "agent": headers.get(b"user-agent", b"")[:_LONGEST].decode("latin-1"),
        }
    )
