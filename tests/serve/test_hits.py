"""Answers that are given again as they were sent: the same to the byte, and only where all on which they depend is."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import TINY, Served, eventually, running

if TYPE_CHECKING:
    import httpx

ALPHA = "https://w3id.org/calcigraph/study/alpha-2001"
TITLE = f"SELECT ?title {{ <{ALPHA}> <http://purl.org/dc/terms/title> ?title }}"
MANY = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 300"
QUERY = "application/sparql-query"


def repeated(served: Served) -> int:
    """Return how many answers were given again as they had been sent."""
    found = re.search(r"^calcigraph_repeated_total ([\d.]+)$", served.get("metrics").text, re.MULTILINE)
    assert found is not None
    return int(float(found[1]))


def head_and_body(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return all of an answer but the time at which it was sent."""
    return answer.status_code, [one for one in answer.headers.multi_items() if one[0] != "date"], answer.content


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("GET", "sparql", {"params": {"query": TITLE + " #get"}}),
        ("GET", "sparql", {"params": {"query": TITLE + " #csv"}, "headers": {"Accept": "text/csv"}}),
        ("HEAD", "sparql", {"params": {"query": TITLE + " #head"}}),
        ("GET", "sparql", {"params": {"query": TITLE + " #cors"}, "headers": {"Origin": "https://yasgui.org"}}),
        ("GET", "sparql", {"params": {"query": TITLE + " #have"}, "headers": {"If-None-Match": "*"}}),
        ("POST", "sparql", {"content": TITLE + " #direct", "headers": {"Content-Type": QUERY}}),
        ("POST", "sparql", {"data": {"query": TITLE + " #form"}}),
        ("GET", "sparql", {"params": {"query": MANY + " #gzip"}, "headers": {"Accept-Encoding": "gzip"}}),
        ("GET", "questions/treatments", {"params": {"condition": "SSc", "format": "csv"}}),
        ("GET", "treatments", {"headers": {"Accept": "text/html"}}),
    ],
)
def test_a_repeated_answer_is_the_same_to_the_byte(
    server: Served, method: str, path: str, more: dict[str, Any]
) -> None:
    """Status, headers and body are those of the first time; it is counted and logged as any other."""
    first = server.client.request(method, path, **more)
    assert first.status_code in {200, 304}, first.text
    before = repeated(server)
    for times in range(1, 4):
        again = server.client.request(method, path, **more)
        assert head_and_body(again) == head_and_body(first)
        assert repeated(server) == before + times
    route = "/questions/{name}" if "/" in path else f"/{path}"
    assert f'route="{route}"' in server.get("metrics").text
    assert "content-security-policy" in again.headers


def test_each_request_is_logged_whether_it_is_repeated_or_not(server: Served) -> None:
    """Five requests are five lines, whole and with the same facts; and each is counted."""
    for _ in range(5):
        server.get("sparql", params={"query": "ASK { ?logged ?p ?o }"})
    assert eventually(lambda: server.log.read_text().count("%3Flogged") == 5)
    lines = [json.loads(one) for one in server.log.read_text().splitlines() if "%3Flogged" in one]
    assert {(line["status"], line["bytes"]) for line in lines} == {(200, lines[0]["bytes"])}


def test_what_an_answer_depends_on_is_told_apart(server: Served) -> None:
    """Format, encoding, origin, tag, host, method, body and a header that nobody knows: none is given another's."""
    ask = {"query": MANY + " #apart"}
    plain = {"Accept": "text/csv", "Accept-Encoding": "identity"}
    for _ in range(2):
        rows = server.get("sparql", params=ask, headers=plain)
        assert rows.headers["content-type"].startswith("text/csv")
        tabs = server.get("sparql", params=ask, headers=plain | {"Accept": "text/tab-separated-values"})
        assert tabs.headers["content-type"].startswith("text/tab-separated-values")
        packed = server.get("sparql", params=ask, headers=plain | {"Accept-Encoding": "gzip"})
        assert (packed.headers["content-encoding"], packed.content) == ("gzip", rows.content)
        assert "access-control-allow-origin" not in rows.headers
        other = server.get("sparql", params=ask, headers=plain | {"Origin": "https://yasgui.org"})
        assert other.headers["access-control-allow-origin"] == "*"
        had = server.get("sparql", params=ask, headers=plain | {"If-None-Match": rows.headers["etag"]})
        assert (had.status_code, had.content) == (304, b"")
        assert server.client.head("sparql", params=ask, headers=plain).content == b""
        for term in ("true", "false"):
            content = f"ASK {{ FILTER({term}) }}"
            answer = server.client.post("sparql", content=content, headers={"Content-Type": QUERY})
            assert str(answer.json()["boolean"]).lower() == term
        pages = [
            server.get("questions/treatments", headers={"Accept": "text/html", "Host": host}).text
            for host in ("one.example", "two.example")
        ]
        assert ["one.example" in page for page in pages] == ["two.example" not in page for page in pages]
    before = repeated(server)
    server.get("sparql", params=ask, headers=plain | {"X-Unknown": "1"})
    assert repeated(server) == before


def test_what_may_change_is_made_each_time(server: Served) -> None:
    """Errors, random numbers, the state of the server and answers that are too large are not given again."""
    before = repeated(server)
    for _ in range(2):
        assert server.get("sparql", params={"query": "nonsense"}).status_code == 400
        assert server.get("nothing/here").status_code == 404
        assert server.get("readyz").status_code == 200
    values = {server.ask("SELECT (RAND() AS ?r) {}").text for _ in range(3)}
    assert len(values) == 3
    assert repeated(server) == before


def test_requests_that_come_together_are_each_answered(server: Served) -> None:
    """What was kept for one request alone is not taken for two in one packet, for a part, or for what follows it."""

    def request(variable: str) -> bytes:
        path = f"/sparql?query=ASK%20%7B%20%3F{variable}%20%3Fp%20%3Fo%20%7D&format=csv"
        return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()

    other = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:

        def answers(count: int) -> list[bytes]:
            got = b""
            while got.count(b"HTTP/1.1 ") < count or not got.rstrip().endswith((b"true", b"}")):
                got += client.recv(65536)
            return [b"HTTP/1.1 " + one for one in got.split(b"HTTP/1.1 ")[1:]]

        for _ in range(4):
            client.sendall(request("together"))
            [alone] = answers(1)
            assert alone.startswith(b"HTTP/1.1 200")
            assert alone.rstrip().endswith(b"true")
        client.sendall(request("together") + other)
        first, second = answers(2)
        assert first.rstrip().endswith(b"true")
        assert b'"status"' in second
        half = len(request("together")) // 2
        client.sendall(request("together")[:half])
        time.sleep(0.1)
        client.sendall(request("together")[half:])
        [parts] = answers(1)
        assert parts.startswith(b"HTTP/1.1 200")
        client.sendall(other)
        [last] = answers(1)
        assert b'"status"' in last


def test_a_new_build_has_its_own_answers(tmp_path: Path, own_home: Path) -> None:
    """What was given on the build before is not given on the next one."""
    seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
    with running(tmp_path, home=own_home, seeds=seeds) as served:
        old = [served.ask(TITLE).text for _ in range(4)]
        assert repeated(served) == 3
        build = served.get("readyz").json()["build"]
        record = seeds / "studies" / "alpha-2001.yaml"
        title = json.loads(old[0])["results"]["bindings"][0]["title"]["value"]
        record.write_text(record.read_text("utf-8").replace(title, "A title that is new"), encoding="utf-8")
        command = [sys.executable, "-m", "calcigraph", "build", "--seeds", str(seeds)]
        subprocess.run(command, env=os.environ | {"CALCIGRAPH_HOME": str(own_home)}, check=True)
        assert eventually(lambda: served.get("readyz").json()["build"] != build)
        new = [served.ask(TITLE).text for _ in range(4)]
    assert len(set(old)) == len(set(new)) == 1
    assert old[0] != new[0]
    assert "A title that is new" in new[0]


def test_answers_take_no_more_memory_than_they_may(tmp_path: Path, shared_home: Path) -> None:
    """The answers used last are kept, up to the limit; without room for one, none is."""
    with running(tmp_path, "--limit", "cache=20000", home=shared_home) as served:
        for number in range(20):
            served.ask(f"{TITLE} # {number}")
        before = repeated(served)
        served.ask(f"{TITLE} # 0")
        assert repeated(served) == before, "the oldest should be forgotten"
        served.ask(f"{TITLE} # 19")
        assert repeated(served) == before + 1
        for _ in range(2):
            assert served.ask(MANY).status_code == 200
        assert repeated(served) == before + 1, "it is larger than one answer may be"


def test_a_posted_query_may_come_in_parts_or_not_at_all(strict: Served) -> None:
    """A body in several parts is answered; one that stops is refused when its time is over, not later."""
    parts = [TITLE[:20].encode(), TITLE[20:].encode()]
    head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: {QUERY}\r\nContent-Length: {len(TITLE)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", strict.port), timeout=30) as connection:
        connection.sendall(head.encode())
        for part in parts:
            time.sleep(0.2)
            connection.sendall(part)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", strict.port), timeout=30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")
    assert 0.9 < time.monotonic() - start < 1.9
