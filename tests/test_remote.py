"""A distant endpoint: the same questions, over HTTP, with the same answers."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

import calcigraph
from calcigraph.errors import EndpointFailed
from calcigraph.figures.evidence_map import evidence_map
from calcigraph.figures.forest import forest
from calcigraph.store.endpoint import LocalEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

TINY = Path(__file__).parent / "worlds" / "tiny"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> calcigraph.Evidence:
    """Return the tiny world in the embedded store."""
    return calcigraph.open(seeds=TINY, home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def url(local: calcigraph.Evidence) -> Iterator[str]:
    """Serve the tiny world by the SPARQL protocol and give the address."""
    endpoint = local.endpoint
    assert isinstance(endpoint, LocalEndpoint)

    class Protocol(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            try:
                status, kind, body = 200, "application/sparql-results+json", endpoint.select(form["query"][0])
            except SyntaxError as error:
                status, kind, body = 400, "text/plain", str(error).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Protocol)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("question", "parameters"),
    [
        ("treatments", {}),
        ("treatment", {"treatment": "tetracycline antibiotic"}),
        ("claims", {"stance": "not recommended"}),
        ("lookup", {"identifier": "https://doi.org/10.1000/ALPHA"}),
    ],
)
def test_a_distant_endpoint_gives_the_same_answer(
    local: calcigraph.Evidence, url: str, question: str, parameters: dict[str, str]
) -> None:
    """The embedded store and a distant endpoint with the same graph answer alike."""
    answer = local.ask(question, **parameters)
    assert len(answer)
    assert calcigraph.connect(url).ask(question, **parameters) == answer


def test_a_distant_endpoint_gives_the_same_figures(local: calcigraph.Evidence, url: str) -> None:
    """A figure of a distant endpoint has the same bytes as one of the embedded store."""
    distant = calcigraph.connect(url)
    for here, there in (
        (forest(local, treatment="minocycline"), forest(distant, treatment="minocycline")),
        (evidence_map(local), evidence_map(distant)),
    ):
        assert there.content("svg") == here.content("svg")
        assert there.words() == here.words()


def test_an_endpoint_that_is_not_there_is_one_sentence() -> None:
    """A refused connection is an error that names the address."""
    with pytest.raises(EndpointFailed, match=r"http://127\.0\.0\.1:9/sparql did not answer"):
        calcigraph.connect("http://127.0.0.1:9/sparql", seconds=2).ask("treatments")


def test_an_endpoint_that_refuses_is_one_sentence(url: str) -> None:
    """An error status is an error that names the address."""
    evidence = calcigraph.connect(url)
    with pytest.raises(EndpointFailed, match="did not answer"):
        evidence.endpoint.select("SELECT nonsense")
