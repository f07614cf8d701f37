"""Turn record documents into quads: one named graph per record, its provenance beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from calcigraph.names.vocabulary import read_mappings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from calcigraph.records.read import Document

BASE = "https://w3id.org/calcigraph/"
GRAPHS = BASE + "graph/"
ONTOLOGY_GRAPH = GRAPHS + "ontology"
MAPPINGS_GRAPH = GRAPHS + "mappings"
PROVENANCE_GRAPH = GRAPHS + "provenance"
INFERRED = GRAPHS + "inferred/"
_PROV = "http://www.w3.org/ns/prov#"
_TOPIC = "http://xmlns.com/foaf/0.1/primaryTopic"
_SOURCE = "http://purl.org/dc/terms/source"
_BATCH = 256


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
    record = BASE + document.id
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
    """Yield the mappings of an SSSOM file as quads: each term, the mapping property, the external term."""
    prefixes, rows = read_mappings(path)
    prefixes = prefixes | {"skos": "http://www.w3.org/2004/02/skos/core#"}

    def expand(curie: str) -> ox.NamedNode:
        prefix, _, local = curie.partition(":")
        return ox.NamedNode(prefixes[prefix] + local)

    graph = ox.NamedNode(MAPPINGS_GRAPH)
    for row in rows:
        yield ox.Quad(expand(row["subject_id"]), expand(row["predicate_id"]), expand(row["object_id"]), graph)


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
