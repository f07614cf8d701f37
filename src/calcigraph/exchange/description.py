"""The description of a release for catalogues: DCAT 3, VoID and the levels of the HCLS profile, as Turtle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from calcigraph.exchange.source import NOTE
from calcigraph.names.vocabulary import BASE, DATA_LICENSE, RDF_TYPE, TERMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calcigraph.exchange.release import Written
    from calcigraph.exchange.source import Source

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "pav": "http://purl.org/pav/",
    "spdx": "http://spdx.org/rdf/terms#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The prefixes with which the description is written."""
_MEDIA = "https://www.iana.org/assignments/media-types/"
_RDF = frozenset({"nquads", "ntriples", "trig", "turtle", "rdfxml", "jsonld"})


def describe(source: Source, written: Sequence[Written]) -> bytes:
    """Return the description of the dataset, its version and each file, with sizes and SHA-256 checksums."""
    triples = [ox.Triple(s, p, o) for s, p, o in statements(source, written)]
    content = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    assert content is not None  # noqa: S101 -- without a file to write to, the text is returned
    return content


def _iri(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def _number(value: int, datatype: str = "nonNegativeInteger") -> ox.Literal:
    return ox.Literal(str(value), datatype=_iri(f"xsd:{datatype}"))


def statements(
    source: Source, written: Sequence[Written], at: str | None = None
) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]]:
    """Yield what is said of the dataset, its version and its files; these lie at the release unless `at` says where."""
    whole, version = ox.NamedNode(BASE), ox.NamedNode(release_iri(source.stamp))
    rdf_type, publisher = ox.NamedNode(RDF_TYPE), ox.NamedNode(BASE + "contributors")
    day = ox.Literal(source.stamp, datatype=_iri("xsd:date"))
    yield publisher, rdf_type, _iri("foaf:Organization")
    yield publisher, _iri("foaf:name"), ox.Literal("The Calcigraph contributors", language="en")
    for dataset in (whole, version):
        yield dataset, rdf_type, _iri("dcat:Dataset")
        yield dataset, _iri("dcterms:title"), ox.Literal("Calcigraph", language="en")
        yield (
            dataset,
            _iri("dcterms:description"),
            ox.Literal(f"Evidence for treating calcinosis cutis. {NOTE}", language="en"),
        )
        yield dataset, _iri("dcterms:publisher"), publisher
        yield dataset, _iri("dcterms:license"), ox.NamedNode(DATA_LICENSE)
        yield dataset, _iri("dcat:landingPage"), whole
    yield whole, _iri("dcat:hasVersion"), version
    yield version, rdf_type, _iri("void:Dataset")
    yield version, _iri("dcterms:isVersionOf"), whole
    yield version, _iri("dcterms:issued"), day
    yield version, _iri("dcterms:creator"), publisher
    yield version, _iri("pav:version"), ox.Literal(source.stamp)
    yield version, _iri("dcat:version"), ox.Literal(source.stamp)
    yield version, _iri("void:vocabulary"), ox.NamedNode(TERMS)
    yield version, _iri("void:exampleResource"), ox.NamedNode(next(source.of_kind("study")).iri)
    yield from _sizes(version, source)
    for one in written:
        yield from _distribution(version, one, at or version.value)


def release_iri(version: str) -> str:
    """Return the address of a release."""
    return f"{BASE}release/{version}"


def _sizes(
    version: ox.NamedNode, source: Source
) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]]:
    (sizes,) = source.rows("void")
    names = {"triples": "triples", "subjects": "distinctSubjects", "properties": "properties", "classes": "classes"}
    for key, name in names.items():
        yield version, _iri(f"void:{name}"), _number(sizes[key], "integer")
    for row in source.rows("partitions"):
        part = ox.NamedNode(f"{version.value}#{row['class'].removeprefix(TERMS)}")
        yield version, _iri("void:classPartition"), part
        yield part, _iri("void:class"), ox.NamedNode(row["class"])
        yield part, _iri("void:entities"), _number(row["things"], "integer")


def _distribution(
    version: ox.NamedNode, one: Written, at: str
) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]]:
    place = ox.NamedNode(f"{at}/{one.path}")
    checksum = ox.NamedNode(f"{place.value}#sha256")
    yield version, _iri("dcat:distribution"), place
    yield place, ox.NamedNode(RDF_TYPE), _iri("dcat:Distribution")
    yield place, _iri("dcterms:title"), ox.Literal(one.path)
    yield place, _iri("dcterms:license"), ox.NamedNode(DATA_LICENSE)
    yield place, _iri("dcat:downloadURL"), place
    yield place, _iri("dcat:mediaType"), ox.NamedNode(_MEDIA + one.media_type)
    yield place, _iri("dcat:byteSize"), _number(one.size)
    yield place, _iri("spdx:checksum"), checksum
    yield checksum, ox.NamedNode(RDF_TYPE), _iri("spdx:Checksum")
    yield checksum, _iri("spdx:algorithm"), _iri("spdx:checksumAlgorithm_sha256")
    yield checksum, _iri("spdx:checksumValue"), ox.Literal(one.sha256, datatype=_iri("xsd:hexBinary"))
    if one.format in _RDF:
        yield version, _iri("void:dataDump"), place
