"""KGX nodes and edges in the Biolink Model, as TSV or JSON Lines, for knowledge graphs such as Monarch and Translator.

The object of an edge is calcinosis cutis, and the condition in which it is treated is the context of the edge: what
treats calcinosis in systemic sclerosis does not treat systemic sclerosis.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from calcigraph.exchange.assertions import assertion_iri, assertions
from calcigraph.exchange.source import compact
from calcigraph.names.vocabulary import TERMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from calcigraph.exchange.assertions import Assertion
    from calcigraph.exchange.formats import Files, Write
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part
    from calcigraph.exchange.source import Source

    Row = dict[str, Any]

SOURCE = "infores:calcigraph"
"""The information resource that we are; it is the primary source of every edge."""
CALCINOSIS = TERMS + "CalcinosisCutis"
_TABLE = "biolink.tsv"
_TREATS = "biolink:ChemicalOrDrugOrTreatmentToDiseaseOrPhenotypicFeatureAssociation"
_HARMS = "biolink:ChemicalOrDrugOrTreatmentAdverseEventAssociation"
_IDENTIFIERS = ("CHEBI", "MONDO", "HP", "RXCUI", "DRUGBANK", "CHEMBL", "UNII", "MAXO", "NCIT", "MESH")
_LISTS = "|"
_STUDY = "has_supporting_studies"
_OWN = (
    "id",
    "subject_label",
    "object_label",
    "context_label",
    "part",
    "record",
    "says",
    "patients",
    "responders",
    "level",
    "text",
    "reason",
)
"""The columns of the table beside the edges."""


def tsv(source: Source, losses: Losses) -> Files:
    """Yield nodes and edges as TSV, and beside them a table with what the model has no slots for."""
    made = _Graph(source, losses)
    more = [made.more(one) for one in made.every]
    losses.add_unread(source)
    why = "a table has no place for the study of an edge; calcigraph_more.tsv tells of it"
    losses.add("edge", _STUDY, why, sum(_STUDY in edge for edge in made.edges))
    flat = [{name: value for name, value in edge.items() if name != _STUDY} for edge in made.edges]
    yield "calcigraph_nodes.tsv", _table(made.nodes)
    yield "calcigraph_edges.tsv", _table(flat)
    yield "calcigraph_more.tsv", _table(more)


def jsonl(source: Source, losses: Losses) -> Files:
    """Yield nodes and edges as JSON Lines; each edge of a finding holds its study."""
    made = _Graph(source, losses)
    losses.add_unread(source)
    yield "calcigraph_nodes.jsonl", _lines(made.nodes)
    yield "calcigraph_edges.jsonl", _lines(made.edges)


def _lines(rows: list[Row]) -> Write:
    def write(file: BinaryIO) -> None:
        file.writelines(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)

    return write


def _table(rows: list[Row]) -> Write:
    def write(file: BinaryIO) -> None:
        columns = list(dict.fromkeys(name for row in rows for name in row))
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerow(columns)
        writer.writerows([[_cell(row.get(name, "")) for name in columns] for row in rows])
        text.detach()

    return write


def _cell(value: Any) -> str:
    """Return a value as KGX writes it in TSV: lists with bars between, and neither tabs nor line ends."""
    text = _LISTS.join(map(str, value)) if isinstance(value, list) else str(value)
    return " ".join(text.split())


class _Graph:
    """The edges, and the nodes that they name."""

    def __init__(self, source: Source, losses: Losses) -> None:
        self.source = source
        self.categories, self.phases = _load(source)
        self._named: dict[str, Row] = {}
        self.every = sorted(assertions(source, losses), key=lambda one: one.iri)
        edges = [self._treats(one) for one in self.every]
        for harm in source.of_kind("harm"):
            edges.extend(self._harms(harm))
        self.edges = sorted(edges, key=lambda edge: str(edge["id"]))

    @property
    def nodes(self) -> list[Row]:
        """The nodes, in order of identifier."""
        return sorted(self._named.values(), key=lambda node: str(node["id"]))

    def _treats(self, one: Assertion) -> Row:
        edge: Row = {
            "id": compact(one.iri),
            "category": [_TREATS],
            "subject": self._term(one.treatment),
            "predicate": f"biolink:{one.predicate}",
            "object": self._term(CALCINOSIS),
            "disease_context_qualifier": self._term(one.condition),
            **self._origin(one.record, one.rule.knowledge_level),
        }
        phase = one.record.text("trialPhase") if one.part.kind == "trial" else None
        if phase in self.phases:
            edge["max_research_phase"] = self.phases[phase]
        if one.part.kind == "finding":
            edge[_STUDY] = self._study(one)
        return edge

    def _study(self, one: Assertion) -> dict[str, Row]:
        study: Row = {"id": compact(one.record.iri), "name": one.record.text("label")}
        methods, size = one.record.labels("design"), one.part.number("patients")
        if methods:
            study["study_method_types"] = methods
        if size is not None:
            study["study_size"] = size
        return {study["id"]: study}

    def more(self, one: Assertion) -> Row:
        """Return what the model has no slots for, under the identifier of the edge."""
        part = one.part
        said = {"finding": "direction", "claim": "stance", "trial": "trialStatus"}[part.kind]
        values = (
            compact(one.iri),
            self.source.label(one.treatment),
            self.source.label(CALCINOSIS),
            self.source.label(one.condition),
            compact(part.iri),
            compact(one.record.iri),
            part.label(said),
            part.text("patients"),
            part.text("responders"),
            part.label("statedLevel"),
            part.text("result") or part.text("statement"),
            one.rule.reason,
        )
        return {name: value or "" for name, value in zip(_OWN, values, strict=True)}

    def _harms(self, harm: Part) -> Iterator[Row]:
        finding = self.source.parts.get(harm.owner)
        if finding is None:
            return
        for treatment in finding.texts("treatment"):
            for event in harm.texts("event"):
                for condition in finding.texts("condition"):
                    yield {
                        "id": compact(assertion_iri(harm.iri, treatment, condition)),
                        "category": [_HARMS],
                        "subject": self._term(treatment),
                        "predicate": "biolink:has_adverse_event",
                        "object": self._term(event),
                        "disease_context_qualifier": self._term(condition),
                        **self._origin(self.source.record(harm), "observation"),
                    }

    def _origin(self, record: Part, knowledge_level: str) -> Row:
        return {
            "knowledge_level": knowledge_level,
            "agent_type": "manual_agent",
            "primary_knowledge_source": SOURCE,
            "publications": [self._publication(record)],
            "update_date": self.source.stamp,
        }

    def _term(self, iri: str) -> str:
        """Return the identifier of a term, and see to its node."""
        identifier = self.source.identifier(iri, *_IDENTIFIERS)
        if identifier not in self._named:
            known = self.source.terms.get(iri, {})
            node: Row = {
                "id": identifier,
                "category": [self._category(iri, identifier)],
                "name": self.source.label(iri),
            }
            node |= {"description": known["definition"]} if "definition" in known else {}
            others = sorted({compact(iri), *self.source.exact(iri).values()} - {identifier})
            self._named[identifier] = node | {"iri": iri, "xref": others, "provided_by": [SOURCE]}
        return identifier

    def _category(self, iri: str, identifier: str) -> str:
        prefix = identifier.partition(":")[0]
        if prefix == "MONDO":
            return "biolink:Disease"
        if prefix == "HP":
            return "biolink:PhenotypicFeature"
        return next(category for members, category in self.categories if iri in members)

    def _publication(self, record: Part) -> str:
        """Return the identifier of the publication or trial of a record, and see to its node."""
        pmid, doi, number = record.text("hasPubMedId"), record.text("doi"), record.text("registryIdentifier")
        registered = f"CLINICALTRIALS:{number}" if number and number.startswith("NCT") else ""
        identifier = f"PMID:{pmid}" if pmid else f"doi:{doi}" if doi else registered or compact(record.iri)
        if identifier not in self._named:
            title = record.text("title") or record.text("label") or ""
            node: Row = {"id": identifier, "name": title, "iri": record.iri, "xref": [compact(record.iri)]}
            if record.kind == "trial":
                node["category"] = ["biolink:ClinicalTrial"]
            else:
                form = record.label("publicationForm") or "publication"
                node |= {"category": ["biolink:Publication"], "publication_type": [form]}
            self._named[identifier] = node | {"provided_by": [SOURCE]}
        return identifier


def _load(source: Source) -> tuple[list[tuple[frozenset[str], str]], dict[str, str]]:
    """Return the categories of the classes of terms, the narrowest first, and the phases of trials."""
    with source.table(_TABLE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = [(row, source.evidence.names.find(row["term"], root=TERMS + row["root"])) for row in rows]
    categories = [(source.members(term), row["value"]) for row, term in found if row["slot"] == "category"]
    return categories, {term: row["value"] for row, term in found if row["slot"] == "phase"}
