"""Imports: what others publish, kept with where it came from, held to the shapes, and refused whole if hostile."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import calcigraph
from calcigraph.errors import BadImport, BadName, ImportFailed, InvalidRecords, UnknownName
from calcigraph.exchange import importers
from calcigraph.exchange.importers import known_prefixes
from calcigraph.exchange.imports import IMPORTS, remove, take
from calcigraph.graph.dataset import GRAPHS, PROVENANCE_GRAPH
from calcigraph.resources import resources
from calcigraph.store.local import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Exported

    from calcigraph import Evidence
    from calcigraph.exchange.imports import Imported

TINY = Path(__file__).parents[1] / "worlds" / "tiny"
WHEN = datetime(2026, 11, 25, 12, tzinfo=UTC)
PROV = "http://www.w3.org/ns/prov#"
OWL = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY rdf "http://www.w3.org/1999/02/22-rdf-syntax-ns#">]>
<r:RDF xmlns:r="&rdf;" xmlns:u="urn:"><r:Description r:about="urn:a">
<u:b r:datatype="http://www.w3.org/2001/XMLSchema#integer">1</u:b><u:b xml:lang="en">x</u:b></r:Description></r:RDF>"""


def _take(files: list[Path], home: Path, name: str = "others", **more: str) -> Imported:
    product = resources(seeds=TINY)
    return take(files, name, product, Home(home), when=WHEN, prefixes=known_prefixes(product), **more)


def _kept(home: Path, name: str = "others") -> list[ox.Quad]:
    return list(ox.parse(path=str(home / "imports" / f"{name}.nq"), format=ox.RdfFormat.N_QUADS))


def _file(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _triples(quads: list[ox.Quad]) -> set[ox.Triple]:
    return {quad.triple for quad in quads if quad.graph_name.value != PROVENANCE_GRAPH}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ttl", "<urn:a> <urn:b> 1, 'x'@en ."),
        ("a.nt", '<urn:a> <urn:b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n<urn:a> <urn:b> "x"@en .'),
        ("a.nq", '<urn:a> <urn:b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n<urn:a> <urn:b> "x"@en <urn:g> .'),
        ("a.trig", "<urn:a> <urn:b> 1 . <urn:g> { <urn:a> <urn:b> 'x'@en }"),
        ("a.jsonld", '{"@id": "urn:a", "urn:b": [{"@value": 1}, {"@value": "x", "@language": "en"}]}'),
        (
            "a.owl",
            OWL,
        ),
    ],
)
def test_every_syntax_is_read_alike(tmp_path: Path, name: str, text: str) -> None:
    """The same statements come from each syntax, in graphs of the import."""
    made = _take([_file(tmp_path, name, text)], tmp_path)
    subject, predicate = ox.NamedNode("urn:a"), ox.NamedNode("urn:b")
    kept = _kept(tmp_path)
    values = [ox.Literal(1), ox.Literal("x", language="en")]
    assert _triples(kept) == {ox.Triple(subject, predicate, value) for value in values}
    assert all(graph.startswith((IMPORTS + "others", PROVENANCE_GRAPH)) for graph in {q.graph_name.value for q in kept})  # type: ignore[union-attr]
    assert made.triples == 2


def test_an_import_says_where_it_comes_from(tmp_path: Path) -> None:
    """Digest, address, time and importer stand in the graph of provenance, and the origin of each graph."""
    file = _file(tmp_path, "a.trig", "<urn:g> { <urn:a> <urn:b> [] }")
    made = _take([file], tmp_path, source="https://example.org/data")
    said = [quad for quad in _kept(tmp_path) if quad.graph_name.value == PROVENANCE_GRAPH]  # type: ignore[union-attr]
    derived = {(q.subject.value, q.object.value) for q in said if q.predicate.value == PROV + "wasDerivedFrom"}  # type: ignore[union-attr]
    sources = {value for graph, value in derived if graph == made.graph}
    assert "https://example.org/data" in sources
    assert any(value.startswith("ni:///sha-256;") for value in sources)
    assert (f"{made.graph}/1", "urn:g") in derived
    assert ox.Literal(WHEN.isoformat(), datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")) in {
        quad.object for quad in said if quad.predicate.value == PROV + "generatedAtTime"
    }
    [statement] = [quad for quad in _kept(tmp_path) if quad.graph_name.value == f"{made.graph}/1"]  # type: ignore[union-attr]
    assert statement.object == ox.NamedNode(f"{made.graph}/node/1")


@pytest.mark.parametrize(("form", "importer"), [("kgx", "kgx"), ("kgx-jsonl", "kgx"), ("sssom", "sssom")])
def test_our_own_exports_come_back(
    tiny: Evidence, exported: Exported, tmp_path: Path, form: str, importer: str
) -> None:
    """What is exported for other registries can be imported, and says the same."""
    files = exported(tiny, form)
    paths = [_file(tmp_path, Path(name).name, content) for name, content in files.items() if "more" not in name]
    paths = [path for path in paths if importer == "sssom" or path.stem.endswith(("nodes", "edges"))]
    made = _take(paths, tmp_path)
    assert made.importers == (importer,)
    found = _triples(_kept(tmp_path))
    predicates = {triple.predicate.value.rpartition("/")[2] for triple in found}
    assert predicates >= ({"knowledge_level", "applied_to_treat"} if importer == "kgx" else {"core#exactMatch"})


def test_nanopublications_come_back_and_altered_ones_do_not(tiny: Evidence, exported: Exported, tmp_path: Path) -> None:
    """Nanopublications are held to their trusty addresses; a changed word is refused, and so is a missing graph."""
    (content,) = exported(tiny, "nanopubs").values()
    made = _take([_file(tmp_path, "np.trig", content)], tmp_path)
    assert "nanopub" in made.importers
    quads = list(ox.parse(content, format=ox.RdfFormat.TRIG))
    label = next(quad for quad in quads if isinstance(quad.object, ox.Literal) and "alpha" in quad.object.value.lower())
    altered = [q if q != label else ox.Quad(q.subject, q.predicate, ox.Literal("Other"), q.graph_name) for q in quads]
    short = [quad for quad in quads if quad.graph_name != label.graph_name]
    for wrong, message in ((altered, "it was altered"), (short, "lacks one of its four graphs")):
        path = _file(tmp_path, "wrong.nq", ox.serialize(wrong, format=ox.RdfFormat.N_QUADS) or b"")
        with pytest.raises(BadImport, match=message):
            _take([path], tmp_path)


@pytest.mark.parametrize("form", ["nanopubs", "kgx", "kgx-jsonl", "sssom"])
def test_all_that_is_exported_for_exchange_can_be_imported(
    form: str, evidence: Evidence, exported: Exported, tmp_path: Path
) -> None:
    """The real records go out and come back, beside themselves, and break no shape."""
    files = [
        _file(tmp_path, name, content) for name, content in exported(evidence, form).items() if "_more" not in name
    ]
    made = take(files, "ours", evidence.product, Home(tmp_path), when=WHEN, prefixes=known_prefixes(evidence.product))
    assert made.triples > 0


def _beta(evidence: Evidence, folder: Path) -> Path:
    """Return a file of the one record of the small world that nothing refers to."""
    graph = ox.NamedNode(GRAPHS + "study/beta-2002")
    assert evidence.dump is not None
    quads = [q for q in ox.parse(path=str(evidence.dump), format=ox.RdfFormat.N_QUADS) if q.graph_name == graph]
    return _file(folder, "beta.nq", ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")


def test_records_of_others_are_held_to_the_shapes(tiny: Evidence, tmp_path: Path) -> None:
    """Sound records are taken; one without what a record must have is refused, and the earlier import stays."""
    _take([_beta(tiny, tmp_path)], tmp_path)
    before = _kept(tmp_path)
    wrong = "<https://w3id.org/calcigraph/study/x-2020> a <https://w3id.org/calcigraph/ontology#Study> ."
    with pytest.raises(InvalidRecords) as raised:
        _take([_file(tmp_path, "b.ttl", wrong)], tmp_path)
    assert raised.value.problems[0].file == "import/others"
    assert _kept(tmp_path) == before


def test_questions_leave_imports_out_or_take_them_in(tmp_path: Path) -> None:
    """A record of others is in an answer when it is asked for with imports, and not otherwise; removed, it is gone."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for kind in ("studies", "reviews", "trials"):
        (seeds / kind).mkdir()
    alpha = (TINY / "studies" / "alpha-2001.yaml").read_text(encoding="utf-8")
    (seeds / "studies" / "alpha-2001.yaml").write_text(alpha, encoding="utf-8")
    home = tmp_path / "home"
    file = _beta(calcigraph.open(seeds=TINY, home=home), tmp_path)
    _take([file], home)
    without, with_ = (calcigraph.open(seeds=seeds, home=home, imports=imports) for imports in (False, True))
    assert len(without.ask("studies")) == 1
    assert len(with_.ask("studies")) == 2
    remove("others", Home(home))
    assert len(calcigraph.open(seeds=seeds, home=home, imports=True).ask("studies")) == 1
    with pytest.raises(UnknownName, match="No import is called 'others'"):
        remove("others", Home(home))


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a server, and the paths that are asked of it."""
    paths: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", paths
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched(tmp_path: Path, asked: tuple[str, list[str]]) -> None:
    """Contexts, entities and schemas elsewhere are refused, and no one is asked for them."""
    url, paths = asked
    for name, text, message in (
        ("a.jsonld", f'{{"@context": "{url}/c.jsonld", "@id": "urn:a", "b": 1}}', "nothing is fetched"),
        ("b.jsonld", f'{{"@context": {{"@import": "{url}/c.jsonld"}}, "@id": "urn:a", "b": 1}}', "b.jsonld"),
        ("c.rdf", f'<!DOCTYPE r [<!ENTITY e SYSTEM "{url}/e">]><r>&e;</r>', "stands in another file"),
        ("d.rdf", '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>', "stands in another file"),
    ):
        with pytest.raises(BadImport, match=message):
            _take([_file(tmp_path, name, text)], tmp_path)
    assert paths == []
    assert not (tmp_path / "imports").exists()


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    """A billion laughs, and a long entity named many times, are refused before they are written out."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    for entities in (f'<!ENTITY e0 "ha">{levels}', f'<!ENTITY e9 "{"a" * 100_000}">'):
        text = f'<!DOCTYPE r [{entities}]><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&e9;</r:RDF>'
        with pytest.raises(BadImport, match="could grow without bound"):
            _take([_file(tmp_path, "bomb.rdf", text)], tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.ttl", "<urn:a> <urn:b>\n<urn:c> ; ; }", r"a\.ttl, line 2, column \d+: it is no Turtle"),
        ("a.xyz", "", "its ending names no known format"),
        ("a.rdf", "<r>", r"line 1, column \d+: it is no RDF/XML|it is no"),
        ("a.ttl", "", "it holds no statement"),
        ("a.tsv", "one\ttwo\n1\t2\n", "columns are not those of KGX or SSSOM"),
        ("e.tsv", "id\tsubject\tpredicate\tobject\nx:1\tMONDO:1\tbiolink:treats\tnone:2\n", r"row 1: no prefix 'x'"),
        ("e.jsonl", '{"subject": "MONDO:1", "predicate": "biolink:treats", "object": "MONDO:2"}', "the edge lacks id"),
        ("m.sssom.tsv", "subject_id\tpredicate_id\tobject_id\tmapping_justification\n", "its header lacks"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path, name: str, text: str, message: str) -> None:
    """A wrong file is one sentence with file, place, and what is wrong; nothing is kept."""
    with pytest.raises(BadImport, match=message):
        _take([_file(tmp_path, name, text)], tmp_path)
    assert not (tmp_path / "imports").exists()


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A file above the bound, here one of holes, is refused at once."""
    path = tmp_path / "a.nt"
    with path.open("wb") as file:
        file.truncate(importers.MOST_BYTES + 1)
    with pytest.raises(BadImport, match="split it"):
        _take([path], tmp_path)


@pytest.mark.parametrize("name", ["", "../up", "A", "a b", "x" * 65])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    """Names are small letters, digits and hyphens."""
    with pytest.raises(BadName, match="can be no name"):
        _take([_file(tmp_path, "a.ttl", "<urn:a> <urn:b> 1 .")], tmp_path, name)


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    """If the folder cannot be made, that is an error in one sentence."""
    (tmp_path / "imports").write_text("in the way", encoding="utf-8")
    with pytest.raises(ImportFailed, match="could not be kept"):
        _take([_file(tmp_path, "a.ttl", "<urn:a> <urn:b> 1 .")], tmp_path)


def test_the_command_imports_lists_and_removes(tmp_path: Path) -> None:
    """The command line does all three, and says wrong use in a sentence."""
    file = _file(tmp_path, "My_Data.ttl", "<urn:a> <urn:b> 1 .")

    def run(*arguments: str) -> tuple[int, str, str]:
        command = [
            sys.executable,
            "-m",
            "calcigraph",
            "import",
            "--seeds",
            str(TINY),
            "--home",
            str(tmp_path),
            *arguments,
        ]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout, ran.stderr

    assert run(str(file)) == (0, IMPORTS + "my-data\n", "1 statements in 1 graphs, read as rdf.\n")
    assert run("--list") == (0, "my-data\n", "")
    assert run("--remove", "my-data") == (0, "", "")
    assert run("--list") == (0, "", "")
    assert run()[0] == 2
    code, _, told = run(str(_file(tmp_path, "b.ttl", "<")))
    assert code == 2
    assert told.startswith("Error: ")
    assert len(told.splitlines()) == 1
