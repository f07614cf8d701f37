"""VA-Spec evidence lines as JSON: what each finding and claim bears out of a proposition, for GA4GH's neighbours.

The published statements of VA-Spec are about genetic variants. Its evidence lines and propositions are not, so a
treatment of calcinosis in a condition is a proposition, and findings and claims are evidence lines on it.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from calcigraph.exchange.assertions import assertions
from calcigraph.exchange.strength import NONE
from calcigraph.names.vocabulary import BASE, TERMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from calcigraph.exchange.assertions import Assertion
    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part
    from calcigraph.exchange.source import Source

    Node = dict[str, Any]

_TABLE = "va-directions.tsv"
_SAYS = {"finding": ("direction", "EffectDirection"), "claim": ("stance", "Stance")}
_LEVELS = TERMS + "OxfordModified-"
_PROPOSITION = "TherapeuticResponseProposition"


def va(source: Source, losses: Losses) -> Files:
    """Yield the evidence lines as one JSON list."""

    def write(file: BinaryIO) -> None:
        lines = list(_lines(source, losses))
        losses.add_unread(source)
        file.write((json.dumps(lines, indent=1, ensure_ascii=False) + "\n").encode())

    yield "calcigraph.va.json", write


def _directions(source: Source) -> dict[str, tuple[str, str]]:
    """Return direction and reason for each direction of a finding and stance of a claim, by address."""
    with source.table(_TABLE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    names = source.evidence.names
    return {
        names.find(row["says"], root=TERMS + _SAYS[row["part"]][1]): (row["direction"], row["reason"]) for row in rows
    }


def _lines(source: Source, losses: Losses) -> Iterator[Node]:
    directions = _directions(source)
    for one in sorted(assertions(source, losses), key=lambda one: one.iri):
        if one.part.kind not in _SAYS:
            losses.add(one.part.kind, "*", "a registered trial bears nothing out before its results")
            continue
        direction, reason = directions[one.part.text(_SAYS[one.part.kind][0]) or ""]
        if direction == NONE:
            losses.add(one.part.kind, _SAYS[one.part.kind][0], reason)
            continue
        yield _line(one, direction, source)


def _line(one: Assertion, direction: str, source: Source) -> Node:
    part = one.part
    levels = [*part.values("statedLevel"), *(v for v in part.values("derivedLevel") if v.text.startswith(_LEVELS))]
    line: Node = {
        "id": one.iri,
        "type": "EvidenceLine",
        "description": part.text("result") or part.text("statement"),
        "targetProposition": {
            "id": f"{BASE}proposition/{one.treatment.removeprefix(TERMS)}/{one.condition.removeprefix(TERMS)}",
            "type": _PROPOSITION,
            "subject": _concept(one.treatment, "Treatment", source),
            "predicate": "treatsCalcinosisIn",
            "object": _concept(one.condition, "Condition", source),
        },
        "directionOfEvidenceProvided": direction,
        "strengthOfEvidenceProvided": {"id": levels[0].text, "name": levels[0].label} if levels else None,
        "hasEvidenceItems": [part.iri],
        "reportedIn": [_document(one.record)],
        "extensions": _extensions(one),
    }
    return {name: value for name, value in line.items() if value}


def _extensions(one: Assertion) -> list[Node]:
    part = one.part
    told = {
        "calcigraphSays": part.label(_SAYS[part.kind][0]),
        "biolinkPredicate": one.predicate,
        "designs": one.record.labels("design"),
        "patients": part.number("patients"),
        "responders": part.number("responders"),
        "note": "Reported response is not efficacy.",
    }
    return [{"name": name, "value": value} for name, value in told.items() if value is not None and value != []]


def _concept(iri: str, kind: str, source: Source) -> Node:
    """Return a term as a mappable concept, with what means exactly the same in other vocabularies."""
    mappings = [
        {"coding": {"system": source.prefixes[prefix], "code": code}, "relation": "exactMatch"}
        for prefix, code in sorted(source.exact(iri).items())
    ]
    concept: Node = {"id": iri, "conceptType": kind, "name": source.label(iri)}
    return concept | ({"mappings": mappings} if mappings else {})


def _document(record: Part) -> Node:
    document: Node = {
        "id": record.iri,
        "type": "Document",
        "name": record.text("label"),
        "title": record.text("title"),
        "documentType": record.label("publicationForm"),
        "doi": record.text("doi"),
        "pmid": record.text("hasPubMedId"),
        "urls": record.texts("sourceAddress"),
    }
    return {name: value for name, value in document.items() if value}
