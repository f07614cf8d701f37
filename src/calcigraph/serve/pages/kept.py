"""The pages of one build: each is made once, when it is asked for or ahead of that, and kept under a key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.serve.cache import Cache, Kept
from calcigraph.serve.formats import PAGE
from calcigraph.serve.pages.library import GaveWay
from calcigraph.serve.replies import tag

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from calcigraph.serve.pages.library import Library


class Page(NamedTuple):
    """A page: the key that says all that it depends on besides the build, and how it is made."""

    key: tuple[str, ...]
    make: Callable[[Library], str]


class Pages:
    """The pages of one build."""

    def __init__(self, library: Library, cache: Cache[Kept]) -> None:
        self._library = library
        self._cache = cache
        self._making: dict[str, asyncio.Task[Kept]] = {}

    async def get(self, page: Page) -> Kept:
        """Return a page, which is made if it is not kept; who asks for one that is being made waits for the same.

        Raises what making it raises, and Refused if too much waits already.
        """
        while True:
            try:
                return await self._shared(page, self._library.run)
            except GaveWay:
                # It was being made ahead, and somebody asked for another one: now it is asked for.
                continue

    async def get_ahead(self, page: Page) -> None:
        """Make a page that nobody asked for yet, unless it is kept; raises GaveWay as soon as somebody waits."""
        await self._shared(page, self._library.run_ahead)

    async def _shared(self, page: Page, run: Callable[[Callable[[Library], str]], Awaitable[str]]) -> Kept:
        name = tag("page", page.key)
        kept = self._cache.get(name)
        if kept is not None:
            return kept
        task = self._making.get(name)
        if task is None:
            task = self._making[name] = asyncio.create_task(self._made(name, run(page.make)))
            # If all who wait for it go away, nobody hears of its failure, and nobody needs to.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        # One who goes away does not take the page from the others who wait for it.
        return await asyncio.shield(task)

    async def _made(self, name: str, made: Awaitable[str]) -> Kept:
        try:
            kept = Kept((await made).encode(), PAGE.content_type())
            self._cache.put(name, kept, len(kept.content))
            return kept
        finally:
            del self._making[name]
