"""What tests in several files need: one home for all builds of a run, the evidence, and a real Oxigraph server.

Hypothesis sets no time limit: how long an example takes says nothing about the fact.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox
import pytest
from hypothesis import settings

import calcigraph
from calcigraph.exchange.formats import find_format
from calcigraph.exchange.losses import Losses
from calcigraph.exchange.source import scoped
from calcigraph.resources import Resources, resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]
    Verdict = Callable[[str, str, int], int | None]
    Guard = Callable[[str, str, str | None], str | None]

collect_ignore = ["fuzz/validator.py"]
"""A program that is run, not imported: it needs atheris, which instruments what it imports."""

TINY = Path(__file__).parent / "worlds" / "tiny"

settings.register_profile("calcigraph", deadline=None)
settings.load_profile("calcigraph")


@pytest.fixture(scope="session")
def graph() -> ox.Store:
    """Return the ontology, the derived hierarchy included, in a store for reading."""
    store = ox.Store()
    for path in resources().ontology_files():
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


@pytest.fixture
def copied(tmp_path: Path) -> Resources:
    """Return the product with a copy of the ontology that a test may change."""
    product = resources()
    return product._replace(ontology=Path(shutil.copytree(product.ontology, tmp_path / "ontology")))


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of builds that all workers of this run share, so that each build is made once."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "home"


@pytest.fixture(scope="session")
def evidence(shared_home: Path) -> Evidence:
    """Return the evidence of the real records."""
    return calcigraph.open(home=shared_home)


@pytest.fixture(scope="session")
def tiny(shared_home: Path) -> Evidence:
    """Return the evidence of a few records."""
    return calcigraph.open(seeds=TINY, home=shared_home)


@pytest.fixture
def own_home(tiny: Evidence, shared_home: Path, tmp_path: Path) -> Path:
    """Return a home of the test's own, `home` in its folder, with the build of a few records in it already."""
    assert tiny.info is not None
    build = Path("builds") / tiny.info.digest
    shutil.copytree(shared_home / build, tmp_path / "home" / build)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def exported() -> Exported:
    """Return a function that makes an export in memory and returns its files by path."""

    def export(evidence: Evidence, name: str, losses: Losses | None = None, **asked: str) -> dict[str, bytes]:
        files = {}
        counted = Losses() if losses is None else losses
        for path, write in find_format(name).files(scoped(evidence, **asked), counted):
            file = io.BytesIO()
            write(file)
            files[path] = file.getvalue()
        return files

    return export


@contextmanager
def _oxigraph(*options: str) -> Iterator[str]:
    program = Path(sys.executable).with_name("oxigraph")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(program), "serve", "--bind", f"127.0.0.1:{port}", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "Oxigraph ended as soon as it was started"
        with socket.socket() as there:
            if not there.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    pytest.fail("Oxigraph does not listen")


@pytest.fixture
def oxigraph() -> Iterator[str]:
    """Give the address of an empty Oxigraph server whose default graph is the union of its graphs."""
    with _oxigraph("--union-default-graph") as url:
        yield url


@pytest.fixture
def divided() -> Iterator[str]:
    """Give the address of an empty Oxigraph server whose default graph shows nothing of its named graphs."""
    with _oxigraph() as url:
        yield url


@pytest.fixture(scope="session")
def lasting() -> Iterator[str]:
    """Give the address of an Oxigraph server that several tests fill and ask."""
    with _oxigraph("--union-default-graph") as url:
        yield url


class Proxy(NamedTuple):
    """A proxy: its address, the requests that came, each with its `Authorization`, and what it does to them.

    `verdicts` holds a function of method, path and number of the request, which gives a status to answer with, 0 to cut
    the connection, -1 to pass the request on and then cut it, or nothing to pass it on. `guards` holds a function of
    method, path and `Authorization`, which gives the challenge to answer with, or nothing where it lets the request in.
    """

    url: str
    seen: list[tuple[str, str, str | None]]
    verdicts: list[Verdict]
    guards: list[Guard]


@pytest.fixture
def proxy(oxigraph: str) -> Iterator[Proxy]:
    """Give a proxy before the empty server."""
    seen: list[tuple[str, str, str | None]] = []
    verdicts: list[Verdict] = []
    guards: list[Guard] = []

    class Between(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append((self.command, self.path, self.headers.get("Authorization")))
            verdict = verdicts[0](self.command, self.path, len(seen)) if verdicts else None
            if verdict == 0:
                self.close_connection = True
                return
            challenge = guards[0](*seen[-1]) if guards else None
            if challenge is not None:
                self.send_response(401)
                self.send_header("WWW-Authenticate", challenge)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if verdict is not None and verdict > 0:
                self.send_response(verdict)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            kept = {name: value for name, value in self.headers.items() if name in ("Content-Type", "Accept")}
            request = urllib.request.Request(  # noqa: S310 -- the server that this file started
                oxigraph + self.path, body or None, kept, method=self.command
            )
            try:
                with urllib.request.urlopen(request) as answer:  # noqa: S310
                    status, kind, content = answer.status, answer.headers.get("Content-Type"), answer.read()
            except urllib.error.HTTPError as error:
                with error:
                    status, kind, content = error.code, error.headers.get("Content-Type"), error.read()
            if verdict == -1:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = handle_one  # noqa: N815 -- names of http.server

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Proxy(f"http://127.0.0.1:{server.server_address[1]}", seen, verdicts, guards)
    server.shutdown()
    thread.join()
    server.server_close()
