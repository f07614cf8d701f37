"""RDF in its syntaxes, streamed from the graph: nothing is lost but the names of graphs where a syntax has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from calcigraph.errors import ExportFailed
from calcigraph.names.vocabulary import BASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from calcigraph.exchange.formats import Files, Write
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.source import Source

GRAPHS = BASE + "graph/"
PREFIXES = {
    "cg": BASE + "ontology#",
    "cito": "http://purl.org/spar/cito/",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "obo": "http://purl.obolibrary.org/obo/",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def quads(source: Source) -> Iterator[ox.Quad]:
    """Yield the quads of the whole graph, or those that say something of the records and parts in scope.

    Raises ExportFailed if the graph is not on this machine.
    """
    if source.evidence.dump is None:
        message = "RDF is written from a build on this machine, and this evidence is at a distant endpoint."
        raise ExportFailed(message)
    every = ox.parse(path=str(source.evidence.dump), format=ox.RdfFormat.N_QUADS)
    if source.whole:
        yield from every
        return
    about = set(source.parts) | {GRAPHS + iri.removeprefix(BASE) for iri in source.parts if "#" not in iri}
    for quad in every:
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value in about:
            yield quad


def nquads(source: Source, losses: Losses) -> Files:
    """Yield the graph as N-Quads."""
    del losses
    yield "calcigraph.nq", _into(quads(source), ox.RdfFormat.N_QUADS)


def trig(source: Source, losses: Losses) -> Files:
    """Yield the graph as TriG."""
    del losses
    yield "calcigraph.trig", _into(quads(source), ox.RdfFormat.TRIG)


def ntriples(source: Source, losses: Losses) -> Files:
    """Yield the union of the graphs as N-Triples."""
    yield "calcigraph.nt", _into(triples(source, losses), ox.RdfFormat.N_TRIPLES)


def turtle(source: Source, losses: Losses) -> Files:
    """Yield the union of the graphs as Turtle."""
    yield "calcigraph.ttl", _into(triples(source, losses), ox.RdfFormat.TURTLE)


def rdfxml(source: Source, losses: Losses) -> Files:
    """Yield the union of the graphs as RDF/XML."""
    yield "calcigraph.rdf", _into(triples(source, losses), ox.RdfFormat.RDF_XML)


def triples(source: Source, losses: Losses) -> Iterator[ox.Triple]:
    """Yield the triples of all graphs; which graph holds one is lost, and counted."""
    for quad in quads(source):
        losses.add(
            "statement", "named graph", "the syntax has no named graphs, so where a statement comes from is lost"
        )
        yield ox.Triple(quad.subject, quad.predicate, quad.object)


def _into(statements: Iterable[Any], form: ox.RdfFormat) -> Write:
    """Return a function that writes statements in a syntax to a file, one after the other."""
    prefixes = None if form in (ox.RdfFormat.N_QUADS, ox.RdfFormat.N_TRIPLES) else PREFIXES

    def write(file: BinaryIO) -> None:
        ox.serialize(statements, file, form, prefixes=prefixes)

    return write
