"""`calcigraph mcp`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calcigraph.cli import options
from calcigraph.cli.evidence import opened
from calcigraph.cli.talk import needing

if TYPE_CHECKING:
    from pathlib import Path

_LIBRARIES = frozenset({"anyio", "mcp", "mcp_types", "uvicorn"})


@click.command("mcp")
@click.option("--http", is_flag=True, help="Answer over HTTP, at /mcp, instead of standard input and output.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on, with --http.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="With --http; 0 takes one that is free.",
)
@options.endpoint
@options.as_of
@options.seeds
@options.home
def command(
    *,
    http: bool,
    host: str,
    port: int,
    endpoint: str | None,
    as_of: str | None,
    seeds: Path | None,
    home: Path | None,
) -> None:
    """Offer the questions, profiles and traces to agents as tools, by the Model Context Protocol.

    Without --http the agent's program starts this command and speaks to it over standard input and output. Answers
    carry their sources, with DOI and PubMed page.

    \b
    Example, in the settings of the agent's program:
      {"mcpServers": {"calcigraph": {"command": "calcigraph", "args": ["mcp"]}}}
    """
    with needing(_LIBRARIES, "The tools need", "mcp"):
        from calcigraph.serve.agents.run import serve_http, serve_stdio
    evidence = opened(endpoint, seeds, home, as_of)
    if http:
        serve_http(evidence, host, port, ready=click.echo)
    else:
        serve_stdio(evidence)
