"""The endpoint described in RDF, by SPARQL 1.1 Service Description and VoID: what it takes and gives, its dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcigraph.names.vocabulary import BASE, DATA_LICENSE, RDF_TYPE
from calcigraph.serve.formats import GRAPHS, SOLUTIONS, rdf_format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calcigraph.serve.serving import Serving

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_DCTERMS = "http://purl.org/dc/terms/"
_FORMATS = "http://www.w3.org/ns/formats/"
_XSD_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
_IRIS = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nquads": "N-Quads",
}
"""The W3C's names of formats, below its address for them."""
PREFIXES = {"sd": _SD, "void": _VOID, "dcterms": _DCTERMS, "formats": _FORMATS}
"""The prefixes with which the description is written."""


def describe(serving: Serving, endpoint: str, home: str) -> list[Any]:
    """Return the description of the endpoint at that address as triples; `home` is where the dataset is at home."""
    return list(_triples(serving, endpoint, home))


def serialised(triples: list[Any], name: str, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """Return triples in the format of that name."""
    import pyoxigraph as ox

    text = ox.serialize(triples, format=rdf_format(name), prefixes=dict(prefixes))
    return bytes(text or b"")


def _triples(serving: Serving, endpoint: str, home: str) -> Iterator[Any]:
    import pyoxigraph as ox

    node = ox.NamedNode
    service, dataset, default = node(endpoint), node(home + "void"), node(endpoint + "#default-graph")

    def say(subject: Any, name: str, value: Any) -> Any:
        return ox.Triple(subject, node(name), value)

    yield say(service, RDF_TYPE, node(_SD + "Service"))
    yield say(service, _SD + "endpoint", service)
    yield say(service, _SD + "supportedLanguage", node(_SD + "SPARQL11Query"))
    yield say(service, _SD + "feature", node(_SD + "UnionDefaultGraph"))
    for form in (*SOLUTIONS, *GRAPHS):
        yield say(service, _SD + "resultFormat", node(_FORMATS + _IRIS[form.name]))
    yield say(service, _SD + "defaultDataset", dataset)
    yield say(dataset, RDF_TYPE, node(_SD + "Dataset"))
    yield say(dataset, RDF_TYPE, node(_VOID + "Dataset"))
    yield say(dataset, _SD + "defaultGraph", default)
    yield say(default, RDF_TYPE, node(_SD + "Graph"))
    yield say(
        dataset, _DCTERMS + "title", ox.Literal("Calcigraph: the evidence for treating calcinosis cutis", language="en")
    )
    yield say(dataset, _DCTERMS + "identifier", ox.Literal(serving.digest))
    yield say(dataset, _DCTERMS + "license", node(DATA_LICENSE))
    yield say(dataset, _VOID + "sparqlEndpoint", service)
    yield say(dataset, _VOID + "uriSpace", ox.Literal(BASE))
    yield say(dataset, _VOID + "triples", ox.Literal(str(serving.info.quads), datatype=node(_XSD_INTEGER)))
    for vocabulary in (
        "https://w3id.org/calcigraph/ontology",
        "http://www.w3.org/2004/02/skos/core",
        "http://www.w3.org/ns/prov",
    ):
        yield say(dataset, _VOID + "vocabulary", node(vocabulary + ("" if vocabulary.endswith("ontology") else "#")))
