"""Pages that everybody comes to are made when a build is opened, one by one, behind all that anybody asks for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from typing import TYPE_CHECKING

from calcigraph.errors import CalcigraphError
from calcigraph.serve.pages.library import GaveWay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calcigraph.serve.pages.kept import Page, Pages
    from calcigraph.serve.pages.library import Library

log = logging.getLogger("calcigraph.serve")
_PAUSE_SECONDS = 0.1
"""How long nothing is made after somebody was seen to wait."""
_TRIES = 5
"""How often a page is begun that is left for others, before it waits for its first visit."""


async def make_ahead(library: Library, pages: Pages, wanted: Iterable[Page]) -> None:
    """Make the pages and what is searched in; one that cannot be made is told, and left to its first visit."""
    start = time.monotonic()
    left: deque[Page | None] = deque(wanted)
    left.insert(1, None)  # what is searched in, which is no page
    tries: Counter[tuple[str, ...]] = Counter()
    made = 0
    while left:
        page = left.popleft()
        key = page.key if page is not None else ("search",)
        while library.wanted:  # noqa: ASYNC110 -- the workers tell nobody when nothing waits any more
            await asyncio.sleep(_PAUSE_SECONDS)
        tries[key] += 1
        try:
            await (library.run_ahead(lambda one: one.index) if page is None else pages.get_ahead(page))
            made += 1
        except GaveWay:
            if tries[key] < _TRIES:
                left.append(page)
        except CalcigraphError as error:
            log.warning("The page %s was not made ahead. %s", "/".join(key), error)
        except Exception:
            log.exception("The page %s cannot be made.", "/".join(key))
    log.info("%d of %d pages are made ahead, after %.1f s.", made, len(tries), time.monotonic() - start)
