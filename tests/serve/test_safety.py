"""What strangers may try: each attack is answered with a reason, and the next request is served at once."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pyoxigraph as ox
import pytest

from calcigraph.serve import guard
from calcigraph.serve.worker import Memory, confine

from .conftest import COUNT, Served, eventually, running, served_at_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(CONTAINS(STR(?c), STR(?i))) }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"


@contextmanager
def listening() -> Iterator[tuple[str, list[object]]]:
    """Listen on a port, and gather who connects to it."""
    seen: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, address = listener.accept()
                except OSError:
                    return
                seen.append(address)
                connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/sparql", seen
        listener.shutdown(socket.SHUT_RDWR)


SPELLINGS = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { service<URL>{ ?s ?p ?o } }",
    "SELECT * { sErViCe SILENT <URL> { ?s ?p ?o } }",
    "SELECT * { SERVICE # a comment\n# another\n<URL> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { \\U00000053\\u0045RVICE <URL> { ?s ?p ?o } }",
    "SELECT * { { { SELECT * { SERVICE <URL> { ?s ?p ?o } } } } }",
    "SELECT * { ?a ?b ?c FILTER(EXISTS { SERVICE <URL> { ?s ?p ?o } }) }",
    "SELECT * { ?a ?b ?c FILTER(NOT EXISTS { SERVICE SILENT <URL> { ?s ?p ?o } }) }",
    "SELECT * { VALUES ?u { <URL> } SERVICE ?u { ?s ?p ?o } }",
    "PREFIX e: <URL> SELECT * { SERVICE e: { ?s ?p ?o } }",
    "BASE <URL> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "SELECT * { ?a ?b ?c OPTIONAL { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT * { { ?s ?p ?o } UNION { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT * { ?a ?b ?c MINUS { SERVICE <URL> { ?s ?p ?o } } }",
    "SELECT * { GRAPH ?g { SERVICE <URL> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "ASK { SERVICE <URL> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT ('service' AS ?x) { ?service ?p ?o . SERVICE <URL> { ?s ?p ?o } } # service",
    "PREFIX service: <http://e/> SELECT * { ?a service:service ?c . SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { ?a ?b ?c FILTER(?c<?b&&?a>?b) SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { ?a ?b '''\n' SERVICE ''' . SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { LATERAL { SERVICE <URL> { ?s ?p ?o } } }",
]

HARMLESS = [
    "SELECT * { ?s ?p 'SERVICE <http://e/> { }' }",
    'SELECT * { ?s ?p """at your\nSERVICE""" }',
    "SELECT * { ?s <http://e/service> ?o } # SERVICE <http://e/> { }",
    "PREFIX service: <http://e/> SELECT ?service { ?service service:service _:service . ?service ?p 'x'@service }",
    "SELECT ('\\u0053ERVICE' AS ?x) { }",
    "SELECT * { ?s ?p 'from' . ?from <http://e/from> ?o } # FROM <http://e/>",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_service_is_refused_in_every_spelling(server: Served, spelling: str) -> None:
    """SERVICE is refused with a reason, or is no SPARQL to the engine; either way nobody is called."""
    with listening() as (url, seen):
        answer = server.ask(spelling.replace("URL", url))
        assert answer.status_code in ((400,) if "\\" in spelling else (403,)), answer.text
        if answer.status_code == 403:
            assert "SERVICE is not allowed" in answer.text
        assert not seen
    assert served_at_once(server)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_guard_itself_sees_each_spelling(spelling: str) -> None:
    """The guard decides so before the engine runs anything; escaped letters are no SPARQL to the engine."""
    query = spelling.replace("URL", "http://127.0.0.1:1/")
    if "\\" in spelling:
        with pytest.raises(SyntaxError):
            guard.federates(query)
    else:
        assert guard.federates(query)


@pytest.mark.parametrize("query", HARMLESS)
def test_the_word_alone_is_harmless(server: Served, query: str) -> None:
    """In a string, a comment, an IRI, a name or a language tag the word means nothing, and the query is answered."""
    assert server.ask(query).status_code == 200
    assert not guard.federates(query)
    assert not guard.declares_dataset(query)


def test_an_allowed_endpoint_is_called_and_no_other(server: Served, tmp_path: Path, shared_home: Path) -> None:
    """With an allow-list a query may call what is on it, and nothing else beside it."""
    url = server.address + "sparql"
    with listening() as (forbidden, seen), running(tmp_path, "--service", url, home=shared_home) as other:
        allowed = other.ask(f"SELECT ?n {{ SERVICE <{url}> {{ SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} }} }}")
        assert allowed.json()["results"]["bindings"] == server.ask(COUNT).json()["results"]["bindings"]
        silent = other.ask(f"SELECT * {{ service  silent\n<{url}> {{ ?s ?p ?o }} }}")
        assert silent.status_code == 200
        for refused in (
            "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
            f"SELECT * {{ SERVICE <{url}> {{ SERVICE <http://127.0.0.1:1/> {{ ?s ?p ?o }} }} }}",
            f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} SERVICE ?s {{ ?a ?b ?c }} }}",
            f"SELECT * {{ SERVICE <{url}x> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE #\r<http://127.0.0.1:1/> {{ }} #\n<{url}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE #\r<{url}>\n<http://127.0.0.1:1/> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE #<{url}>\n<http://127.0.0.1:1/> {{ ?s ?p ?o }} }}",
            f"BASE <{url}> SELECT * {{ SERVICE <{url}> {{ }} SERVICE <http://127.0.0.1:1/> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE ?x {{ ?s ?p ?o }} BIND(<{url}> AS ?x) }}",
        ):
            answer = other.ask(refused.replace("http://127.0.0.1:1/", forbidden))
            assert answer.status_code in {400, 403}, answer.text
            assert answer.status_code == 400 or url in answer.text
        assert not seen


def test_a_worker_cannot_open_anything() -> None:
    """The second guard, on its own: a confined process reaches no endpoint and no file, whatever the engine runs."""
    store = ox.Store()
    read, write = os.pipe()
    with listening() as (url, seen):
        pid = os.fork()
        if pid == 0:
            said = []
            confine(Memory(), 2**28, network=False)
            for attempt in (
                lambda: store.query(f"ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"),
                lambda: store.query("ASK { SERVICE <http://localhost:80/> { ?s ?p ?o } }"),
                lambda: open("/etc/passwd", "rb"),  # noqa: PTH123, SIM115
                lambda: socket.socket(),  # noqa: PLW0108
            ):
                try:
                    attempt()
                    said.append("done")
                except OSError as error:
                    # Too many open files; the lookup of a name says that in its own words, or that it is busy (16).
                    nothing = error.errno == 24 or re.search(r"os error (24|16)\b|lookup address", str(error))
                    said.append("none" if nothing else repr(error))
            os.write(write, " ".join(said).encode())
            os._exit(0)
        os.waitpid(pid, 0)
        os.close(write)
        assert os.read(read, 1000) == b"none none none none"
        os.close(read)
        assert not seen


def test_a_query_names_no_file(server: Served) -> None:
    """FROM is the name of a graph: no file or address is opened for it."""
    with listening() as (url, seen):
        for source in ("file:///etc/passwd", url):
            answer = server.ask(f"SELECT * FROM <{source}> {{ ?s ?p ?o }}")
            assert answer.json()["results"]["bindings"] == []
            by_protocol = server.get("sparql", params={"query": COUNT, "default-graph-uri": source})
            assert by_protocol.json()["results"]["bindings"][0]["n"]["value"] == "0"
        assert not seen


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        (ENDLESS, 503, "2 seconds"),
        (HUNGRY, 503, "memory"),
        (LARGE, 413, "1,000,000 bytes"),
        ("SELECT * {" + "{" * 9000 + "?s ?p ?o" + "}" * 9000 + "}", 503, "nested too deeply"),
        ("SELECT * { ?s ?p ?o FILTER(" + "(" * 20000 + "1" + ")" * 20000 + ") }", 503, "nested too deeply"),
        ("SELECT * { ?s ?p ?o FILTER(" + "!" * 50000 + "1) }", 503, "nested too deeply"),
        ("SELECT * { VALUES ?x { " + "1 " * 150_000 + "} }", 413, "200,000 bytes"),
    ],
    ids=["time", "memory", "size", "groups", "brackets", "not", "values"],
)
def test_a_query_that_takes_too_much_is_ended_with_a_reason(strict: Served, query: str, status: int, said: str) -> None:
    """The status and the message say which limit was broken; the next query is answered at once."""
    start = time.monotonic()
    answer = strict.ask(query)
    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert time.monotonic() - start < 4
    assert served_at_once(strict)


def test_a_large_values_block_within_the_limits_is_answered(strict: Served) -> None:
    """Ten thousand values are a query like any other."""
    answer = strict.ask("SELECT (COUNT(*) AS ?n) { VALUES ?x { " + "1 " * 10_000 + "} }")
    assert answer.json()["results"]["bindings"][0]["n"]["value"] == "10000"


def test_a_product_of_values_ends_by_the_clock(strict: Served) -> None:
    """Small blocks whose product is huge are ended when their time is over."""
    block = " ".join(f"VALUES ?x{n} {{ {'1 ' * 100} }}" for n in range(8))
    assert strict.ask(f"SELECT (COUNT(*) AS ?n) {{ {block} }}").status_code == 503
    assert served_at_once(strict)


def test_too_many_queries_are_told_to_come_back(strict: Served) -> None:
    """One runs, two wait, and one more is told at once to come back; afterwards all is well."""
    answers: list[httpx.Response] = []

    def ask() -> None:
        answers.append(httpx.post(strict.address + "sparql", data={"query": ENDLESS}, timeout=30))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    busy = [answer for answer in answers if "Too many queries are waiting" in answer.text]
    assert {answer.status_code for answer in answers} == {503}
    assert len(busy) >= 5
    assert all(answer.headers["retry-after"] for answer in busy)
    assert eventually(lambda: strict.ask(COUNT).status_code == 200)


def test_a_query_for_which_nobody_waits_is_ended(strict: Served) -> None:
    """A client that hangs up frees the worker, before its time is over."""
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(strict.address + "sparql", data={"query": ENDLESS}, timeout=0.2)
    assert served_at_once(strict)


def test_a_client_that_hangs_up_is_no_fault_of_the_server(strict: Served) -> None:
    """It is logged as a request that was wrong, without a traceback."""
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(strict.address + "sparql?hangs-up", data={"query": ENDLESS}, timeout=0.5)
    assert eventually(lambda: "hangs-up" in strict.log.read_text())
    lines = [json.loads(line) for line in strict.log.read_text().splitlines()]
    assert [line["status"] for line in lines if line.get("query") == "hangs-up"] == [400]
    assert not [line for line in lines if "Traceback" in line.get("error", "")]


def test_what_went_wrong_is_counted(strict: Served) -> None:
    """The metrics say which limits were broken."""
    strict.ask(ENDLESS)
    text = strict.get("metrics").text
    line = next(one for one in text.splitlines() if one.startswith('calcigraph_workers_ended_total{reason="time"}'))
    assert float(line.rsplit(" ", 1)[1]) >= 1
