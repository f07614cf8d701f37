"""The pages' addresses: each page is made once per build, in the pages' own thread, and kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from calcigraph.serve.cache import Kept
from calcigraph.serve.formats import PAGE
from calcigraph.serve.pages.home import home
from calcigraph.serve.replies import reply, tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from calcigraph.serve.pages.library import Library
    from calcigraph.serve.serving import Current


async def front(request: Request) -> Response:
    """Give the home page."""
    return await give_page(request, ("home",), partial(home, base=_base(request)))


async def give_page(request: Request, key: tuple[str, ...], make: Callable[[Library], str]) -> Response:
    """Return a page, made if it is not kept under that key; the key says all that the page depends on."""
    current: Current = request.app.state.current
    serving = current.serving
    name = tag("page", key)
    kept = serving.cache.get(name)
    if kept is None:
        kept = Kept((await serving.library.run(make)).encode(), PAGE.content_type())
        serving.cache.put(name, kept)
    return reply(request, kept.content, kept.content_type)


def _base(request: Request) -> str:
    current: Current = request.app.state.current
    return current.settings.base
