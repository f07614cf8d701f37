"""schema.org JSON-LD with Bioschemas' Dataset profile: for search engines, which read names and links, not counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from calcigraph.exchange.assertions import assertions
from calcigraph.exchange.citations import citations
from calcigraph.exchange.source import NOTE
from calcigraph.names.vocabulary import BASE, DATA_LICENSE

if TYPE_CHECKING:
    from typing import BinaryIO

    from calcigraph.exchange.citations import Citation
    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part
    from calcigraph.exchange.source import Source

    Node = dict[str, Any]

PROFILE = "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"
CONTEXT = {"@vocab": "https://schema.org/", "dct": "http://purl.org/dc/terms/"}
"""The context stands in the document: nothing is fetched to read it."""
_TREATS = "treats"


def schema_org(source: Source, losses: Losses) -> Files:
    """Yield the dataset, treatments, conditions, studies, publications and claims as one JSON-LD document."""

    def write(file: BinaryIO) -> None:
        nodes = _nodes(source, losses)
        losses.add_unread(source)
        document = {"@context": CONTEXT, "@graph": nodes}
        file.write((json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())

    yield "calcigraph.schema.jsonld", write


def dataset(source: Source) -> Node:
    """Return the description of the whole, with what Bioschemas asks of a dataset."""
    return {
        "@id": BASE,
        "@type": "Dataset",
        "dct:conformsTo": {"@id": PROFILE},
        "name": "Calcigraph",
        "alternateName": "The open, computable evidence base for treating calcinosis cutis",
        "description": f"What studies, reviews and trials report on treating calcinosis cutis. {NOTE}",
        "identifier": BASE,
        "keywords": ["calcinosis cutis", "evidence", "systemic sclerosis", "dermatomyositis", "treatment"],
        "license": {"@id": DATA_LICENSE},
        "url": BASE,
        "version": source.stamp,
        "dateModified": source.stamp,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "The Calcigraph contributors", "url": BASE},
    }


def _nodes(source: Source, losses: Losses) -> list[Node]:
    terms: dict[str, Node] = {}
    studies: dict[str, Node] = {}
    interventional = source.below("InterventionalDesign")
    for one in assertions(source, losses):
        treatment = terms.setdefault(one.treatment, _treatment(one.treatment, source))
        condition = terms.setdefault(one.condition, _term(one.condition, "MedicalCondition", source))
        if one.predicate == _TREATS:
            _link(condition, "possibleTreatment", one.treatment)
        if one.part.kind != "claim":
            address = one.record.iri + "#study" if one.part.kind == "finding" else one.record.iri
            study = studies.setdefault(address, _study(address, one.record, interventional))
            _link(study, "healthCondition", one.condition)
            _link(treatment, "study", address)
    claims = [_claim(part, source) for part in source.of_kind("claim")]
    articles = [_article(one, source) for one in citations(source, losses)]
    return [dataset(source), *_sorted(terms), *_sorted(studies), *articles, *claims]


def _sorted(nodes: dict[str, Node]) -> list[Node]:
    return [node for _, node in sorted(nodes.items())]


def _link(node: Node, name: str, iri: str) -> None:
    links = node.setdefault(name, [])
    if {"@id": iri} not in links:
        links.append({"@id": iri})


def _treatment(iri: str, source: Source) -> Node:
    kind = "Drug" if iri in source.below("DrugTreatment") else "MedicalTherapy"
    return _term(iri, kind, source)


def _term(iri: str, kind: str, source: Source) -> Node:
    known = source.terms.get(iri, {})
    codes = [
        {"@type": "MedicalCode", "codeValue": code.partition(":")[2], "codingSystem": prefix}
        for prefix, code in sorted(source.exact(iri).items())
    ]
    node: Node = {"@id": iri, "@type": kind, "name": source.label(iri), "description": known.get("definition")}
    return {name: value for name, value in (node | {"code": codes}).items() if value}


def _study(iri: str, record: Part, interventional: frozenset[str]) -> Node:
    tested = record.kind == "trial" or any(value.text in interventional for value in record.peek("design"))
    node: Node = {
        "@id": iri,
        "@type": "MedicalTrial" if tested else "MedicalObservationalStudy",
        "name": record.text("title"),
        "identifier": record.text("registryIdentifier"),
        "status": record.label("trialStatus"),
        "description": ", ".join(record.labels("design")),
    }
    if record.kind != "trial":
        node["subjectOf"] = {"@id": record.iri}
    return {name: value for name, value in node.items() if value}


def _article(one: Citation, source: Source) -> Node:
    record = source.parts[one.url]
    numbers = {"doi": one.doi, "pmid": one.pmid, "pmcid": one.pmcid}
    node: Node = {
        "@id": one.url,
        "@type": "MedicalScholarlyArticle",
        "headline": one.title,
        "author": [{"@type": "Person", "name": " ".join(filter(None, name))} for name in one.authors],
        "datePublished": one.year,
        "isPartOf": {"@type": "Periodical", "name": one.journal} if one.journal else None,
        "pagination": one.pages,
        "inLanguage": one.language,
        "identifier": [
            {"@type": "PropertyValue", "propertyID": name, "value": value} for name, value in numbers.items() if value
        ],
        "sameAs": [{"@id": address} for address in record.texts("sourceAddress")],
    }
    return {name: value for name, value in node.items() if value}


def _claim(part: Part, source: Source) -> Node:
    return {
        "@id": part.iri,
        "@type": "Claim",
        "text": part.text("statement"),
        "appearance": {"@id": source.record(part).iri},
        "about": [{"@id": iri} for iri in (*part.texts("treatment"), *part.texts("condition"))],
    }
