"""A real server on the tiny world, in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from calcigraph.names.vocabulary import Vocabulary
from calcigraph.resources import resources
from calcigraph.serve.cache import Cache
from calcigraph.serve.pages.kept import Pages
from calcigraph.serve.pages.library import Library
from calcigraph.serve.pool import Pool
from calcigraph.serve.settings import Settings
from calcigraph.store.local import Home

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from playwright.sync_api import Browser, Page

TINY = Path(__file__).parent.parent / "worlds" / "tiny"
_WAIT_SECONDS = 60.0
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
BAD = 400
_MILLISECONDS = 15_000
AT_ONCE = 1.0
"""Seconds within which the request after an attack is served."""


@dataclass
class Served:
    """A server that runs: its address, a client, its process, and where its log is."""

    address: str
    client: httpx.Client
    process: subprocess.Popen[str]
    log: Path

    @property
    def port(self) -> int:
        """The port on which it listens."""
        port = httpx.URL(self.address).port
        assert port is not None
        return port

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Return the answer to a GET."""
        return self.client.get(path, **more)

    def ask(self, query: str, **headers: str) -> httpx.Response:
        """Return the answer to a query by POST."""
        return self.client.post("sparql", data={"query": query}, headers=headers)


@contextmanager
def running(folder: Path, *arguments: str, home: Path, seeds: Path = TINY) -> Iterator[Served]:
    """Run `calcigraph serve` on a free port until the block ends; its log goes to the folder."""
    log = folder / "server.log"
    command = [sys.executable, "-m", "calcigraph", "serve", "--port", "0", "--seeds", str(seeds), *arguments]
    with (
        log.open("w") as err,
        subprocess.Popen(
            command,
            env=os.environ | {"CALCIGRAPH_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, log.read_text()
            with httpx.Client(base_url=address, timeout=_WAIT_SECONDS) as client:
                yield Served(address, client, process, log)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(_WAIT_SECONDS)


def eventually(what: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Return whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Iterator[Served]:
    """Return a server with its usual limits."""
    with running(tmp_path_factory.mktemp("served"), home=shared_home) as served:
        yield served


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Iterator[Served]:
    """Return a server with narrow limits and one worker, so that a worker that is not replaced is missed."""
    limits = {
        "seconds": 2,
        "memory": 100_000_000,
        "result": 1_000_000,
        "body": 200_000,
        "head": 8_000,
        "receive_seconds": 1,
        "send_seconds": 1,
        "connections": 40,
        "waiting": 2,
    }
    arguments = [part for name, value in limits.items() for part in ("--limit", f"{name}={value}")]
    with running(tmp_path_factory.mktemp("strict"), "--workers", "1", *arguments, home=shared_home) as served:
        yield served


def served_at_once(served: Served) -> bool:
    """Return whether a small query that was not asked before is answered at once."""
    start = time.monotonic()
    answer = served.ask(f"{COUNT} # {start}")
    return answer.status_code == 200 and time.monotonic() - start < AT_ONCE


class World(NamedTuple):
    """The pages of a build, and what they are made from."""

    library: Library
    pages: Pages
    pool: Pool


@asynccontextmanager
async def opened_build(home: Path, seeds: Path = TINY) -> AsyncIterator[World]:
    """Open a build for pages, with a real worker; it is ended with the block, if it is not before."""
    made = Home(home).current(seeds)
    assert made is not None
    pool = Pool(made.path, Settings(workers=1), {})
    await pool.start()
    names = Vocabulary.from_json(made.names())
    library = Library(resources(seeds=seeds), pool, names, made.info, waiting=8)
    try:
        yield World(library, Pages(library, Cache(2**26)), pool)
    finally:
        await library.close()
        await pool.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Chromium; where there is none the tests are left out, but in CI they fail.

    It ends with its file: while Playwright runs, no other test may run an event loop of its own.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: apt-get install chromium.")
        pytest.skip("There is no Chromium: apt-get install chromium.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # As root, and in a container, Chromium's own sandbox does not start.
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Browser, server: Served) -> Iterator[Any]:
    """Return a function that opens a page of the server and fails if the browser complains of anything."""
    contexts = []
    complaints: list[str] = []

    def opened(path: str, **how: Any) -> Page:
        context = browser.new_context(base_url=server.address, reduced_motion="reduce", **how)
        context.set_default_timeout(_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= BAD else None)
        page.goto(server.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
