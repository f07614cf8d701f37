"""Patients counted once: as the question `counted` does, and for what each rule says on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from calcigraph.figures.data import Data
from calcigraph.synthesis import Counted, Patients, Term, patients_once

if TYPE_CHECKING:
    from calcigraph import Evidence

TERM = Term(iri="t", label="t")


def made(finding: str, patients: int | None, record: str = "", **told: Any) -> Counted:
    """Return a finding with so many patients; the record is its own unless one is named."""
    record = record or finding
    told = {"same_patients": finding, "work": record, "group": told.get("work", record)} | told
    return Counted(
        finding=finding,
        record=record,
        citation=record,
        read_as="abstract",
        year=2000,
        treatment=TERM,
        classes=frozenset({"t"}),
        conditions=(TERM,),
        touched=frozenset({"t"}),
        whole=frozenset({"t"}),
        outcomes=(TERM,),
        outcome_classes=frozenset({"t"}),
        routes=(),
        comparators=(),
        design=None,
        controlled=False,
        to_treat=True,
        retold=False,
        second_hand=False,
        retracted=False,
        corrected=False,
        direction="",
        patients=patients,
        responders=None,
        complete=None,
        enrolled=None,
        **told,
    )


def once(*findings: Counted, beside: dict[str, str] | None = None, known: tuple[Counted, ...] = ()) -> Patients:
    """Return the patients of findings; `known` are findings that are not among those asked for."""
    named = {finding: frozenset({other}) for finding, other in (beside or {}).items()}
    return patients_once(findings, named, {one.finding: one for one in (*findings, *known)})


def test_each_rule_counts_patients_once() -> None:
    """Different patients add up; the same ones, in a record, a work or a group that may share some, do not."""
    assert once() == Patients(0, 0, 0, told=False)
    assert once(made("a", 3), made("b", 4)) == Patients(7, 7, 0, told=True)
    assert once(made("a", 3), made("b", None)) == Patients(3, 3, 1, told=True)
    assert once(made("a", None)) == Patients(0, 0, 1, told=False)
    assert once(made("a", 0)) == Patients(0, 0, 0, told=True)
    assert once(made("a", 3, work="w"), made("b", 4, work="w")) == Patients(4, 4, 0, told=True)
    assert once(made("a", 3, group="g"), made("b", 4, group="g")) == Patients(7, 4, 0, told=True)
    part = made("a", 3, "r", same_patients="b")
    assert once(part, made("b", 4, "r"), beside={"a": "b"}) == Patients(4, 4, 0, told=True)
    assert once(part, made("b", None, "r"), beside={"a": "b"}) == Patients(3, 3, 1, told=True)


def test_parts_of_a_whole_are_no_more_than_it() -> None:
    """Findings on patients of one finding that is not asked for have together at most as many as that one."""
    parts = made("a", 3, "r", same_patients="c"), made("b", 3, "r", same_patients="c")
    beside = {"a": "c", "b": "c"}
    assert once(*parts, beside=beside, known=(made("c", 4, "r"),)) == Patients(4, 3, 0, told=True)
    assert once(*parts, beside=beside, known=(made("c", 9, "r"),)) == Patients(6, 3, 0, told=True)


@pytest.mark.parametrize("treatment", ["Treatment", "DrugTreatment", "SurgicalTreatment", "ImmunomodulatoryTreatment"])
def test_it_is_what_the_question_counts(evidence: Evidence, treatment: str) -> None:
    """For every condition, the two numbers and the findings without one are those of `counted`."""
    data = Data(evidence)
    whole = {one.finding: one for one in evidence.counts}
    rows = list(evidence.ask("counted", treatment=f"cg:{treatment}"))
    assert len(rows) > 10
    for row in rows:
        here = [
            one
            for one in data.findings
            if row["condition"] in one.whole and f"https://w3id.org/calcigraph/ontology#{treatment}" in one.classes
        ]
        counted = patients_once(here, data.beside, whole)
        shown = (counted.most, counted.least) if counted.told else (None, None)
        assert (*shown, len(here), counted.silent) == (
            row["patients"],
            row["patients_at_least"],
            row["findings"],
            row["without_count"],
        )
