"""Publishing to a real Oxigraph server: what changed arrives, nothing else is touched, and failures leave no riddle."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import calcigraph
from calcigraph.errors import BadAddress, PublishFailed
from calcigraph.exchange.distant import DistantStore, Services, find_services
from calcigraph.exchange.publish import PUBLISHED, Publication
from calcigraph.graph.dataset import GRAPHS
from calcigraph.store.credentials import PASSWORD, TOKEN, USER
from calcigraph.store.endpoint import LocalEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Proxy

    from calcigraph import Evidence
    from calcigraph.exchange.publish import Plan

TINY = Path(__file__).parents[1] / "worlds" / "tiny"
OTHERS = "https://example.org/of-others"
WAYS = ("update", "graph_store")


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (USER, PASSWORD, TOKEN):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def changed(tmp_path: Path, shared_home: Path) -> Evidence:
    """Return the small world with one record less and one that says something else."""
    seeds = tmp_path / "seeds"
    shutil.copytree(TINY, seeds)
    (seeds / "studies" / "beta-2002.yaml").unlink()
    alpha = seeds / "studies" / "alpha-2001.yaml"
    text = alpha.read_text(encoding="utf-8")
    assert "title: " in text
    alpha.write_text(text.replace("title: ", "title: Again ", 1), encoding="utf-8")
    return calcigraph.open(seeds=seeds, home=shared_home)


@contextmanager
def _publication(evidence: Evidence, url: str, way: str = "update", attempts: int = 2) -> Iterator[Publication]:
    with DistantStore(url, seconds=20, attempts=attempts, pause=0.01) as store:
        services = find_services(store, evidence.product.exchange / "stores.tsv", wanted=(way,))
        yield Publication(evidence, store, services)


def _send(evidence: Evidence, url: str, way: str = "update") -> Plan:
    with _publication(evidence, url, way) as publication:
        plan = publication.plan()
        publication.run(plan)
        return plan


def _held(url: str) -> ox.Dataset:
    """Return all that the server holds, but the digests, with blank nodes named by what is said of them."""
    request = urllib.request.Request(f"{url}/store", headers={"Accept": "application/n-quads"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        quads = ox.parse(answer.read(), format=ox.RdfFormat.N_QUADS)
        return _canonical(quad for quad in quads if quad.graph_name.value != PUBLISHED)


def _canonical(quads: object) -> ox.Dataset:
    dataset = ox.Dataset(quads)  # type: ignore[arg-type]
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _whole(evidence: Evidence) -> ox.Dataset:
    assert isinstance(evidence.endpoint, LocalEndpoint)
    return _canonical(evidence.endpoint.store)


def _update(url: str, text: str) -> None:
    headers = {"Content-Type": "application/sparql-update"}
    urllib.request.urlopen(urllib.request.Request(f"{url}/update", text.encode(), headers)).close()  # noqa: S310


@pytest.mark.parametrize("way", WAYS)
def test_everything_arrives_and_then_nothing_is_sent(tiny: Evidence, oxigraph: str, way: str) -> None:
    """An empty store holds the same graphs afterwards, up to blank nodes, and a second run sends nothing."""
    plan = _send(tiny, oxigraph, way)
    assert plan.steps == len(plan.send)
    assert _held(oxigraph) == _whole(tiny)
    again = _send(tiny, oxigraph, way)
    assert (again.send, again.delete, again.same) == ((), (), plan.send)


@pytest.mark.parametrize("way", WAYS)
def test_only_what_changed_is_sent(tiny: Evidence, changed: Evidence, oxigraph: str, way: str) -> None:
    """A record that is gone is taken away, one that changed is sent, and the graphs of others stay."""
    _send(tiny, oxigraph, way)
    _update(oxigraph, f"INSERT DATA {{ GRAPH <{OTHERS}> {{ <urn:a> <urn:b> <urn:c> }} }}")
    plan = _send(changed, oxigraph, way)
    kinds = ("study/", "review/", "trial/")
    sent = [one.name.removeprefix(GRAPHS) for one in plan.send if one.name.removeprefix(GRAPHS).startswith(kinds)]
    assert sent == ["study/alpha-2001"]
    assert GRAPHS + "study/beta-2002" in plan.delete
    _update(oxigraph, f"DROP GRAPH <{OTHERS}>")  # which fails if the graph is not there any more
    assert _held(oxigraph) == _whole(changed)


def test_what_another_changed_is_sent_again(tiny: Evidence, oxigraph: str) -> None:
    """A graph that lacks a triple in the store is repaired."""
    plan = _send(tiny, oxigraph)
    hurt = plan.send[-1].name
    _update(oxigraph, f"DELETE WHERE {{ GRAPH <{hurt}> {{ ?s a ?o }} }}")
    assert [one.name for one in _send(tiny, oxigraph).send] == [hurt]
    assert _held(oxigraph) == _whole(tiny)


def test_by_update_a_cut_leaves_the_old_data(tiny: Evidence, changed: Evidence, proxy: Proxy) -> None:
    """A connection that breaks while the data go out changes nothing, and the next run sends all of it."""
    _send(tiny, proxy.url)
    with _publication(changed, proxy.url) as publication:
        plan = publication.plan()
        proxy.verdicts.append(lambda _method, path, _number: 0 if path == "/update" else None)
        with pytest.raises(PublishFailed, match=r"2 attempts.*still holds the old data"):
            publication.run(plan)
    proxy.verdicts.clear()
    assert _held(proxy.url) == _whole(tiny)
    assert _send(changed, proxy.url) == plan
    assert _held(proxy.url) == _whole(changed)


def test_by_graph_store_a_cut_is_told_and_repaired(tiny: Evidence, changed: Evidence, proxy: Proxy) -> None:
    """A store that goes away half-way holds some graphs, the message says how many, and either state can follow."""
    _send(tiny, proxy.url, "graph_store")
    puts = []

    def after_three(method: str, path: str, _number: int) -> int | None:
        puts.append(path) if method == "PUT" else None
        return 503 if method == "PUT" and len(puts) > 3 else None

    with _publication(changed, proxy.url, "graph_store") as publication:
        plan = publication.plan()
        proxy.verdicts.append(after_three)
        done = 2 + len(plan.delete)
        with pytest.raises(PublishFailed, match=rf"503.* {done} of {plan.steps} graphs were dealt with"):
            publication.run(plan)
    proxy.verdicts.clear()
    # What was cut has no digest, so that going back to the old state mends it as well as going on.
    _send(tiny, proxy.url, "graph_store")
    assert _held(proxy.url) == _whole(tiny)
    _send(changed, proxy.url, "graph_store")
    assert _held(proxy.url) == _whole(changed)


def test_a_lost_answer_is_found_out_by_the_next_run(tiny: Evidence, proxy: Proxy) -> None:
    """If the store took the data and the answer was lost, the message leaves that open, and the next run ends well."""
    with _publication(tiny, proxy.url) as publication:
        proxy.verdicts.append(lambda _method, path, _number: -1 if path == "/update" else None)
        with pytest.raises(PublishFailed, match="unless the answer was lost"):
            publication.run(publication.plan())
    proxy.verdicts.clear()
    assert not _send(tiny, proxy.url).steps
    assert _held(proxy.url) == _whole(tiny)


def test_a_store_that_is_busy_for_a_while_is_asked_again(tiny: Evidence, proxy: Proxy) -> None:
    """Two answers of 503 to the same request are no failure when three attempts are allowed."""
    with _publication(tiny, proxy.url, attempts=3) as publication:
        before = len(proxy.seen)
        proxy.verdicts.append(lambda _method, _path, number: 503 if number - before in (2, 3) else None)
        publication.run(publication.plan())
    assert [path for _, path, _ in proxy.seen[before:]][1:4] == ["/update"] * 3
    assert _held(proxy.url) == _whole(tiny)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_the_variables_and_not_what_they_hold(
    tiny: Evidence, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Credentials that are refused are not tried again, and stand in no message."""
    monkeypatch.setenv(USER, "curator")
    monkeypatch.setenv(PASSWORD, "open-sesame")
    proxy.verdicts.append(lambda *_: status)
    with pytest.raises(PublishFailed, match=rf"refuses the credentials.*{status}.*{PASSWORD}") as raised:
        _send(tiny, proxy.url)
    assert "open-sesame" not in str(raised.value)
    assert [authorization for _, _, authorization in proxy.seen] == ["Basic Y3VyYXRvcjpvcGVuLXNlc2FtZQ=="]


def test_a_token_is_sent_as_bearer(tiny: Evidence, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of the environment goes with every request."""
    monkeypatch.setenv(TOKEN, "abc")
    _send(tiny, proxy.url)
    assert {authorization for _, _, authorization in proxy.seen} == {"Bearer abc"}


def test_the_end_of_the_credentials_in_the_middle_is_told(tiny: Evidence, proxy: Proxy) -> None:
    """A store that takes queries and refuses updates says so before anything is sent."""
    proxy.verdicts.append(lambda _method, path, _number: 403 if path == "/update" else None)
    with pytest.raises(PublishFailed, match=r"/update refuses to be asked without credentials \(403\): set"):
        _send(tiny, proxy.url)


def test_an_address_without_a_store_names_where_it_was_looked_for(tiny: Evidence, proxy: Proxy) -> None:
    """A server that answers 404 everywhere is no store."""
    proxy.verdicts.append(lambda *_: 404)
    with pytest.raises(PublishFailed, match=r"No SPARQL endpoint answers at .*/query, .*/sparql"):
        _send(tiny, proxy.url)


def test_a_store_without_updates_is_sent_to_by_graph_store(tiny: Evidence, proxy: Proxy) -> None:
    """Where there is no update service the graph store is found."""
    proxy.verdicts.append(lambda method, path, _: 404 if method == "POST" and path != "/query" else None)
    with DistantStore(proxy.url, pause=0.01) as store:
        found = find_services(store, tiny.product.exchange / "stores.tsv", wanted=WAYS)
    assert found == Services(f"{proxy.url}/query", "", f"{proxy.url}/store")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://me:secret@localhost/", "holds a user's name"),
        ("ftp://localhost", "no address"),
        ("local", "no address"),
    ],
)
def test_an_address_that_cannot_be_is_refused(url: str, message: str) -> None:
    """What is no address, or holds a password, is refused without repeating the password."""
    with pytest.raises(BadAddress, match=message) as raised:
        DistantStore(url)
    assert "secret" not in str(raised.value)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "calcigraph", "publish", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_sends_and_says_what(tiny: Evidence, divided: str, shared_home: Path) -> None:
    """A dry run sends nothing; a real one does, and warns of a default graph that is not the union of graphs."""
    options = ["--to", divided, "--seeds", str(TINY), "--home", str(shared_home)]
    dry = _run(*options, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert not len(_held(divided))
    sent = _run(*options)
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout == dry.stdout
    assert {line.split("\t")[0] for line in sent.stdout.splitlines()} == {"send"}
    assert "default graph is not the union" in sent.stderr
    assert _held(divided) == _whole(tiny)
    assert json.dumps(sent.stderr).count("\\u001b") == 0
    assert _run(*options).stdout == ""


def test_the_command_says_in_a_sentence_that_no_one_answers(shared_home: Path) -> None:
    """An unreachable store is one line and exit code 1; an impossible address is wrong use."""
    options = ["--seeds", str(TINY), "--home", str(shared_home)]
    silent = _run("--to", "http://127.0.0.1:9", "--attempts", "1", *options)
    assert (silent.returncode, silent.stdout) == (1, "")
    assert silent.stderr.startswith("Error: There is no store at http://127.0.0.1:9/query: ")
    assert len(silent.stderr.splitlines()) == 1
    assert _run("--to", "nowhere", *options).returncode == 2
