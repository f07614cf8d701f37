"""Connections of strangers: slow, idle, endless, large or too many; each is bounded, and the next one is served."""

from __future__ import annotations

import os
import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from .conftest import Served, eventually, served_at_once

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def connected(served: Served) -> Iterator[socket.socket]:
    """Open a bare connection to the server."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        yield connection


def everything(connection: socket.socket) -> bytes:
    """Return all that the server sends until it closes the connection."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


POST = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"


def test_a_body_without_end_is_cut(strict: Served) -> None:
    """A body in chunks that never ends is refused when it is larger than it may be, though its length is not said."""
    sent = 0
    with connected(strict) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        piece = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
        try:
            for _ in range(1000):
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        answer = everything(connection)
    assert sent < 20_000_000
    assert not answer or b" 413 " in answer.split(b"\r\n")[0]
    assert served_at_once(strict)
    said = strict.client.post("sparql", content=b" " * 300_000, headers={"Content-Type": "application/sparql-query"})
    assert said.status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for(strict: Served) -> None:
    """A client that promises a body and sends none is told after a while."""
    with connected(strict) as connection:
        connection.sendall(POST + b"Content-Length: 100\r\n\r\nSELECT")
        start = time.monotonic()
        assert b" 408 " in everything_of_one(connection)
        assert time.monotonic() - start < 5


def everything_of_one(connection: socket.socket) -> bytes:
    """Return the first piece that the server sends."""
    return connection.recv(65536)


def test_a_head_that_does_not_end_is_cut(strict: Served) -> None:
    """A head that grows without end is refused with 431, whole or in pieces."""
    with connected(strict) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        try:
            for number in range(10_000):
                connection.sendall(b"X-%d: %s\r\n" % (number, b"y" * 1000))
        except OSError:
            pass
        else:
            pytest.fail("ten megabytes of head were taken")
    assert strict.get("healthz", headers={"X": "y" * 9000}).status_code == 431
    assert strict.get("sparql?query=" + "y" * 9000).status_code == 431
    assert "Traceback" not in strict.log.read_text()
    assert served_at_once(strict)


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(strict: Served) -> None:
    """A client that sends a byte now and then is closed after a while."""
    start = time.monotonic()
    with connected(strict) as connection:
        try:
            for byte in b"GET /healthz HTTP/1.1\r\nHost: " + b"x" * 100:
                connection.sendall(bytes([byte]))
                time.sleep(0.1)
        except OSError:
            pass
        else:
            pytest.fail("the server waited for a head for ten seconds")
    assert time.monotonic() - start < 6


def test_a_client_that_takes_nothing_is_dropped(strict: Served) -> None:
    """A client that asks for much and reads nothing is dropped, and holds no worker."""
    query = "SELECT ?a { ?a ?b ?c . ?d ?e ?f } LIMIT 7000"
    target = b"/sparql?query=" + query.replace(" ", "%20").replace("?", "%3F").encode()
    size = len(strict.get("sparql", params={"query": query}).content)
    assert 300_000 < size < 1_000_000
    before = _open_connections(strict)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect(("127.0.0.1", strict.port))
        connection.sendall((b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n") * 20)
        time.sleep(0.3)
        assert served_at_once(strict)
        assert eventually(lambda: _open_connections(strict) <= before, 8)


def _open_connections(served: Served) -> int:
    """Return how many connections the server has open."""
    return len([name for name in os.listdir(f"/proc/{served.process.pid}/fd")])  # noqa: C416, PTH208


def test_many_idle_connections_leave_room(strict: Served) -> None:
    """Connections that ask nothing are closed, the oldest first, when there are too many."""
    idle = [socket.create_connection(("127.0.0.1", strict.port)) for _ in range(200)]
    try:
        assert served_at_once(strict)
        assert eventually(lambda: _open_connections(strict) < 80, 0.5), (
            "they are closed at once, not when their time is over"
        )
        with httpx.Client() as another:
            assert another.get(strict.address + "healthz").status_code == 200
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.parametrize(
    "path",
    ["../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd", "%00", "sparql/%00", "//etc/passwd"],
)
def test_path_tricks_lead_nowhere(strict: Served, path: str) -> None:
    """A path is never a file's."""
    with connected(strict) as connection:
        connection.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = everything(connection)
    assert answer.split(b" ", 2)[1] in {b"404", b"400"}
    assert b"root:" not in answer


def test_an_answer_before_the_end_of_a_body_is_the_last_of_its_connection(strict: Served) -> None:
    """It says so, and a client that keeps connections asks the next question on another one."""
    for _ in range(5):
        answer = strict.ask("SELECT * { VALUES ?x { " + "1 " * 150_000 + "} }")
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")
        assert "connection" not in strict.ask("ASK {}").headers
