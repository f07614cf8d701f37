"""A distant endpoint: the same questions, over HTTP, with the same answers."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner

import calcigraph
from calcigraph.cli import ask
from calcigraph.errors import BadAddress, BadCredentials, EndpointFailed
from calcigraph.figures.evidence_map import evidence_map
from calcigraph.figures.forest import forest
from calcigraph.store.credentials import PASSWORD, TOKEN, USER
from calcigraph.store.endpoint import LocalEndpoint
from calcigraph.store.remote import RemoteEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    Proxy = Any  # conftest.py makes it: an address, the requests that came, and what becomes of the next ones

TINY = Path(__file__).parent / "worlds" / "tiny"


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (USER, PASSWORD, TOKEN):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def local(tiny: calcigraph.Evidence) -> calcigraph.Evidence:
    """Return the tiny world in the embedded store."""
    return tiny


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


BASIC = "Basic YW5uYTpzZWNyZXQ="
"""What RFC 7617 makes of the user anna and the password secret."""


@pytest.mark.parametrize(
    ("variables", "sent"),
    [
        ({}, None),
        ({USER: "anna", PASSWORD: "secret"}, BASIC),
        ({TOKEN: "abc.def\n"}, "Bearer abc.def"),
        ({USER: "anna", PASSWORD: "secret", TOKEN: "abc.def"}, "Bearer abc.def"),
    ],
)
def test_credentials_come_from_the_environment(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], sent: str | None
) -> None:
    """A user with a password or a token, which comes first, goes with each query, and nothing if there is none."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert b'"results"' in RemoteEndpoint(f"{proxy.url}/query").select("SELECT * { ?s ?p ?o }")
    assert proxy.seen == [("POST", "/query", sent)]


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, rf"refuses to be asked without credentials: set {USER} and {PASSWORD}, or {TOKEN}"),
        ({USER: "anna", PASSWORD: "secret"}, rf"refuses the credentials in the environment: check {USER}"),
    ],
)
def test_a_refusal_says_what_to_set(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str, status: int
) -> None:
    """Who is refused learns which variables to set or to check, and no secret is repeated."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    proxy.verdicts.append(lambda *_: status)
    with pytest.raises(EndpointFailed, match=told) as raised:
        RemoteEndpoint(f"{proxy.url}/query").select("SELECT * { ?s ?p ?o }")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("challenged", [False, True])
def test_credentials_do_not_follow_a_redirect(
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    challenged: bool,  # noqa: FBT001
) -> None:
    """An endpoint that sends askers elsewhere does not get their credentials sent there, not for a challenge either."""
    monkeypatch.setenv(USER, "anna")
    monkeypatch.setenv(PASSWORD, "secret")
    first: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            first.append(self.headers["Authorization"])
            self.send_response(302)
            self.send_header("Location", f"{proxy.url}/query?query=SELECT+*+%7B%7D")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        endpoint = RemoteEndpoint(f"http://127.0.0.1:{server.server_address[1]}/")
        if challenged:
            proxy.guards.append(lambda *_: 'Digest realm="r", nonce="n", qop="auth"')
        with pytest.raises(EndpointFailed, match="refuses") if challenged else nullcontext():
            endpoint.select("SELECT * { ?s ?p ?o }")
        server.shutdown()
        thread.join()
    assert first == [BASIC]
    assert [sent for _, _, sent in proxy.seen] == [None]


def test_a_token_that_no_header_can_hold_is_refused(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line end within a token would start another header: it is not sent, and not repeated."""
    monkeypatch.setenv(TOKEN, "abc\nX-Other: def")
    with pytest.raises(BadCredentials, match=TOKEN) as raised:
        RemoteEndpoint(f"{proxy.url}/query").select("SELECT * { ?s ?p ?o }")
    assert "abc" not in str(raised.value)
    assert proxy.seen == []


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://anna:secret@localhost/query", "holds a user's name or password"),
        ("http://anna:secret@[localhost/query", "no address of an endpoint"),
        ("localhost:7878", "no address of an endpoint"),
        ("file:///etc/passwd", "no address of an endpoint"),
    ],
)
def test_what_is_no_address_of_an_endpoint_is_refused(address: str, told: str) -> None:
    """An address with a password, or of another kind, is refused, and the password is not repeated."""
    with pytest.raises(BadAddress, match=told) as raised:
        calcigraph.connect(address)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(("variables", "warned"), [({}, False), ({TOKEN: "abc"}, True)])
def test_who_would_send_credentials_in_the_clear_is_warned(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    warned: bool,  # noqa: FBT001
) -> None:
    """Credentials that travel unencrypted to another machine are warned of; the address leads nowhere."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    ran = CliRunner().invoke(ask.command, ["treatments", "--endpoint", "http://nowhere.invalid/query"])
    assert ("travel unencrypted" in ran.stderr) == warned
    assert isinstance(ran.exception, EndpointFailed)
