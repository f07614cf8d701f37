"""`calcigraph serve`."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 -- click reads the annotations of no option, but a reader does
from typing import TYPE_CHECKING, Any

import click

from calcigraph.cli import options
from calcigraph.cli.talk import needing, progress, warn_if_stale

if TYPE_CHECKING:
    from calcigraph.serve.settings import Limits

_LIBRARIES = frozenset({"starlette", "uvicorn", "httptools", "uvloop", "mimeparse", "prometheus_client", "jinja2"})


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 is all of them."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes one that is free."
)
@click.option("--base", default="", metavar="PATH", help="The path below which everything lies, such as /calcigraph.")
@click.option("--processes", type=click.IntRange(1), default=1, show_default=True, help="Processes that take requests.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="Processes that run queries, for each of them.",
)
@click.option("--limit", "limits", multiple=True, metavar="NAME=NUMBER", help="What a request may cost; see below.")
@click.option(
    "--service", "services", multiple=True, metavar="URL", help="An endpoint that queries may call by SERVICE."
)
@options.seeds
@options.home
def command(*, base: str, limits: tuple[str, ...], seeds: Path | None, home: Path | None, **plain: Any) -> None:
    """Serve the evidence: a SPARQL 1.1 endpoint, the questions as an API, and linked data.

    The graph is built at first use. `calcigraph build` in another terminal makes a new one, which is served at once.
    Queries run in processes of their own, within limits that --limit changes, in seconds, bytes and numbers:

    \b
      seconds          a query may take          10
      memory           a query may take          536870912
      result           an answer may have        67108864
      body             of a request              1048576
      head             of a request              65536
      receive_seconds  a head or body may take   10
      send_seconds     without anything taken    30
      idle_seconds     between two requests      20
      connections      at the same time          2000
      waiting          queries for a worker      64
      cache            of answers kept           67108864

    With --processes several take requests at one address, and one that dies is replaced. Each holds the graph and has
    its own workers, and the limits are those of each: in sum, queries may take as many times `memory` as
    there are workers of all, and answers that are kept as many times `cache` as there are processes.

    \b
    Example:
      calcigraph serve --port 8000 --limit seconds=30
      calcigraph serve --processes 4 --workers 1
    """
    from calcigraph.api import newest_build
    from calcigraph.resources import resources
    from calcigraph.store.local import Home, default_home

    if sys.platform != "linux":
        message = "The server runs on Linux: it keeps queries within limits that other systems do not have."
        raise click.UsageError(message)
    with needing(_LIBRARIES, "The server needs", "serve"):
        from calcigraph.serve.run import serve
        from calcigraph.serve.settings import Limits, Settings

    bounds = _limits(limits, Limits())
    path = "/" + base.strip("/") if base.strip("/") else ""
    settings = Settings(base=path, limits=bounds, **plain)
    product, place = resources(seeds=seeds), Home(home or default_home())
    with progress() as say:
        made, stale = newest_build(product, place, progress=say)
    warn_if_stale(stale, "the last good build is served")
    serve(made, product, place, settings, ready=click.echo)


def _limits(given: tuple[str, ...], limits: Limits) -> Limits:
    """Return the limits with those that are given; raises BadParameter for an unknown name or for no number."""
    from dataclasses import asdict, replace

    from calcigraph.names.nearest import nearest

    known = asdict(limits)
    changed: dict[str, int | float] = {}
    for text in given:
        name, _, value = text.partition("=")
        if name not in known:
            near = nearest(name, known, limit=2) or list(known)
            message = f"There is no limit {name!r}. Nearest: {', '.join(near)}."
            raise click.BadParameter(message, param_hint="--limit")
        try:
            changed[name] = type(known[name])(value)
        except ValueError:
            changed[name] = 0
        if not 0 < changed[name] < float("inf"):
            message = (
                f"{name} must be a {'whole ' if isinstance(known[name], int) else ''}number above 0, not {value!r}."
            )
            raise click.BadParameter(message, param_hint="--limit")
    return replace(limits, **changed)  # type: ignore[arg-type]
