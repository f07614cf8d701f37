"""Serve the tools: over standard input and output to one agent, or over HTTP to many."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anyio
import mcp_types as types
from mcp.server import Server
from mcp.server.stdio import stdio_server

import calcigraph
from calcigraph.errors import BadParameter, CalcigraphError, UnknownQuestion
from calcigraph.serve.agents.calls import Desk
from calcigraph.serve.agents.tools import INSTRUCTIONS, tools

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server import ServerRequestContext

    from calcigraph.api import Evidence

_PATH = "/mcp"


def server(evidence: Evidence) -> Server[Any]:
    """Return the server whose tools ask the evidence, one call after the other, in a thread."""
    desk = Desk(evidence)
    offered = tools(evidence.questions.values(), evidence.names)
    turn = anyio.CapacityLimiter(1)

    async def listed(
        context: ServerRequestContext[Any], asked: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        del context, asked
        return types.ListToolsResult(tools=offered)

    async def call(context: ServerRequestContext[Any], asked: types.CallToolRequestParams) -> types.CallToolResult:
        del context
        try:
            told = await anyio.to_thread.run_sync(desk.call, asked.name, dict(asked.arguments or {}), limiter=turn)
        except CalcigraphError as error:
            return types.CallToolResult(content=[_text(_said(error))], is_error=True)
        return types.CallToolResult(content=[_text(json.dumps(told, ensure_ascii=False))], structured_content=told)

    return Server(
        "calcigraph",
        title="Calcigraph",
        version=calcigraph.__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=listed,
        on_call_tool=call,
    )


def serve_stdio(evidence: Evidence) -> None:
    """Answer the agent at standard input until it is closed."""

    async def run() -> None:
        made = server(evidence)
        async with stdio_server() as (read, write):
            await made.run(read, write, made.create_initialization_options())

    anyio.run(run)


def serve_http(evidence: Evidence, host: str, port: int, *, ready: Callable[[str], None]) -> None:
    """Answer agents at `/mcp` until the process is told to stop; `ready` is told the address once it listens.

    Raises CannotListen if the address is taken.
    """
    import uvicorn

    from calcigraph.serve.connections import bounded
    from calcigraph.serve.listening import BACKLOG, Announcing, address_of, listen
    from calcigraph.serve.logs import log_to_standard_error
    from calcigraph.serve.settings import Limits

    log_to_standard_error()
    limits = Limits()
    listener = listen(host, port)
    app = server(evidence).streamable_http_app(
        streamable_http_path=_PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=limits.body,
        host=host,
    )
    config = uvicorn.Config(
        app, http=bounded(limits), ws="none", access_log=False, log_config=None, server_header=False, backlog=BACKLOG
    )
    with listener:
        Announcing(config, lambda: ready(address_of(listener, _PATH))).run(sockets=[listener])


def _text(said: str) -> types.TextContent:
    return types.TextContent(text=said)


def _said(error: CalcigraphError) -> str:
    if isinstance(error, UnknownQuestion):
        hint = f" Nearest: {', '.join(error.nearest)}." if error.nearest else ""
        return f"There is no tool {error.name!r}.{hint}"
    return error.plain if isinstance(error, BadParameter) else str(error)
