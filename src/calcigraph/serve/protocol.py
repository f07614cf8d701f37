"""The requests of the SPARQL 1.1 Protocol: a query and its dataset, out of a URL, a form or a body."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from calcigraph.serve.problems import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from calcigraph.serve.settings import Limits

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
BODY = "calcigraph.body"
"""Where a body that was read is noted, in a request's scope."""
_FIELDS = 1000
"""Parameters that one request may have."""
_READ_ONLY = "This endpoint is read-only: it answers queries and takes no update."


class Asked(NamedTuple):
    """What a request asks: a query or None, the protocol's dataset, and the format if it names one."""

    query: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    format: str | None


async def read(request: Request, limits: Limits) -> Asked:
    """Return what the request asks.

    Raises Refused for a request that is no query: an update, another media type, a parameter given twice, text that
    is not UTF-8, or a body that is too large or too slow.
    """
    fields = parse_fields(request.scope["query_string"])
    if request.method == "POST":
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media == UPDATE:
            raise Refused(Why.READ_ONLY, _READ_ONLY)
        if media not in {FORM, QUERY}:
            message = f"A query is posted as {QUERY} or as {FORM}, not as {media or 'a body of no type'}."
            raise Refused(Why.MEDIA_TYPE, message, accepted=[QUERY, FORM])
        body = await read_body(request, limits)
        if media == FORM:
            fields += parse_fields(body)
        else:
            fields.append(("query", _text(body)))
    if any(name in {"update", "using-graph-uri", "using-named-graph-uri"} for name, _ in fields):
        raise Refused(Why.READ_ONLY, _READ_ONLY)
    query = single(fields, "query")
    if query is None and request.method == "POST":
        message = "The request has no query: post it as the field `query`, or alone as application/sparql-query."
        raise Refused(Why.BAD_REQUEST, message)
    default, named = (_all(fields, name) for name in ("default-graph-uri", "named-graph-uri"))
    form = single(fields, "format") or single(fields, "output") or None
    return Asked(query, default, named, form)


def parse_fields(text: bytes) -> list[tuple[str, str]]:
    """Return the fields of a query string or a form; raises Refused for what is none, or has too many."""
    try:
        return parse_qsl(
            text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS, encoding="utf-8"
        )
    except UnicodeDecodeError as error:
        raise Refused(Why.BAD_REQUEST, "The request is not UTF-8, percent-encoded.") from error
    except ValueError as error:
        raise Refused(Why.BAD_REQUEST, f"The request has more than {_FIELDS} fields.") from error


def single(fields: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the value of a field that may stand once; raises Refused if it stands twice."""
    values = [value for field, value in fields if field == name]
    if len(values) > 1:
        raise Refused(Why.BAD_REQUEST, f"The parameter {name} is given {len(values)} times: give it once.")
    return values[0] if values else None


async def read_body(request: Request, limits: Limits) -> bytes:
    """Return the body; raises Refused when it is too large, or does not come in time."""
    if BODY in request.scope:
        known: bytes = request.scope[BODY]
        return known
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limits.body:
        raise _too_large(limits)
    body = bytearray()
    try:
        async with asyncio.timeout(limits.receive_seconds):
            async for part in request.stream():
                body += part
                if len(body) > limits.body:
                    raise _too_large(limits)
    except TimeoutError as error:
        message = f"The body did not come within {limits.receive_seconds:g} seconds."
        raise Refused(Why.SLOW, message) from error
    return bytes(body)


def _too_large(limits: Limits) -> Refused:
    message = f"The body is larger than {limits.body:,} bytes."
    return Refused(Why.BODY, message, limit_bytes=limits.body)


def _all(fields: Iterable[tuple[str, str]], name: str) -> tuple[str, ...] | None:
    return tuple(value for field, value in fields if field == name) or None


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Refused(Why.BAD_REQUEST, "The query is not UTF-8.") from error
