"""`/sparql`: the SPARQL 1.1 Protocol for queries, and what the endpoint says of itself when it is asked nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.serve.answering import Asking, give
from calcigraph.serve.console import console_page
from calcigraph.serve.description import describe, serialised
from calcigraph.serve.formats import GRAPHS, PAGE
from calcigraph.serve.negotiation import choose_any
from calcigraph.serve.protocol import read
from calcigraph.serve.replies import home, reply

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from calcigraph.serve.serving import Current


async def endpoint(request: Request) -> Response:
    """Answer a request of the SPARQL Protocol."""
    current: Current = request.app.state.current
    serving = current.serving
    asked = await read(request, current.settings.limits)
    if asked.query is not None:
        return await give(request, serving, Asking(asked.query, asked.format, asked.default_graphs, asked.named_graphs))
    [choice] = choose_any(request.headers.get("accept"), asked.format, (*GRAPHS, PAGE))
    assert choice is not None  # noqa: S101 -- there is one, or it was refused
    address = str(request.url.replace(query="", fragment=""))
    if choice.format is PAGE:
        return reply(request, console_page(current, address), choice.content_type)
    triples = describe(serving, address, home(request, current.settings.base))
    return reply(request, serialised(triples, choice.format.name), choice.content_type)
