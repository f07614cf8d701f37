"""What must hold of the answers on the real records, whatever these say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
import yaml

from calcigraph.resources import record_files, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph import Evidence
    from calcigraph.questions.answers import Answer

BASE = "https://w3id.org/calcigraph/"
CG = BASE + "ontology#"
OXFORD = ("IB", "IIB", "IV", "V")
OUTCOMES = ("complete", "partial", "improved", "unchanged", "worse")
QUESTIONS = [path.stem for path in resources().question_files()]
ASKABLE = [name for name in QUESTIONS if name != "lookup"]


@cache
def records() -> dict[str, dict[str, Any]]:
    """Return the YAML of all records by id, read without any code of the project."""
    found = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in record_files(resources().seeds)]
    return {record["id"]: record for record in found}


def listed(value: Any) -> list[Any]:
    """Return a value or a list of values as a list."""
    return value if isinstance(value, list) else [value]


def parts(kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the record, the address and the content of each finding or claim."""
    for record, content in records().items():
        for name, part in content.get(kind, {}).items():
            yield record, f"{record}#{name}", part


@dataclass(frozen=True)
class Terms:
    """The classes and levels of the ontology, read from its Turtle without any code of the project."""

    named: dict[str, str]
    parents: dict[str, set[str]]
    earns: dict[str, set[str]]
    scale: dict[str, str]

    @classmethod
    def read(cls) -> Terms:
        """Return what the Turtle files say."""
        terms = cls({}, defaultdict(set), defaultdict(set), {})
        for path in resources().ontology_files():
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.BlankNode):
                    terms.note(quad.subject.value, quad.predicate.value, str(getattr(quad.object, "value", "")))
        return terms

    def note(self, subject: str, predicate: str, value: str) -> None:
        """Take up one triple."""
        match predicate.rpartition("#")[2]:
            case "label":
                self.named[value] = subject
            case "subClassOf":
                self.parents[subject].add(value)
            case "earns":
                self.earns[subject].add(value)
            case "inScheme":
                self.scale[subject] = value

    def above(self, term: str) -> set[str]:
        """Return a class and all classes above it."""
        reached = {term}
        todo = [term]
        while todo:
            for parent in self.parents[todo.pop()] - reached:
                reached.add(parent)
                todo.append(parent)
        return reached


@cache
def terms() -> Terms:
    """Return the terms of the ontology."""
    return Terms.read()


def conditions() -> list[str]:
    """Return all conditions but the root."""
    return sorted(term for term in terms().named.values() if CG + "Condition" in terms().above(term) - {term})


def key(answer: Answer, *columns: str) -> set[tuple[Any, ...]]:
    """Return the values of some columns of all rows."""
    return {tuple(row[column] for column in columns) for row in answer}


@dataclass
class Sum:
    """What the findings and claims on one treatment with one level add up to."""

    studies: set[str] = field(default_factory=set)
    claims: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, finding: dict[str, Any]) -> None:
        """Count the patients of a finding; what it does not report is not counted as none."""
        if "patients" in finding:
            for name in ("patients", *OUTCOMES):
                if name in finding:
                    self.counts[name] = self.counts.get(name, 0) + finding[name]


def within(part: dict[str, Any], condition: str) -> list[bool]:
    """Tell of each condition of a finding or claim whether it is the one asked for or below it."""
    return [condition in terms().above(terms().named[name]) for name in listed(part["condition"])]


def sums(condition: str) -> dict[tuple[str, str], Sum]:
    """Return what the records add up to in a condition, by treatment and level of the modified Oxford scale.

    What a review retells earns no level; a finding on patients of another one in the sum adds no patients.
    """
    found: dict[tuple[str, str], Sum] = defaultdict(Sum)
    for record, _, part in parts("findings"):
        if records()[record]["type"] != "study" or not all(within(part, condition)):
            continue
        design = terms().named[records()[record]["design"]]
        twin = part.get("same_patients_as")
        first = records()[record]["findings"][twin] if twin else None
        counted = first and first["treatment"] == part["treatment"] and all(within(first, condition))
        for level in terms().earns[design]:
            if terms().scale[level] == CG + "OxfordModified":
                row = found[terms().named[part["treatment"]], level]
                row.studies.add(record)
                row.add({} if counted else part)
    for _, address, part in parts("claims"):
        if any(within(part, condition)) and "level" in part:
            level = terms().named[part["level"]]
            if terms().scale[level] == CG + "OxfordModified":
                for treatment in listed(part["treatment"]):
                    found[terms().named[treatment], level].claims.add(address)
    return found


@pytest.mark.parametrize("condition", [CG + "Condition", *conditions()])
def test_sums_are_those_of_the_records(evidence: Evidence, condition: str) -> None:
    """In each condition, studies, claims and patients by outcome are what adding up the YAML files gives."""
    expected = {
        group: (len(row.studies), len(row.claims), *(row.counts.get(name) for name in ("patients", *OUTCOMES)))
        for group, row in sums(condition).items()
    }
    answered = {
        (row["treatment"], row["level"]): (
            row["studies"],
            row["claims"],
            *(row[name] for name in ("patients", *OUTCOMES)),
        )
        for row in evidence.ask("treatments", condition=condition)
    }
    assert answered == expected


def test_rituximab_did_not_help_in_juvenile_dermatomyositis(evidence: Evidence) -> None:
    """The headline: at level IV, rituximab in juvenile dermatomyositis left all of 6 patients unchanged."""
    rows = evidence.ask("treatments", condition="juvenile dermatomyositis", level="IV")
    (row,) = [row for row in rows if row["treatment_label"] == "rituximab"]
    assert (row["patients"], row["unchanged"], row["complete"], row["improved"]) == (6, 6, None, None)


@pytest.mark.parametrize("name", ["treatment", "condition", "avoid"])
def test_responders_are_at_most_the_patients(evidence: Evidence, name: str) -> None:
    """No finding has more who got better, or more outcomes, than patients."""
    for row in evidence.ask(name):
        outcomes: list[Any] = [row[column] or 0 for column in ("responders", "unchanged", "worse") if column in row]
        if any(outcomes):
            assert isinstance(row["patients"], int)
            assert sum(outcomes) <= row["patients"], row["part"]


def test_outcomes_add_up_to_at_most_the_patients(evidence: Evidence) -> None:
    """No sum has more outcomes than patients."""
    for row in evidence.ask("treatments"):
        outcomes: list[Any] = [row[column] or 0 for column in OUTCOMES]
        if any(outcomes):
            assert isinstance(row["patients"], int)
            assert sum(outcomes) <= row["patients"], row["treatment"]


def test_affected_are_at_most_those_looked_at(evidence: Evidence) -> None:
    """No event has more patients than it was looked for in."""
    for row in evidence.ask("harms"):
        if isinstance(row["affected"], int) and isinstance(row["out_of"], int):
            assert row["affected"] <= row["out_of"], row["finding"]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("avoid", ("part", "treatment")),
        ("best-level", ("treatment", "condition", "level")),
        ("claims", ("claim", "treatment")),
        ("condition", ("part", "treatment")),
        ("harms", ("finding", "event_label")),
        ("studies", ("study",)),
        ("trials", ("trial",)),
    ],
)
def test_a_parent_has_all_that_its_subtypes_have(evidence: Evidence, name: str, columns: tuple[str, ...]) -> None:
    """Asking for a condition gives at least what each condition below it gives, and no parameter gives all."""
    whole = key(evidence.ask(name), *columns)
    found = {condition: key(evidence.ask(name, condition=condition), *columns) for condition in conditions()}
    assert any(found.values())
    for condition, rows in found.items():
        assert rows <= whole, condition
        for parent in terms().above(condition) & found.keys():
            assert rows <= found[parent], (condition, parent)


def test_a_class_has_all_that_its_drugs_have(evidence: Evidence) -> None:
    """Asking for a class of treatments gives at least what asking for each treatment below it gives."""
    treatments = [term for term in terms().named.values() if CG + "Treatment" in terms().above(term)]
    found = {term: key(evidence.ask("treatment", treatment=term), "part", "treatment") for term in treatments}
    assert sum(map(bool, found.values())) > 100
    for term, rows in found.items():
        for parent in terms().above(term) & found.keys():
            assert rows <= found[parent], (term, parent)


@pytest.mark.parametrize("asked", [{}, {"condition": "JDM"}, {"condition": "SSc"}])
def test_no_level_is_every_level_of_the_modified_oxford_scale(evidence: Evidence, asked: dict[str, str]) -> None:
    """The answer without a level is that of each level of the scale, one after the other, best first."""
    levels = [row for level in OXFORD for row in evidence.ask("treatments", level=level, **asked)]
    assert list(evidence.ask("treatments", **asked)) == levels
    assert levels


@pytest.mark.parametrize("name", ASKABLE)
def test_every_record_of_an_answer_exists_and_was_read(evidence: Evidence, name: str) -> None:
    """Each address in an answer is a record or a part of one, and the row says what was read of it."""
    answer = evidence.ask(name)
    for row in answer:
        addresses = [str(value) for value in row.values() if isinstance(value, str) and value.startswith(BASE)]
        of_records = [address for address in addresses if not address.startswith(CG)]
        for address in of_records:
            identifier, _, part = address.removeprefix(BASE).partition("#")
            record = records()[identifier]
            assert not part or part in {**record.get("findings", {}), **record.get("claims", {})}, address
            parts_read = sorted({reading["part"] for reading in record["readings"].values()})
            assert row["read_as"] == ", ".join(parts_read), address
        assert of_records or name in ("treatments", "best-level")
    assert answer.rows


def test_every_registered_trial_is_in_the_answer(evidence: Evidence) -> None:
    """The question on trials answers with all of them."""
    expected = {BASE + record for record, content in records().items() if content["type"] == "trial"}
    assert key(evidence.ask("trials"), "trial") == {(trial,) for trial in expected}
    assert expected


def test_every_reason_to_avoid_is_in_the_answer(evidence: Evidence) -> None:
    """The question on what to avoid answers with each claim that advises against and each finding without benefit."""
    claims = {address for _, address, claim in parts("claims") if claim["stance"] == "not recommended"}
    findings = {
        address for _, address, finding in parts("findings") if finding["direction"] in ("no effect", "worsening")
    }
    assert key(evidence.ask("avoid"), "part") == {(BASE + part,) for part in claims | findings}
    assert claims
    assert findings


def test_every_finding_and_claim_is_in_the_answer_on_treatments_and_on_conditions(evidence: Evidence) -> None:
    """Nothing that is recorded of a treatment is lost on the way."""
    recorded = {(BASE + address,) for kind in ("findings", "claims") for _, address, _ in parts(kind)}
    trials = {(BASE + record,) for record, content in records().items() if content["type"] == "trial"}
    assert key(evidence.ask("treatment"), "part") == recorded | trials
    assert key(evidence.ask("condition"), "part") == recorded | trials


@pytest.mark.parametrize(
    ("field_name", "by"), [("pmid", "PMID"), ("pmcid", "PMCID"), ("doi", "DOI"), ("registry_id", "registry number")]
)
def test_every_identifier_is_found(evidence: Evidence, field_name: str, by: str) -> None:
    """Each PMID, PMCID, DOI and registry number of a record leads to it."""
    identified = {record: content[field_name] for record, content in records().items() if field_name in content}
    assert identified
    for record, identifier in identified.items():
        assert (BASE + record, by) in key(evidence.ask("lookup", identifier=identifier), "found", "by"), identifier


@pytest.mark.parametrize("name", [name for name in ASKABLE if name != "treatment"])
def test_one_condition_by_any_name_is_one_question(evidence: Evidence, name: str) -> None:
    """Label, synonym, compact and whole address and the identifiers of others give the identical answer."""
    names = ["juvenile dermatomyositis", "JDM", "childhood dermatomyositis", "cg:JuvenileDermatomyositis"]
    names += [CG + "JuvenileDermatomyositis", "MONDO:0008054", "http://purl.obolibrary.org/obo/MONDO_0008054"]
    first, *others = [evidence.ask(name, condition=condition) for condition in names]
    assert first.rows
    assert all(other == first for other in others)
