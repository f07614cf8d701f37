"""Turn record documents into quads: one named graph per record, its provenance beside it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from calcigraph.names.mappings import expand, read_header, read_mappings
from calcigraph.names.vocabulary import BASE, LABEL, RDF_TYPE, TERMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from calcigraph.records.read import Document

GRAPHS = BASE + "graph/"
ONTOLOGY_GRAPH = GRAPHS + "ontology"
MAPPINGS_GRAPH = GRAPHS + "mappings"
PROVENANCE_GRAPH = GRAPHS + "provenance"
INFERRED = GRAPHS + "inferred/"
SYNTHESIS = GRAPHS + "synthesis/"
MADE = (INFERRED, SYNTHESIS)
"""How the names of graphs begin that a build makes, and that no record states."""
MAPPINGS = BASE + "mapping/"
_PROV = "http://www.w3.org/ns/prov#"
_TOPIC = "http://xmlns.com/foaf/0.1/primaryTopic"
_SOURCE = "http://purl.org/dc/terms/source"
_DESCRIPTION = "http://purl.org/dc/terms/description"
_LICENSE = "http://purl.org/dc/terms/license"
_BATCH = 256
_DIGITS = 16
_OWL = "http://www.w3.org/2002/07/owl#"
_TYPE = ox.NamedNode(RDF_TYPE)
_AXIOM = ox.NamedNode(_OWL + "Axiom")
_SSSOM = "https://w3id.org/sssom/"
_SLOTS = {
    "subject_id": _OWL + "annotatedSource",
    "predicate_id": _OWL + "annotatedProperty",
    "object_id": _OWL + "annotatedTarget",
    "comment": "http://www.w3.org/2000/01/rdf-schema#comment",
}
"""The properties that SSSOM's slots have in RDF where they are not of its own namespace."""
_CORE = ("subject_id", "predicate_id", "object_id")
_REFERENCES = frozenset({*_CORE, "mapping_justification", "object_source"})


def graph_of(record_id: str) -> str:
    """Return the IRI of the named graph that holds the record's facts.

    >>> graph_of("study/robertson-2003")
    'https://w3id.org/calcigraph/graph/study/robertson-2003'
    """
    return GRAPHS + record_id


def record_quads(documents: Iterable[Document]) -> Iterator[ox.Quad]:
    """Yield the quads of the records, and of each graph's provenance."""
    batch: list[dict[str, Any]] = []
    for document in documents:
        graph = graph_of(document.id)
        batch.append({"@id": graph, "@graph": [document.data]})
        batch.append({"@id": PROVENANCE_GRAPH, "@graph": [_provenance(document, graph)]})
        if len(batch) >= _BATCH:
            yield from _parse(batch)
            batch.clear()
    yield from _parse(batch)


def _parse(batch: list[dict[str, Any]]) -> Iterator[ox.Quad]:
    if batch:
        yield from ox.parse(json.dumps(batch).encode(), format=ox.RdfFormat.JSON_LD)


def _provenance(document: Document, graph: str) -> dict[str, Any]:
    record = document.data["@id"]
    return {
        "@id": graph,
        "@type": _PROV + "Entity",
        _TOPIC: {"@id": record},
        _PROV + "wasGeneratedBy": {"@id": record + "#curation"},
        _SOURCE: document.file,
    }


def triples_of(quads: Iterable[ox.Quad]) -> bytes:
    """Return the facts among the quads as N-Triples, without the provenance of their graphs."""
    provenance = ox.NamedNode(PROVENANCE_GRAPH)
    text: Any = ox.serialize(
        (ox.Triple(q.subject, q.predicate, q.object) for q in quads if q.graph_name != provenance),
        format=ox.RdfFormat.N_TRIPLES,
    )
    return bytes(text)


def mapping_quads(path: Path) -> Iterator[ox.Quad]:
    """Yield the mappings of an SSSOM file as quads: each as a plain statement, and as a resource with its metadata.

    The resource is what the RDF form of SSSOM makes of a row, an `owl:Axiom`, under an IRI of its own. The IRI is made
    of what is mapped, so a mapping keeps it when what is said of it changes.
    """
    header = read_header(path)
    prefixes, rows = read_mappings(path)
    graph = ox.NamedNode(MAPPINGS_GRAPH)
    whole = ox.NamedNode(header["mapping_set_id"])
    yield ox.Quad(whole, _TYPE, ox.NamedNode(_SSSOM + "MappingSet"), graph)
    yield ox.Quad(whole, ox.NamedNode(_LICENSE), ox.NamedNode(header["license"]), graph)
    yield ox.Quad(whole, ox.NamedNode(_OWL + "versionInfo"), ox.Literal(header["mapping_set_version"]), graph)
    for row in rows:
        source, relation, target = (ox.NamedNode(expand(row[slot], prefixes)) for slot in _CORE)
        yield ox.Quad(source, relation, target, graph)
        core = f"{source.value} {relation.value} {target.value}"
        mapping = ox.NamedNode(MAPPINGS + hashlib.sha256(core.encode()).hexdigest()[:_DIGITS])
        yield ox.Quad(whole, ox.NamedNode(_SSSOM + "mappings"), mapping, graph)
        yield ox.Quad(mapping, _TYPE, _AXIOM, graph)
        for slot, value in row.items():
            if value:
                term = ox.NamedNode(expand(value, prefixes)) if slot in _REFERENCES else ox.Literal(value)
                yield ox.Quad(mapping, ox.NamedNode(_SLOTS.get(slot, _SSSOM + slot)), term, graph)


def turtle_quads(paths: Iterable[Any], graph: str) -> Iterator[ox.Quad]:
    """Yield the triples of Turtle files as quads of one named graph; blank nodes are named by file and place."""
    name = ox.NamedNode(graph)
    for path in paths:
        labels: dict[str, ox.BlankNode] = {}

        def stable(term: Any, labels: dict[str, ox.BlankNode] = labels, stem: str = path.stem) -> Any:
            if not isinstance(term, ox.BlankNode):
                return term
            return labels.setdefault(term.value, ox.BlankNode(f"{stem}{len(labels)}"))

        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            yield ox.Quad(stable(quad.subject), quad.predicate, stable(quad.object), name)


def rule_iri(name: str) -> str:
    """Return the IRI of a rule.

    >>> rule_iri("proportion")
    'https://w3id.org/calcigraph/rule/proportion'
    """
    return f"{BASE}rule/{name}"


def rule_quads(name: str, derives: str, graph: str) -> Iterator[ox.Quad]:
    """Yield what a rule derives, in words, and that the named graph holds what comes of it."""
    made, rule, provenance = ox.NamedNode(graph), ox.NamedNode(rule_iri(name)), ox.NamedNode(PROVENANCE_GRAPH)
    for subject, predicate, value in (
        (made, RDF_TYPE, ox.NamedNode(_PROV + "Entity")),
        (made, TERMS + "derivedBy", rule),
        (rule, RDF_TYPE, ox.NamedNode(TERMS + "InferenceRule")),
        (rule, LABEL, ox.Literal(name)),
        (rule, _DESCRIPTION, ox.Literal(derives)),
    ):
        yield ox.Quad(subject, ox.NamedNode(predicate), value, provenance)
