"""Say to a client why there is no answer: as text, as JSON for programs (RFC 9457), or as a page for a browser."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

from calcigraph.errors import AmbiguousName, BadParameter, UnknownName, UnknownQuestion
from calcigraph.serve.pages import page
from calcigraph.serve.problems import Refused, Why

if TYPE_CHECKING:
    from starlette.exceptions import HTTPException
    from starlette.requests import Request

_RETRY_SECONDS = "2"


def refused(request: Request, error: Exception) -> Response:
    """Return the response to a request that the server refuses, or in which a name or parameter is wrong."""
    return _response(request, _as_refused(error))


def http_error(request: Request, error: Exception) -> Response:
    """Return the response to a path or a method that there is not."""
    problem: HTTPException = error  # type: ignore[assignment]
    headers = dict(problem.headers or {})
    if problem.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = headers.get("Allow", headers.get("allow", ""))
        message = f"{request.method} is not possible here. Possible are: {allowed}."
        return _response(request, Refused(Why.METHOD, message), headers)
    if problem.status_code == HTTPStatus.NOT_FOUND:
        return _response(request, Refused(Why.NOT_FOUND, f"There is nothing at {request.url.path}."))
    return _response(request, Refused(Why.BAD_REQUEST, str(problem.detail)), headers)


def _as_refused(error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, UnknownQuestion):
        hint = f" Nearest: {', '.join(error.nearest)}." if error.nearest else ""
        message = f"There is no question {error.name!r}.{hint} /questions lists them all."
        return Refused(Why.NOT_FOUND, message, nearest=list(error.nearest))
    if isinstance(error, UnknownName):
        return Refused(Why.NAME, str(error), nearest=list(error.nearest))
    if isinstance(error, AmbiguousName):
        return Refused(Why.NAME, str(error), choices=list(error.choices))
    if isinstance(error, BadParameter):
        return Refused(Why.PARAMETER, error.plain)
    return Refused(Why.FAILED, "The server made a mistake. It is in its log.")


def _response(request: Request, problem: Refused, headers: dict[str, str] | None = None) -> Response:
    accept = request.headers.get("accept", "")
    more = {"Cache-Control": "no-store", "Vary": "Accept"} | (headers or {})
    if problem.code is Why.BUSY:
        more["Retry-After"] = _RETRY_SECONDS
    if "text/html" in accept:
        text, media = _page(request, problem), "text/html"
    elif "json" in accept:
        body = {"type": "about:blank", "title": problem.status.phrase, "status": int(problem.status)}
        text = json.dumps(body | {"detail": str(problem), "code": problem.code} | problem.facts, ensure_ascii=False)
        media = "application/problem+json"
    else:
        text, media = f"{problem}\n", "text/plain"
    return Response(text, status_code=problem.status, headers=more, media_type=media)


def _page(request: Request, problem: Refused) -> str:
    base = request.app.state.current.settings.base
    asked = request.url.path.rstrip("/").rpartition("/")[2].replace("-", " ")
    told = {"status": problem.status, "message": str(problem), "leads": problem.leads, "asked": asked}
    return page("problem.html", base=base, **told)
