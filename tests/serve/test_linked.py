"""Linked data: every address of the project answers, in the form that is asked for, and says the same in each."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
import rdflib

from .conftest import running

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Served

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
BASE = "https://w3id.org/calcigraph/"
PATH = "study/alpha-2001"
ALPHA = rdflib.URIRef(BASE + PATH)
FORMS = [
    ("text/turtle", "ttl", "turtle"),
    ("application/n-triples", "nt", "nt"),
    ("application/rdf+xml", "rdf", "xml"),
    ("application/ld+json", "jsonld", "json-ld"),
]


def graph_of(text: str, form: str) -> rdflib.Graph:
    """Return the graph in a text."""
    return rdflib.Graph().parse(data=text, format=form)


class Page(HTMLParser):
    """The tags of a page, its links and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        told = dict(attrs)
        self.tags.add(tag)
        self.links += [told["href"] or ""] if tag == "a" else []
        self.anchors |= {told["id"] or ""} if "id" in told else set()


@pytest.mark.parametrize(("media", "extension", "form"), FORMS)
def test_a_record_answers_in_each_format(server: Served, media: str, extension: str, form: str) -> None:
    """A record says the same in each format, negotiated or at the format's own address, and links to the others."""
    answer = server.get(PATH, headers={"Accept": media})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media)
    assert answer.headers["content-location"] == f"/{PATH}.{extension}"
    assert f'<{ALPHA}>; rel="canonical"' in answer.headers["link"]
    assert f'</{PATH}.jsonld>; rel="alternate"; type="application/ld+json"' in answer.headers["link"]
    direct = server.get(f"{PATH}.{extension}")
    assert direct.headers["content-type"].startswith(media)
    expected = graph_of(server.get(f"{PATH}.nt").text, "nt")
    for text in (answer.text, direct.text):
        assert set(graph_of(text, form)) == set(expected)
    parts = {str(subject).partition("#")[2] for subject in expected.subjects()}
    assert {"minocycline", "curation"} <= parts
    assert server.get(PATH, headers={"Accept": media, "If-None-Match": answer.headers["etag"]}).status_code == 304
    said = server.ask(f"SELECT (COUNT(*) AS ?n) {{ <{ALPHA}#minocycline> ?p ?o }}").json()["results"]["bindings"]
    assert len(list(expected.triples((ALPHA + "#minocycline", None, None)))) == int(said[0]["n"]["value"])


def test_a_browser_gets_a_page(server: Served) -> None:
    """The page has the record's title, its parts as anchors, and links that lead to answers."""
    answer = server.get(PATH, headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert {"main", "h1", "h2", "dl"} <= page.tags
    assert "minocycline" in page.anchors
    inner = {link.partition("#")[0] for link in page.links if link.startswith("/")}
    assert "/ontology" in inner
    for link in sorted(inner)[:20]:
        assert server.client.get(link, follow_redirects=True).status_code == 200, link
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.anchors or link == "#"


@pytest.mark.parametrize("kind", ["review/gamma-2003", "trial/NCT00000001", "ontology", "graph/study/alpha-2001"])
def test_each_kind_of_document_answers(server: Served, kind: str) -> None:
    """Reviews, trials, the ontology and the named graphs are documents too."""
    turtle = server.get(kind, headers={"Accept": "text/turtle"})
    assert turtle.status_code == 200
    graph = graph_of(turtle.text, "turtle")
    assert len(graph) > 10
    if not kind.startswith("graph/"):
        assert (rdflib.URIRef(BASE + kind), None, None) in graph
    assert server.get(kind, headers={"Accept": "text/html"}).status_code == 200


def test_what_is_no_document_leads_to_one(server: Served) -> None:
    """A rule answers 303 to a document about it, in the format that was asked for."""
    for media, extension, form in FORMS:
        answer = server.get("rule/proportion", headers={"Accept": media})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/rule/proportion.{extension}")
        found = server.get(answer.headers["location"])
        assert (rdflib.URIRef(BASE + "rule/proportion"), None, None) in graph_of(found.text, form)


def test_every_address_in_the_graph_answers(server: Served) -> None:
    """One subject of each kind, of all that the graph has: its document speaks of it."""
    query = f"SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{BASE}')) }}"
    subjects = [row["s"]["value"] for row in server.ask(query).json()["results"]["bindings"]]
    kinds = {re.sub(r"[^/#]*$", "", subject.removeprefix(BASE)): subject for subject in subjects}
    assert len(kinds) > 20
    for subject in kinds.values():
        path = subject.removeprefix(BASE).partition("#")[0]
        answer = server.client.get(path, headers={"Accept": "application/n-triples"}, follow_redirects=True)
        assert answer.status_code == 200, subject
        assert f"<{subject}> " in answer.text, subject


@pytest.mark.parametrize(
    "path", ["study/nobody-1999", "study/", "ontology/Nothing", "study/%3Cscript%3E", "study/nobody.ttl"]
)
def test_an_address_of_which_nothing_is_said_is_404(server: Served, path: str) -> None:
    """It says where things are, and escapes what was asked."""
    answer = server.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "/study/" in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("path", "meant"), [("study/gamma-2003", "review/gamma-2003"), ("study/alfa-2001", "study/alpha-2001")]
)
def test_a_wrong_address_names_the_nearest(server: Served, path: str, meant: str) -> None:
    """What has that name elsewhere, or else the nearest name, is said in words, to programs and as a link."""
    page = server.get(path, headers={"Accept": "text/html"})
    assert f'<a href="/{meant}">' in page.text
    told = server.get(path, headers={"Accept": "application/problem+json"}).json()
    assert told["nearest"][0] == f"https://w3id.org/calcigraph/{meant}"
    assert f"Nearest: /{meant}" in told["detail"]


def test_named_graphs_are_read_by_the_graph_store_protocol(server: Served) -> None:
    """`graph=` gives one graph, `default` the union; neither or both is a mistake, an unknown one is 404."""
    name = BASE + "graph/study/alpha-2001"
    one = server.get("graph-store", params={"graph": name}, headers={"Accept": "application/n-triples"})
    whole = server.get("graph-store?default", headers={"Accept": "application/n-triples"})
    assert set(one.text.splitlines()) < set(whole.text.splitlines())
    counted = server.ask(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{name}> {{ ?s ?p ?o }} }}").json()
    assert len(one.text.splitlines()) == int(counted["results"]["bindings"][0]["n"]["value"])
    assert server.get("graph-store").status_code == 400
    assert server.get("graph-store", params={"graph": name, "default": ""}).status_code == 400
    assert server.get("graph-store", params={"graph": "file:///etc/passwd"}).status_code == 404
    assert server.client.put("graph-store?default").status_code == 405


def test_the_dataset_is_described(server: Served) -> None:
    """`/.well-known/void` leads to the description of the dataset, with its endpoint and size."""
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    answer = server.client.get(".well-known/void", headers={"Accept": "text/turtle"}, follow_redirects=True)
    graph = graph_of(answer.text, "turtle")
    dataset = graph.value(predicate=rdflib.RDF.type, object=void.Dataset)
    assert str(graph.value(dataset, void.sparqlEndpoint)) == server.address + "sparql"
    assert int(str(graph.value(dataset, void.triples))) > 1000


def test_below_another_path_all_is_the_same(tmp_path: Path, shared_home: Path) -> None:
    """With a base path, links, redirects and the endpoint's own address lie below it, and nothing lies beside it."""
    with running(tmp_path, "--base", "/calci/graph/", home=shared_home) as served:
        assert served.address.endswith("/calci/graph/")
        assert served.get("study/alpha-2001.ttl").status_code == 200
        assert served.get("rule/proportion").headers["location"].startswith("/calci/graph/rule/proportion.")
        page = Page(served.get("study/alpha-2001.html").text)
        assert "/calci/graph/ontology" in {link.partition("#")[0] for link in page.links}
        described = graph_of(served.get("sparql", headers={"Accept": "text/turtle"}).text, "turtle")
        endpoint = rdflib.URIRef("http://www.w3.org/ns/sparql-service-description#endpoint")
        assert str(next(described.objects(None, endpoint))) == served.address + "sparql"
        dataset = rdflib.URIRef(served.address + "void")
        assert (dataset, None, None) in described
        assert served.get("openapi.json").json()["servers"] == [{"url": "/calci/graph"}]
        assert served.client.get(served.address.replace("/calci/graph/", "/sparql")).status_code == 404
