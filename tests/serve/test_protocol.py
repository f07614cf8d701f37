"""The SPARQL 1.1 Protocol, over real HTTP: ways to ask, datasets, formats, statuses, caching."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
import rdflib
from SPARQLWrapper import JSON, SPARQLWrapper

if TYPE_CHECKING:
    import httpx

    from .conftest import Served

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ALPHA = "https://w3id.org/calcigraph/study/alpha-2001"
GRAPH = "https://w3id.org/calcigraph/graph/study/alpha-2001"
TITLE = f"SELECT ?title {{ <{ALPHA}> <http://purl.org/dc/terms/title> ?title }}"
DESCRIBE = f"CONSTRUCT {{ <{ALPHA}> ?p ?o }} WHERE {{ <{ALPHA}> ?p ?o }}"


def count(answer: httpx.Response) -> int:
    """Return the number in the answer to COUNT."""
    assert answer.status_code == 200, answer.text
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


def test_a_query_is_asked_in_three_ways(server: Served) -> None:
    """GET, a posted form and a posted query give the same answer."""
    got = server.get("sparql", params={"query": TITLE})
    form = server.client.post("sparql", data={"query": TITLE})
    direct = server.client.post(
        "sparql", content=TITLE.encode(), headers={"Content-Type": "application/sparql-query; charset=utf-8"}
    )
    assert got.headers["content-type"] == "application/sparql-results+json"
    assert got.json()["results"]["bindings"]
    assert got.json() == form.json() == direct.json()


def test_the_default_graph_is_the_union(server: Served) -> None:
    """Without a dataset a query sees the statements of all graphs; FROM, FROM NAMED and the protocol narrow it."""
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    everything = count(server.ask(COUNT))
    one = count(server.ask(f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}> {{ ?s ?p ?o }}"))
    assert 0 < one < everything
    assert count(server.ask(f"SELECT (COUNT(*) AS ?n) FROM NAMED <{GRAPH}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")) == one
    assert count(server.ask(f"SELECT (COUNT(*) AS ?n) FROM NAMED <{GRAPH}> {{ ?s ?p ?o }}")) == 0
    by_default = server.get("sparql", params={"query": COUNT, "default-graph-uri": GRAPH})
    assert count(by_default) == one
    assert count(server.get("sparql", params={"query": named, "default-graph-uri": GRAPH})) == 0
    assert count(server.get("sparql", params={"query": named, "named-graph-uri": GRAPH})) == one
    assert count(server.get("sparql", params={"query": COUNT, "named-graph-uri": GRAPH})) == 0
    two = [
        ("query", COUNT),
        ("default-graph-uri", GRAPH),
        ("default-graph-uri", GRAPH.replace("alpha-2001", "beta-2002")),
    ]
    assert count(server.get("sparql", params=two)) > one


def test_the_dataset_of_the_protocol_goes_before_that_of_the_query(server: Served) -> None:
    """`default-graph-uri` takes the place of FROM, also beside a query that is posted directly."""
    query = f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}> {{ ?s ?p ?o }}"
    answer = server.client.post(
        "sparql",
        params={"default-graph-uri": "https://example.org/nothing"},
        content=query.encode(),
        headers={"Content-Type": "application/sparql-query"},
    )
    assert count(answer) == 0


NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
OTHER = GRAPH.replace("alpha-2001", "beta-2002")
DIRECT = {"Content-Type": "application/sparql-query"}


def test_a_dataset_may_stand_wherever_the_protocol_has_it(server: Served) -> None:
    """Section 2.1: beside the query in a form (2.1.2), in the address of a query in a body (2.1.3), several times."""
    one = count(server.get("sparql", params={"query": COUNT, "default-graph-uri": GRAPH}))
    other = count(server.get("sparql", params={"query": COUNT, "default-graph-uri": OTHER}))
    form = server.client.post("sparql", data={"query": COUNT, "default-graph-uri": GRAPH})
    split = server.client.post("sparql", params={"default-graph-uri": GRAPH}, data={"query": COUNT})
    direct = server.client.post("sparql", params={"default-graph-uri": GRAPH}, content=COUNT, headers=DIRECT)
    assert [count(answer) for answer in (form, split, direct)] == [one, one, one]
    both = {"named-graph-uri": [GRAPH, OTHER]}
    assert count(server.client.post("sparql", data={"query": NAMED, **both})) == one + other
    assert count(server.client.post("sparql", params=both, content=NAMED, headers=DIRECT)) == one + other
    mixed = {"query": NAMED, "default-graph-uri": GRAPH, "named-graph-uri": OTHER}
    assert count(server.client.post("sparql", data=mixed)) == other
    assert count(server.client.post("sparql", data=mixed | {"query": COUNT})) == one


def test_media_types_are_read_without_regard_to_case_or_parameters(server: Served) -> None:
    """Section 2.1: `charset` and capitals change nothing; a query in the body need not be escaped."""
    for media in ("Application/SPARQL-Query", "application/sparql-query;charset=UTF-8"):
        answer = server.client.post("sparql", content=COUNT.encode(), headers={"Content-Type": media})
        assert count(answer) > 0
    text = "SELECT (1 AS ?n) { FILTER('+&=%é' = '\u002b&=%\u00e9') }"
    assert count(server.client.post("sparql", content=text.encode(), headers=DIRECT)) == 1
    assert count(server.client.post("sparql", data={"query": text})) == 1
    assert count(server.get("sparql", params={"query": text})) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"params": {"query": COUNT}, "data": {"query": COUNT}},
        {"params": {"query": COUNT}, "content": COUNT, "headers": DIRECT},
        {"data": {"query": [COUNT, COUNT]}},
    ],
)
def test_one_request_has_one_query(server: Served, asked: dict[str, object]) -> None:
    """Section 2.1: exactly one query, wherever the second one stands."""
    answer = server.client.post("sparql", **asked)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert "2 times" in answer.text


@pytest.mark.parametrize(
    "asked",
    [
        {"params": {"using-graph-uri": GRAPH}, "data": {"query": COUNT}},
        {"data": {"query": COUNT, "using-named-graph-uri": GRAPH}},
        {"params": {"update": "CLEAR ALL"}, "content": COUNT, "headers": DIRECT},
    ],
)
def test_no_part_of_an_update_is_taken(server: Served, asked: dict[str, object]) -> None:
    """Section 2.2: parameters of updates are refused beside a query too."""
    answer = server.client.post("sparql", **asked)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert "read-only" in answer.text


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml;q=0.9, text/csv;q=0.3", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8; header=present"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (
            "text/csv; header=present; q=0.7, application/sparql-results+json;q=0",
            "text/csv; charset=utf-8; header=present",
        ),
        ("image/png, */*;q=0.1", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/turtle, text/tab-separated-values;q=0.2", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_rows_come_in_the_format_that_is_preferred(server: Served, accept: str, media: str) -> None:
    """q-values, media-type parameters and wildcards are obeyed; formats for graphs do not count for rows."""
    answer = server.ask(TITLE, Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media
    assert "accept" in answer.headers["vary"].lower()


def test_all_formats_for_rows_hold_the_same_rows(server: Served) -> None:
    """JSON, XML, CSV and TSV agree; `format=` chooses among them."""
    texts = {
        form: server.get("sparql", params={"query": TITLE, "format": form}).text
        for form in ("json", "xml", "csv", "tsv")
    }
    title = json.loads(texts["json"])["results"]["bindings"][0]["title"]["value"]
    found = ET.fromstring(texts["xml"]).find(".//{http://www.w3.org/2005/sparql-results#}literal")  # noqa: S314 -- our own
    assert found is not None
    assert found.text == title
    assert list(csv.reader(io.StringIO(texts["csv"]))) == [["title"], [title]]
    assert texts["tsv"].splitlines() == ["?title", f'"{title}"']


@pytest.mark.parametrize(
    ("form", "media", "parser"),
    [
        ("turtle", "text/turtle; charset=utf-8", "turtle"),
        ("nt", "application/n-triples; charset=utf-8", "nt"),
        ("rdfxml", "application/rdf+xml", "xml"),
        ("jsonld", "application/ld+json", "json-ld"),
        ("trig", "application/trig", "trig"),
        ("nquads", "application/n-quads", "nquads"),
        ("application/rdf+xml", "application/rdf+xml", "xml"),
    ],
)
def test_all_formats_for_graphs_hold_the_same_triples(server: Served, form: str, media: str, parser: str) -> None:
    """Each format parses with rdflib and holds what N-Triples holds; the query's form decides which there are."""
    answer = server.get("sparql", params={"query": DESCRIBE, "format": form})
    assert answer.headers["content-type"] == media
    expected = rdflib.Graph().parse(data=server.ask(DESCRIBE, Accept="application/n-triples").text, format="nt")
    dataset = rdflib.Dataset()
    dataset.parse(data=answer.text, format=parser)
    assert len(expected) > 5
    assert {triple[:3] for triple in dataset.quads()} == set(expected)
    by_type = server.ask(DESCRIBE, Accept=f"text/csv, {media}")
    assert by_type.headers["content-type"].startswith(media.partition(";")[0])


def test_ask_gives_a_boolean(server: Served) -> None:
    """ASK has the formats of rows."""
    assert server.ask("ASK {}").json()["boolean"] is True
    assert server.ask("ASK { FILTER(false) }", Accept="text/csv").text == "false"


@pytest.mark.parametrize(
    ("ask", "status", "said"),
    [
        ({"params": {"query": "SELECT *\n{ ?s ?p }"}}, 400, "Line 2, near column "),
        ({"params": {"query": ""}}, 400, "Line 1, near column 1"),
        ({"params": [("query", COUNT), ("query", COUNT)]}, 400, "2 times"),
        ({"params": {"query": COUNT, "format": "turtel"}}, 400, "Nearest: turtle"),
        ({"params": {"query": COUNT, "default-graph-uri": "no iri"}}, 400, "absolute IRI"),
        ({"params": {"query": COUNT}, "headers": {"Accept": "image/png"}}, 406, "application/sparql-results+json"),
        ({"params": {"query": COUNT}, "headers": {"Accept": "text/turtle"}}, 406, "text/csv"),
        ({"params": {"query": COUNT, "format": "turtle"}}, 406, "text/csv"),
        ({"params": {"query": DESCRIBE}, "headers": {"Accept": "text/csv"}}, 406, "text/turtle"),
        ({"params": {"query": COUNT}, "headers": {"Accept": "garbage"}}, 400, "Accept header"),
        ({"params": {"update": "CLEAR ALL"}}, 403, "read-only"),
        ({"method": "POST", "data": {"update": "CLEAR ALL"}}, 403, "read-only"),
        (
            {"method": "POST", "content": b"CLEAR ALL", "headers": {"Content-Type": "application/sparql-update"}},
            403,
            "read",
        ),
        ({"params": {"query": "CLEAR ALL"}}, 400, "column"),
        ({"params": {"query": "LOAD <file:///etc/passwd>"}}, 400, "column"),
        (
            {"method": "POST", "data": {}, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            400,
            "no query",
        ),
        ({"method": "POST", "content": b"{}", "headers": {"Content-Type": "application/json"}}, 415, "sparql-query"),
        ({"method": "POST", "content": b"x"}, 415, "no type"),
        ({"method": "POST", "content": b"\xff", "headers": {"Content-Type": "application/sparql-query"}}, 400, "UTF-8"),
        ({"method": "PUT"}, 405, "GET"),
        ({"method": "DELETE"}, 405, "GET"),
    ],
)
def test_each_error_has_its_status_and_says_what_is_right(
    server: Served, ask: dict[str, object], status: int, said: str
) -> None:
    """Wrong requests are answered with the right status and a message that helps, and no traceback."""
    method = str(ask.get("method", "GET"))
    answer = server.client.request(method, "sparql", **{k: v for k, v in ask.items() if k != "method"})  # type: ignore[arg-type]
    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert "Traceback" not in answer.text
    if status == 405:
        assert {"GET", "HEAD", "POST", "OPTIONS"} <= {name.strip() for name in answer.headers["allow"].split(",")}


def test_a_raw_query_string_that_is_no_utf8_is_refused(server: Served) -> None:
    """A percent-encoded byte that is no UTF-8 is a bad request."""
    assert server.get("sparql?query=%ff").status_code == 400


def test_an_error_comes_in_the_form_that_the_client_reads(server: Served) -> None:
    """Programs get RFC 9457 with line and column, browsers a page with everything escaped, others text."""
    query = "SELECT * { <script>alert(1)</script> }"
    program = server.ask(query, Accept="application/sparql-results+json")
    assert program.headers["content-type"] == "application/problem+json"
    assert program.json()["status"] == 400
    assert program.json()["line"] == 1
    assert program.json()["column"] > 1
    browser = server.ask(query, Accept="text/html,application/xml;q=0.9,*/*;q=0.8")
    assert browser.headers["content-type"] == "text/html; charset=utf-8"
    assert "&lt;script&gt;" in browser.text
    assert "<script>" not in browser.text
    assert server.ask(query).headers["content-type"] == "text/plain; charset=utf-8"


def test_head_is_get_without_a_body(server: Served) -> None:
    """HEAD has the headers of GET."""
    head = server.client.head("sparql", params={"query": TITLE})
    got = server.get("sparql", params={"query": TITLE})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(got.content))
    assert head.headers["etag"] == got.headers["etag"]


def test_other_sites_may_ask(server: Served) -> None:
    """CORS: any origin may read an answer, a preflight says so, and OPTIONS alone names the methods."""
    got = server.get("sparql", params={"query": COUNT}, headers={"Origin": "https://yasgui.org"})
    assert got.headers["access-control-allow-origin"] == "*"
    assert "ETag" in got.headers["access-control-expose-headers"]
    preflight = server.client.options(
        "sparql",
        headers={
            "Origin": "https://yasgui.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight.status_code == 200
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "content-type" in preflight.headers["access-control-allow-headers"].lower()
    plain = server.client.options("sparql")
    assert (plain.status_code, plain.content) == (204, b"")
    assert "HEAD" in plain.headers["allow"]
    failed = server.get("sparql", params={"query": "nonsense"}, headers={"Origin": "https://yasgui.org"})
    assert failed.headers["access-control-allow-origin"] == "*"


def test_a_large_answer_is_compressed_if_the_client_can(server: Served) -> None:
    """Gzip for who takes it, plain for who does not; both the same."""
    query = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 500"
    packed = server.ask(query, **{"Accept-Encoding": "gzip"})
    plain = server.ask(query, **{"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert "accept-encoding" in packed.headers["vary"].lower()


def test_an_answer_that_the_client_has_is_not_sent_again(server: Served) -> None:
    """The tag depends on build, query and format; If-None-Match gives 304, with `*`, a list and weak tags too."""
    first = server.get("sparql", params={"query": TITLE})
    tag = first.headers["etag"]
    for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = server.get("sparql", params={"query": TITLE}, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert server.get("sparql", params={"query": TITLE}, headers={"If-None-Match": '"other"'}).status_code == 200
    tags = {
        server.get("sparql", params={"query": TITLE, "format": "csv"}).headers["etag"],
        server.get("sparql", params={"query": TITLE + " "}).headers["etag"],
        server.get("sparql", params={"query": TITLE, "default-graph-uri": GRAPH}).headers["etag"],
        tag,
    }
    assert len(tags) == 4


def test_what_changes_with_each_run_has_no_tag(server: Served) -> None:
    """A query with RAND or NOW is run each time."""
    query = "SELECT (RAND() AS ?r) {}"
    first, second = server.ask(query), server.ask(query)
    assert "etag" not in first.headers
    assert first.json() != second.json()


def test_asked_nothing_the_endpoint_describes_itself(server: Served) -> None:
    """The service description is RDF in any format, with formats and the union default graph; browsers get a page."""
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    for media, parser in (
        ("text/turtle", "turtle"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
    ):
        answer = server.get("sparql", headers={"Accept": media})
        graph = rdflib.Graph().parse(data=answer.text, format=parser)
        service = graph.value(predicate=rdflib.RDF.type, object=sd.Service)
        assert str(graph.value(service, sd.endpoint)) == server.address + "sparql"
        assert (service, sd.feature, sd.UnionDefaultGraph) in graph
        assert len(list(graph.objects(service, sd.resultFormat))) == 10
    page = server.get("sparql", headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "SPARQL 1.1 endpoint" in page.text


def test_real_clients_work(server: Served) -> None:
    """SPARQLWrapper and rdflib's SPARQLStore ask by GET and POST."""
    wrapper = SPARQLWrapper(server.address + "sparql")
    wrapper.setQuery(TITLE)
    wrapper.setReturnFormat(JSON)
    answer = wrapper.query().convert()
    assert isinstance(answer, dict)
    assert len(answer["results"]["bindings"]) == 1
    for method in ("GET", "POST"):
        graph = rdflib.Graph(store="SPARQLStore")
        graph.open(server.address + "sparql")
        graph.store.method = method  # type: ignore[attr-defined]
        assert len(list(graph.query(TITLE))) == 1


def test_an_unknown_path_is_404_and_says_so(server: Served) -> None:
    """A path that leads nowhere is named, and escaped for browsers."""
    answer = server.get("nowhere/" + quote("<script>"), headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "<script>" not in answer.text
