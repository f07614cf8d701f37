"""The application: which path leads where, and what goes for every answer."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount, Route

from calcigraph.errors import CalcigraphError
from calcigraph.serve import assets, catalogue, console, dumps, feeds, health, linked, questions, respond, sparql, views
from calcigraph.serve.accesslog import ROUTE, AccessLog, Requests
from calcigraph.serve.hits import Hits
from calcigraph.serve.logs import Lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from calcigraph.serve.serving import Current
    from calcigraph.store.local import Build

_DAY_SECONDS = 86_400
_SMALLEST = 1024
"""Bytes from which on an answer is compressed."""
_SAFE = {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"strict-origin-when-cross-origin",
    b"x-content-type-options": b"nosniff",
}
"""What tells browsers to run nothing that is not the server's own."""


def routes() -> list[BaseRoute]:
    """Return all routes, that with most requests first: they are tried in order."""
    return [
        _route("/sparql", sparql.endpoint, ["GET", "POST"]),
        _route("/", views.front),
        _route("/term/{name}", views.term),
        _route("/treatments", views.treatments),
        _route("/conditions", views.conditions),
        _route("/publications", views.publications),
        _route("/why", views.why),
        _route("/search", views.search),
        _route("/console.json", console.known),
        _route("/questions", questions.listing),
        _route("/questions/{name}", questions.answer),
        _route("/openapi.json", questions.openapi),
        _route("/static/{name}", assets.static),
        _route("/healthz", health.healthz),
        _route("/readyz", health.readyz),
        _route("/metrics", health.metrics),
        _route("/void", linked.void),
        _route("/.well-known/void", linked.well_known),
        _route("/catalog", catalogue.catalogue),
        _route("/.well-known/dcat", catalogue.well_known),
        _route("/dumps/{name}", dumps.dump),
        _route("/feed.atom", feeds.atom),
        _route("/sitemap.xml", feeds.sitemap),
        _route("/sitemap-{part:int}.xml", feeds.sitemap),
        _route("/robots.txt", feeds.robots),
        _route("/graph-store", linked.graph_store),
        _route("/{path:path}", linked.address),
    ]


def application(current: Current, made: Build) -> ASGIApp:
    """Return the application that serves a build, and newer ones as they come."""

    @asynccontextmanager
    async def running(app: Starlette) -> AsyncIterator[None]:
        del app
        await current.start(made)
        yield
        await current.stop()
        lines.flush()

    lines = Lines()
    requests = Requests(current.metrics, lines)
    base = current.settings.base
    app = Starlette(
        routes=[Mount(base, routes=routes())] if base else routes(),
        lifespan=running,
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
                allow_headers=["*"],
                expose_headers=["ETag", "Link", "Content-Location", "Retry-After", questions.NOTE],
                max_age=_DAY_SECONDS,
            ),
            Middleware(_Safe),
            Middleware(GZipMiddleware, minimum_size=_SMALLEST, compresslevel=5),
        ],
        exception_handlers={
            CalcigraphError: respond.refused,
            HTTPException: respond.http_error,
            Exception: respond.refused,
        },
    )
    app.state.current = current
    return AccessLog(Hits(app, current, requests), requests)


class _Safe:
    """Middleware that adds the headers for browsers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_SAFE.items()]
            await send(message)

        await self._app(scope, receive, safe)


def _route(path: str, handler: Callable[[Request], Awaitable[Response]], methods: list[str] | None = None) -> Route:
    """Return a route that also says, to OPTIONS, which methods it has."""
    taken = [*(methods or ["GET"]), "OPTIONS"]
    allowed = ", ".join([*taken, "HEAD"])

    async def handle(request: Request) -> Response:
        request.scope[ROUTE] = path
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": allowed})
        return await handler(request)

    return Route(path, handle, methods=taken, name=path)
