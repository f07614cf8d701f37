"""What must hold of the answers on the real records, whatever these say."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
import yaml

from calcigraph.questions.catalog import catalog
from calcigraph.resources import record_files, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph import Evidence
    from calcigraph.questions.answers import Answer

BASE = "https://w3id.org/calcigraph/"
CG = BASE + "ontology#"
OXFORD = ("IB", "IIB", "IV", "V")
OUTCOMES = ("complete", "partial", "improved", "unchanged", "worse")
COUNTED = ("patients", "patients_at_least", *OUTCOMES)
QUESTIONS = [path.stem for path in resources().question_files()]
FOLDERS = ("study", "review", "trial", "cohort")
WITHOUT_RECORDS = frozenset({"coverage", "gaps", "identifiers", "searches", "unstudied"})
"""Questions of which a row may have no record: on a term that none uses, on a search in vain, or on none at all."""
ASKABLE = [name for name in QUESTIONS if name != "lookup"]
OF_A_CONDITION = [
    name for name, question in catalog(resources().question_files()).items() if "condition" in question.parameters
]


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
    """The classes and levels of the ontology, read from its files without any code of the project."""

    named: dict[str, str]
    parents: dict[str, set[str]]
    earns: dict[str, set[str]]
    scale: dict[str, str]

    @classmethod
    def read(cls) -> Terms:
        """Return what the Turtle files and the table of levels by design say."""
        terms = cls({}, defaultdict(set), defaultdict(set), {})
        for path in resources().ontology_files():
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.BlankNode):
                    terms.note(quad.subject.value, quad.predicate.value, str(getattr(quad.object, "value", "")))
        with resources().levels.open(encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table, delimiter="\t"):
                terms.earns[terms.named[row["design"]]].add(terms.named[row["level"]])
        return terms

    def note(self, subject: str, predicate: str, value: str) -> None:
        """Take up one triple."""
        match predicate.rpartition("#")[2]:
            case "label":
                self.named[value] = subject
            case "subClassOf":
                self.parents[subject].add(value)
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

    def add(self, finding: dict[str, Any], *, sure: bool) -> None:
        """Count the patients of a finding; what it does not report is not counted as none."""
        if "patients" in finding:
            for name in ("patients", *OUTCOMES):
                if name in finding:
                    self.counts[name] = self.counts.get(name, 0) + finding[name]
            at_least = finding["patients"] if sure else 0
            self.counts["patients_at_least"] = self.counts.get("patients_at_least", 0) + at_least


@cache
def groups(*links: str) -> dict[str, frozenset[str]]:
    """Return for each record those that it is linked to, directly or through others, itself included."""
    group = {record: frozenset([record]) for record in records()}
    for record, content in records().items():
        for other in (name for link in links for name in listed(content.get(link, []))):
            joined = group[record] | group[other]
            group |= dict.fromkeys(joined, joined)
    return group


SAME = ("same_work_as", "patients_within")
SHARED = (*SAME, "overlaps", "may_overlap")


def outdone(record: str, finding: dict[str, Any], condition: str, level: str, links: tuple[str, ...]) -> bool:
    """Tell whether another record of the group has a finding on the treatment that is counted in place of this one."""
    return any(
        (-second["patients"], other) < (-finding["patients"], record)
        for other in groups(*links)[record] - {record}
        if records()[other]["type"] == "study" and level in terms().earns[terms().named[records()[other]["design"]]]
        for second in records()[other].get("findings", {}).values()
        if "patients" in second and second["treatment"] == finding["treatment"] and all(within(second, condition))
    )


def within(part: dict[str, Any], condition: str) -> list[bool]:
    """Tell of each condition of a finding or claim whether it is the one asked for or below it."""
    return [condition in terms().above(terms().named[name]) for name in listed(part["condition"])]


def sums(condition: str) -> dict[tuple[str, str], Sum]:
    """Return what the records add up to in a condition, by treatment and level of the modified Oxford scale.

    What a review retells earns no level; a finding on patients of another one in the sum adds none, and of records
    that report the same patients the fullest counts.
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
                if "patients" in part and not counted and not outdone(record, part, condition, level, SAME):
                    row.add(part, sure=not outdone(record, part, condition, level, SHARED))
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
        group: (len(row.studies), len(row.claims), *(row.counts.get(name) for name in COUNTED))
        for group, row in sums(condition).items()
    }
    answered = {
        (row["treatment"], row["level"]): (
            row["studies"],
            row["claims"],
            *(row[name] for name in COUNTED),
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


def parts_of(record: dict[str, Any]) -> set[str]:
    """Return the names of everything in a record that has an address of its own."""
    kinds = ("findings", "claims", "observations", "readings")
    harms = {f"{name}-{harm}" for name, part in record.get("findings", {}).items() for harm in part.get("harms", {})}
    return {name for kind in kinds for name in record.get(kind, {})} | harms | {"curation", "search"}


def addresses(row: dict[str, Any]) -> list[str]:
    """Return the addresses in a row that are not terms of the ontology: of records, of their parts, and of searches."""
    values = [value for value in row.values() if isinstance(value, str)]
    found = [one for value in values for one in value.split() if one.startswith(BASE) and not one.startswith(CG)]
    return [one.removeprefix(BASE) for one in found]


@pytest.mark.parametrize("name", ASKABLE)
def test_every_row_leads_to_a_publication(evidence: Evidence, name: str) -> None:
    """Each address in a row is a record or a part of one, and a row has one unless there is none."""
    answer = evidence.ask(name)
    assert answer.rows
    for row in answer:
        of_records = [one for one in addresses(row) if one.partition("/")[0] in FOLDERS]
        for one in of_records:
            identifier, _, part = one.partition("#")
            assert identifier in records(), one
            assert not part or part in parts_of(records()[identifier]), one
        assert of_records or name in WITHOUT_RECORDS, row


@pytest.mark.parametrize("name", ASKABLE)
def test_a_row_on_one_record_says_what_was_read_of_it(evidence: Evidence, name: str) -> None:
    """Where a row has one record and says how much of it was read, that is what the record says."""
    for row in evidence.ask(name):
        if "read_as" in row and isinstance(row.get("record"), str):
            readings = records()[str(row["record"]).removeprefix(BASE)]["readings"].values()
            assert row["read_as"] == ", ".join(sorted({reading["part"] for reading in readings}))


def test_every_record_leads_to_its_source(evidence: Evidence) -> None:
    """The trace of each record ends at a citation, with what was read; and at a page where the record knows one."""
    for identifier, content in records().items():
        source = evidence.why(identifier).source
        assert source is not None, identifier
        assert source.readings, identifier
        known = {"doi", "pmid", "pmcid"} & content.keys() or any("url" in one for one in content["readings"].values())
        assert bool(source.pages) >= bool(known), identifier


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


@pytest.mark.parametrize("name", OF_A_CONDITION)
def test_one_condition_by_any_name_is_one_question(evidence: Evidence, name: str) -> None:
    """Label, synonym, compact and whole address and the identifiers of others give the identical answer."""
    names = ["juvenile dermatomyositis", "JDM", "childhood dermatomyositis", "cg:JuvenileDermatomyositis"]
    names += [CG + "JuvenileDermatomyositis", "MONDO:0008054", "http://purl.obolibrary.org/obo/MONDO_0008054"]
    first, *others = [evidence.ask(name, condition=condition) for condition in names]
    assert first.rows
    assert all(other == first for other in others)
