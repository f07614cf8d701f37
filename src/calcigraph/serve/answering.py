"""Give the answer to a query over HTTP: its format, whether the client has it already, and where it comes from."""

from __future__ import annotations

import asyncio
from typing import IO, TYPE_CHECKING, NamedTuple

from starlette.responses import Response, StreamingResponse

from calcigraph.serve import hits, wire
from calcigraph.serve.cache import Kept, repeatable
from calcigraph.serve.formats import GRAPHS, SOLUTIONS
from calcigraph.serve.negotiation import Choice, choose_any, not_acceptable
from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.replies import FRESH, has_already, tag

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request

    from calcigraph.serve.formats import Format
    from calcigraph.serve.pipe import Result
    from calcigraph.serve.serving import Serving

_WATCH_SECONDS = 0.25
"""How long a query runs before the server watches whether someone still waits for it: most are answered by then."""


class Asking(NamedTuple):
    """A query with its dataset, and the format that the client names, if it does."""

    query: str
    format: str | None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


async def give(
    request: Request,
    serving: Serving,
    asking: Asking,
    *,
    solutions: Sequence[Format] = SOLUTIONS,
    graphs: Sequence[Format] = GRAPHS,
) -> Response:
    """Return the answer to a query in the best of the formats, or that the client has it already.

    Raises Refused for all that `Pool.run` refuses, and if no format is acceptable.
    """
    accept = request.headers.get("accept")
    rows, triples = _choices(accept, asking.format, solutions, graphs)
    job = wire.Job(
        asking.query,
        rows.format.name if rows else None,
        triples.format.name if triples else None,
        asking.default_graphs,
        asking.named_graphs,
    )
    types = (rows and rows.content_type, triples and triples.content_type)
    key = tag(serving.digest, job.query, job[1:], types)
    headers = dict(FRESH)
    same = repeatable(asking.query)
    if same:
        headers["ETag"] = key
        hits.same(request, serving)
        if has_already(request, key):
            return Response(status_code=304, headers=headers)
        kept = serving.cache.get(key)
        serving.metrics.cached(hit=kept is not None)
        if kept is not None:
            headers |= {"Link": kept.link} if kept.link else {}
            return Response(kept.content, headers=headers | {"Content-Type": kept.content_type})
    try:
        result = await _run(request, serving, job)
    except Refused as refused:
        if refused.code is Why.NOT_ACCEPTABLE:
            offers = graphs if refused.facts["form"] == "graph" else solutions
            raise not_acceptable(asking.format or accept, offers) from refused
        raise
    choice = triples if result.form == "graph" else rows
    assert choice is not None  # noqa: S101 -- a worker writes a format that it was given
    headers["Content-Type"] = choice.content_type
    link = await serving.marked.link(result.content) if result.form == "solutions" else ""
    headers |= {"Link": link} if link else {}
    if result.length > wire.CHUNK and not serving.cache.takes(result.length):
        headers["Content-Length"] = str(result.length)
        return StreamingResponse(_parts(result.content), headers=headers)
    with result.content:
        content = result.content.read()
    if same:
        serving.cache.put(key, Kept(content, choice.content_type, link), len(content))
    return Response(content, headers=headers)


async def fetch(serving: Serving, query: str, *, rows: str | None = None, graph: str | None = None) -> bytes:
    """Return the answer to a query of the project's own, as bytes in the format of that name."""
    job = wire.Job(query, rows, graph)
    key = tag("fetched", *job)
    kept = serving.cache.get(key)
    if kept is None:
        kept = Kept(await serving.pool.fetch(job), "")
        serving.cache.put(key, kept, len(kept.content))
    return kept.content


def _choices(
    accept: str | None, asked: str | None, solutions: Sequence[Format], graphs: Sequence[Format]
) -> tuple[Choice | None, Choice | None]:
    rows, triples = choose_any(accept, asked, solutions, graphs)
    return rows, triples


async def _run(request: Request, serving: Serving, job: wire.Job) -> Result:
    """Return the result; a query for which nobody waits any more is ended, and refused as `left`."""
    loop = asyncio.get_running_loop()
    asking = asyncio.current_task()
    assert asking is not None  # noqa: S101 -- a coroutine runs in a task
    watching: list[asyncio.Task[None]] = []
    left = False

    async def watch() -> None:
        nonlocal left
        while (await request.receive())["type"] != "http.disconnect":
            pass
        left = True
        asking.cancel()

    later = loop.call_later(_WATCH_SECONDS, lambda: watching.append(loop.create_task(watch())))
    try:
        return await serving.pool.run(job)
    except asyncio.CancelledError:
        if not left:
            raise
        asking.uncancel()
        raise Refused(Why.LEFT, "Nobody waits for this answer any more.") from None
    finally:
        later.cancel()
        for one in watching:
            one.cancel()


async def _parts(content: IO[bytes]) -> AsyncIterator[bytes]:
    with content:
        while part := content.read(wire.CHUNK):
            yield part
            # Others get their turn: a large answer is compressed part by part.
            await asyncio.sleep(0)
