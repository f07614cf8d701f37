"""Pages that are made before anybody asks for them: all that everybody comes to, and never in anybody's way."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from calcigraph.questions.catalog import catalog
from calcigraph.resources import resources
from calcigraph.serve.ahead import make_ahead
from calcigraph.serve.pages.kept import Page
from calcigraph.serve.pages.library import GaveWay
from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.wanted import everybodys

from .conftest import TINY, Served, World, eventually, opened_build, running

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph.serve.pages.library import Library

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(CONTAINS(STR(?c), STR(?i))) }"
SOON = 3.0
"""Seconds: less than a query may take before it is ended for its own sake."""


def endless(library: Library) -> str:
    """Make a page that would take longer than anybody waits."""
    return library.endpoint.select(ENDLESS).decode()


async def begun(world: World) -> asyncio.Task[None]:
    """Return the making of such a page ahead, once its query runs."""
    ahead = asyncio.create_task(world.pages.get_ahead(Page(("endless",), endless)))
    while not world.pool.busy:  # noqa: ASYNC110 -- a pool tells nobody that a worker is taken
        await asyncio.sleep(0.01)
    return ahead


def test_what_everybody_comes_to_needs_no_worker_any_more(server: Served, shared_home: Path) -> None:
    """Home, lists and each question are there, and what is searched in, when all workers are gone."""
    del server
    questions = catalog(resources(seeds=TINY).question_files())
    wanted = list(everybodys("", questions.values()))

    async def visited() -> list[bytes]:
        async with opened_build(shared_home) as world:
            await make_ahead(world.library, world.pages, wanted)
            await world.pool.close()
            assert await world.library.run(lambda library: library.index.matches("minocycline", ""))
            return [(await world.pages.get(page)).content for page in wanted]

    pages = asyncio.run(visited())
    assert len(pages) == len(questions) + 5
    assert all(b"</html>" in page for page in pages)


def test_a_server_makes_them_when_it_starts(tmp_path: Path, server: Served, shared_home: Path) -> None:
    """Its log says how many there are."""
    del server
    number = len(catalog(resources(seeds=TINY).question_files())) + 6
    with running(tmp_path, home=shared_home) as served:
        assert eventually(lambda: f"{number} of {number} pages are made ahead" in served.log.read_text())


def test_what_is_made_ahead_gives_way(server: Served, shared_home: Path) -> None:
    """A page that is asked for is made at once, with the only worker, which is taken from what nobody asked for."""
    del server

    async def asked() -> None:
        async with opened_build(shared_home) as world:
            ahead = await begun(world)
            records = await asyncio.wait_for(world.library.run(lambda library: library.records), SOON)
            assert records
            with pytest.raises(GaveWay):
                await ahead

    asyncio.run(asked())


def test_the_end_does_not_wait_for_it(server: Served, shared_home: Path) -> None:
    """A build that is replaced leaves what it makes ahead."""
    del server

    async def ended() -> None:
        async with opened_build(shared_home) as world:
            ahead = await begun(world)
            await asyncio.wait_for(world.library.close(), SOON)
            with pytest.raises(GaveWay):
                await ahead

    asyncio.run(ended())


def test_a_page_that_cannot_be_made_keeps_back_no_other(
    server: Served, shared_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told, and left to its first visit."""
    del server

    def refused(library: Library) -> str:
        del library
        raise Refused(Why.TIME, "The query was ended.")

    def broken(library: Library) -> str:
        raise ZeroDivisionError(library)

    def good(library: Library) -> str:
        return f"{len(library.records)} records"

    async def made() -> bytes:
        async with opened_build(shared_home) as world:
            wanted = [Page(("refused",), refused), Page(("broken",), broken), Page(("good",), good)]
            await make_ahead(world.library, world.pages, wanted)
            await world.pool.close()
            return (await world.pages.get(wanted[-1])).content

    assert b"records" in asyncio.run(made())
    told = [record.getMessage() for record in caplog.records]
    assert any("refused" in line and "The query was ended." in line for line in told)
    assert any("broken" in line for line in told)


def test_a_page_that_many_ask_for_is_made_once(server: Served, shared_home: Path) -> None:
    """Who asks for what is being made, ahead or for somebody, waits for the same."""
    del server
    going = threading.Event()
    count = 0

    def make(library: Library) -> str:
        nonlocal count
        del library
        count += 1
        going.wait(SOON)
        return "made"

    async def many() -> list[bytes]:
        async with opened_build(shared_home) as world:
            page = Page(("one",), make)
            ahead = asyncio.create_task(world.pages.get_ahead(page))
            asking = [asyncio.create_task(world.pages.get(page)) for _ in range(3)]
            await asyncio.sleep(0.1)
            going.set()
            await ahead
            return [(await one).content for one in asking]

    assert asyncio.run(many()) == [b"made"] * 3
    assert count == 1
