"""RDF exports: every syntax, read back by rdflib and by pyoxigraph, is the graph again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
import rdflib
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]

WITH_GRAPHS = {"nquads": "nquads", "trig": "trig", "jsonld": "json-ld"}
WITHOUT_GRAPHS = {"ntriples": "nt", "turtle": "turtle", "rdfxml": "xml"}
FORMS = {
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "turtle": ox.RdfFormat.TURTLE,
    "rdfxml": ox.RdfFormat.RDF_XML,
}


def canonical(quads: Iterable[Any], *, graphs: bool) -> set[str]:
    """Return quads, or their triples, in the canonical form of RDFC-1.0."""
    kept = (q if graphs else ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    dataset = ox.Dataset(kept)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def graph(evidence: Evidence) -> Iterable[Any]:
    """Return the quads of the build."""
    return ox.parse(path=str(evidence.dump), format=ox.RdfFormat.N_QUADS)


@pytest.mark.parametrize("name", FORMS)
def test_pyoxigraph_reads_the_graph_back(name: str, tiny: Evidence, exported: Exported) -> None:
    """What pyoxigraph reads is the graph of the build, with its named graphs where the syntax has them."""
    (content,) = exported(tiny, name).values()
    read = ox.parse(content, format=FORMS[name])
    assert canonical(read, graphs=name in WITH_GRAPHS) == canonical(graph(tiny), graphs=name in WITH_GRAPHS)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
def test_rdflib_reads_the_graph_back(name: str, tiny: Evidence, exported: Exported) -> None:
    """What rdflib reads is the graph of the build too."""
    (content,) = exported(tiny, name, treatment="minocycline").values()
    (expected,) = exported(tiny, "nquads", treatment="minocycline").values()
    into = rdflib.Dataset() if name in WITH_GRAPHS else rdflib.Graph()
    into.parse(data=content, format=(WITH_GRAPHS | WITHOUT_GRAPHS)[name])
    written = into.serialize(format="nquads" if name in WITH_GRAPHS else "nt", encoding="utf-8")
    read = ox.parse(written, format=ox.RdfFormat.N_QUADS)
    whole = ox.parse(expected, format=ox.RdfFormat.N_QUADS)
    assert canonical(read, graphs=name in WITH_GRAPHS) == canonical(whole, graphs=name in WITH_GRAPHS)


def unordered(value: Any) -> Any:
    """Return a record as RDF can tell it: numbers as text, lists without order, one value as itself."""
    if isinstance(value, dict):
        return {key.rpartition("#")[2].rpartition("-")[2]: unordered(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return sorted(map(str, value)) if len(value) > 1 else str(value[0])
    return str(value)


@pytest.mark.parametrize("record", ["study/alpha-2001", "study/beta-2002", "review/gamma-2003", "trial/NCT00000001"])
def test_a_record_in_json_ld_reads_as_curators_write_it(record: str, tiny: Evidence, exported: Exported) -> None:
    """A record is one tree with the keys and names of the record format, not a list of triples."""
    (content,) = exported(tiny, "jsonld").values()
    trees = [node["@graph"][0] for node in json.loads(content)["@graph"]]
    (tree,) = [tree for tree in trees if tree.get("id") == record]
    del tree["curation"]["id"]
    file = next((tiny.product.seeds).rglob(record.partition("/")[2] + ".yaml"))
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert unordered(tree) == unordered(written)


def test_a_scope_keeps_what_is_asked_and_nothing_else(tiny: Evidence, exported: Exported) -> None:
    """Asked for one treatment, no other treatment's finding is among the findings."""
    (content,) = exported(tiny, "nquads", treatment="minocycline").values()
    named = {
        quad.object.value.rpartition("#")[2]
        for quad in ox.parse(content, format=ox.RdfFormat.N_QUADS)
        if quad.predicate.value.endswith("#treatment")
    }
    assert named == {"Minocycline"}


@pytest.mark.parametrize("name", FORMS)
def test_the_same_evidence_gives_the_same_bytes(name: str, tiny: Evidence, exported: Exported) -> None:
    """An export made twice is the same to the byte."""
    asked = {"treatment": "minocycline"}
    assert exported(tiny, name, **asked) == exported(tiny, name, **asked)
