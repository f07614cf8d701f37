"""Programs that people use on SPARQL endpoints, each a process of its own, on the real server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from calcigraph.questions.catalog import catalog
from calcigraph.resources import resources

from .conftest import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph import Evidence

    from .conftest import Served

_SECONDS = 90
CG = "https://w3id.org/calcigraph/ontology#"
QUERY = (
    f"SELECT ?record ?title WHERE {{ ?record a <{CG}Study> ; <http://purl.org/dc/terms/title> ?title }} "
    "ORDER BY ?record"
)
_WRAPPER = """
import json, sys
from SPARQLWrapper import JSON, POST, SPARQLWrapper
client = SPARQLWrapper(sys.argv[1])
client.setQuery(sys.argv[2])
client.setReturnFormat(JSON)
rows = [client.queryAndConvert()["results"]["bindings"]]
client.setMethod(POST)
rows.append(client.queryAndConvert()["results"]["bindings"])
print(json.dumps([[[row["record"]["value"], row["title"]["value"]] for row in each] for each in rows]))
"""
_STORE = """
import json, sys
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
found = []
for method in ("GET", "POST"):
    graph = rdflib.Graph(SPARQLStore(sys.argv[1], method=method))
    found.append([[str(row.record), str(row.title)] for row in graph.query(sys.argv[2])])
record = rdflib.URIRef(found[0][0][0])
assert str(graph.value(record, rdflib.DCTERMS.title)) == found[0][0][1]
assert (record, rdflib.RDF.type, rdflib.URIRef("https://w3id.org/calcigraph/ontology#Study")) in graph
print(json.dumps(found))
"""
_GRLC = """
import json, sys
from pathlib import Path
import grlc.gquery as grlc
told = {}
for place, name in enumerate(sys.argv[1:]):
    text = Path(name).read_text()
    found = grlc.get_yaml_decorators(text)
    parameters = grlc.get_parameters(text, "http://localhost/sparql", found)
    columns = None
    if place % 8 == 0:
        # Here rdflib's parser reads the query, which takes most of a second.
        columns = [str(one) for one in grlc.get_metadata(text, "http://localhost/sparql")["variables"]]
    told[Path(name).stem] = [found["summary"], found["tags"], parameters, columns, found["query"]]
print(json.dumps(told))
"""
_GRLC_SETTINGS = """
[defaults]
sparql_endpoint = {endpoint}
[local]
local_sparql_dir = {folder}
"""
_GRLC_ASKED: list[tuple[str, dict[str, str]]] = [
    ("treatments", {"condition": "lcSSc"}),
    ("treatments", {"condition": "systemic sclerosis", "level": "IB"}),
    ("studies", {"design": "case series"}),
    ("readings", {"record": "10.1000/alpha", "part": "abstract"}),
    ("lookup", {"identifier": "1002"}),
]


def process(*command: str, **more: Any) -> str:
    """Return what a program prints; it must end well."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False, **more)
    assert done.returncode == 0, done.stderr[-2000:]
    text: str = done.stdout
    return text


def rows(server: Served) -> list[list[str]]:
    """Return what each client must find, as the server tells it in CSV."""
    lines = server.ask(QUERY, Accept="text/csv").text.splitlines()[1:]
    assert len(lines) > 1
    return [line.split(",", 1) for line in lines]


def program(name: str, install: str) -> str:
    """Return the path of a program; where it is missing the test is left out, but in CI it fails."""
    found = shutil.which(name)
    if found is None:
        message = f"There is no {name}: {install}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.mark.parametrize("script", [_WRAPPER, _STORE], ids=["SPARQLWrapper", "SPARQLStore"])
def test_python_clients(server: Served, script: str) -> None:
    """SPARQLWrapper and rdflib's SPARQLStore ask by GET and by POST; a remote graph is read by pattern."""
    # rdflib warns of its own deprecated names.
    told = json.loads(process(sys.executable, "-W", "ignore", "-c", script, server.address + "sparql", QUERY))
    assert told == [rows(server)] * 2


def test_curl(server: Served) -> None:
    """Each way of the protocol as one would type it, compressed, followed, with the exit code of an error."""
    curl = [program("curl", "apt-get install curl"), "--silent", "--show-error", "--fail-with-body"]
    address = server.address + "sparql"
    csv = "Accept: text/csv"
    expected = server.ask(QUERY, Accept="text/csv").text.splitlines()
    ways = (
        ["--get", address, "--data-urlencode", f"query={QUERY}", "-H", csv],
        [address, "--data-urlencode", f"query={QUERY}", "-H", csv, "--compressed"],
        [address, "--data-binary", QUERY, "-H", "Content-Type: application/sparql-query", "-H", csv],
        [address + "?format=csv", "--data-urlencode", f"query={QUERY}"],
        ["--http1.0", "--get", address, "--data-urlencode", f"query={QUERY}", "-H", csv],
    )
    for way in ways:
        assert process(*curl, *way).splitlines() == expected, way
    turtle = process(*curl, "--location", "-H", "Accept: text/turtle", server.address + "ontology")
    assert "cg:Minocycline" in turtle
    wrong = subprocess.run(
        [*curl, "--get", address, "--data-urlencode", "query=SELECT"], capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 22
    assert "Line 1" in wrong.stdout


def test_comunica(server: Served) -> None:
    """Comunica finds the endpoint by itself, and joins it with a file that it reads from linked data."""
    comunica = program("comunica-sparql", "npm install in tests/serve/clients, with its node_modules/.bin in PATH")
    json_rows = ["-t", "application/sparql-results+json"]
    told = json.loads(process(comunica, f"sparql@{server.address}sparql", "-q", QUERY, *json_rows))
    assert [[row["record"]["value"], row["title"]["value"]] for row in told["results"]["bindings"]] == rows(server)
    found = json.loads(process(comunica, server.address + "sparql", "-q", QUERY, *json_rows))
    assert found["results"]["bindings"] == told["results"]["bindings"]
    file = server.address + "study/alpha-2001.ttl"
    joined = f"SELECT ?title {{ ?record a <{CG}Study> ; <http://purl.org/dc/terms/title> ?title }}"
    one = json.loads(process(comunica, file, "-q", joined, *json_rows))
    assert len(one["results"]["bindings"]) == 1


def test_grlc_reads_every_question(tmp_path: Path) -> None:
    """The parser of grlc finds summary, tags, parameters and columns of each file, and keeps the query as it is."""
    files = resources().question_files()
    told = json.loads(
        process(sys.executable, "-W", "ignore", "-c", _GRLC, *map(str, files), cwd=tmp_path).splitlines()[-1]
    )
    assert list(told) == [path.stem for path in files]
    for path in files:
        text = path.read_text(encoding="utf-8")
        header = yaml.safe_load("\n".join(line[3:] for line in text.splitlines() if line.startswith("#+ ")))
        summary, tags, parameters, columns, query = told[path.stem]
        assert (summary, tags) == (header["summary"], header["tags"])
        assert {name: (one["required"], one.get("format")) for name, one in parameters.items()} == {
            name: (one.get("required", False), "iri" if "from" in one else None)
            for name, one in (header["parameters"] or {}).items()
        }
        assert columns in (None, list(header["columns"]))
        assert query.strip() == "\n".join(line for line in text.splitlines() if not line.startswith("#+")).strip()


@pytest.fixture(scope="module")
def grlc(server: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Return a client of grlc's own server, which serves some of our files and asks our server."""
    folder = tmp_path_factory.mktemp("grlc")
    queries = folder / "queries"
    queries.mkdir()
    for name in {f"{question}.rq" for question, _ in _GRLC_ASKED} | {"local-api-config.ini"}:
        # Not all of them: to describe them takes grlc a quarter of a second each.
        shutil.copy(resources().queries / name, queries)
    settings = _GRLC_SETTINGS.format(endpoint=server.address + "sparql", folder=queries)
    (folder / "config.ini").write_text(settings, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("grlc-server")), f"--port={port}"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=folder, env=os.environ | {"HOME": str(folder)}, stdout=log, stderr=log) as run,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api-local/", timeout=_SECONDS) as client,
    ):
        try:
            assert eventually(lambda: _listens(port), _SECONDS), (folder / "log").read_text()
            yield client
        finally:
            run.send_signal(signal.SIGINT)
            run.wait(_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as there:
        return there.connect_ex(("127.0.0.1", port)) == 0


def test_grlc_describes_the_parameters(grlc: httpx.Client) -> None:
    """Its description has each question with its parameters: which are needed, and which are addresses of terms."""
    told = grlc.get("swagger").json()
    assert told["info"]["title"] == "Calcigraph"
    assert "do not have a license" not in told["info"]["description"]
    questions = catalog(resources().question_files())
    assert set(told["paths"]) == {f"/{name}" for name, _ in _GRLC_ASKED}
    for path, described in told["paths"].items():
        question = questions[path.removeprefix("/")]
        assert described["get"]["summary"] == question.summary
        parameters = [
            (one["name"], one["required"], one.get("format"))
            for one in described["get"]["parameters"]
            if one["name"] != "endpoint"  # of grlc's own
        ]
        assert sorted(parameters) == sorted(
            (one.name, one.required, "iri" if one.root else None) for one in question.parameters.values()
        )


@pytest.mark.parametrize(("name", "asked"), _GRLC_ASKED)
def test_grlc_answers_with_our_rows(grlc: httpx.Client, tiny: Evidence, name: str, asked: dict[str, str]) -> None:
    """With terms by their address and identifiers as text, grlc's rows are those of Evidence.ask."""
    parameters = tiny.questions[name].parameters
    expected = tiny.ask(name, **asked)
    sent = {
        one: tiny.names.find(value, root=root) if (root := parameters[one].root) else value
        for one, value in asked.items()
    }
    answer = grlc.get(name, params=sent, headers={"Accept": "application/sparql-results+json"}).json()
    assert [[row.get(column) for column in expected.columns] for row in answer["results"]["bindings"]] == [
        list(row) for row in expected.terms
    ]
    assert len(expected) > 0
    if not any(parameter.required for parameter in parameters.values()):
        assert len(grlc.get(f"{name}.csv").text.splitlines()) == 1 + len(tiny.ask(name)) > 1 + len(expected)
