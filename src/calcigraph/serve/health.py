"""Whether the server lives, whether it answers, and what it has counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from calcigraph.serve.metrics import CONTENT_TYPE

if TYPE_CHECKING:
    from starlette.requests import Request

    from calcigraph.serve.serving import Current

_FRESH = {"Cache-Control": "no-store"}


async def healthz(request: Request) -> Response:
    """Say that the process lives."""
    del request
    return JSONResponse({"status": "ok"}, headers=_FRESH)


async def readyz(request: Request) -> Response:
    """Say whether queries are answered by all processes, and from which builds; 503 if not."""
    current: Current = request.app.state.current
    if not current.ready:
        return JSONResponse({"status": "not ready"}, status_code=503, headers=_FRESH)
    told = {"status": "ready", "build": current.serving.digest, "processes": current.builds}
    return JSONResponse(told, headers=_FRESH)


async def metrics(request: Request) -> Response:
    """Give the counters in Prometheus' text format."""
    current: Current = request.app.state.current
    return Response(current.metrics.text(), headers=_FRESH | {"Content-Type": CONTENT_TYPE})
