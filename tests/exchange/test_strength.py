"""Strength decides the predicate: treats only where a guideline or a controlled trial bears it, never a null result."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcigraph.errors import UnknownName
from calcigraph.exchange.assertions import assertions
from calcigraph.exchange.losses import Losses
from calcigraph.exchange.parts import Part, Value
from calcigraph.exchange.source import scoped
from calcigraph.exchange.strength import decide, load_rules
from calcigraph.names.vocabulary import TERMS

if TYPE_CHECKING:
    from calcigraph import Evidence
    from calcigraph.resources import Resources

DESIGNS = (
    "CaseReport",
    "CaseSeries",
    "RetrospectiveCohort",
    "OpenLabelTrial",
    "RandomizedControlledTrial",
    "Guideline",
    "NarrativeReview",
    "ComparativeCohort",
    "NOf1Trial",
    "ExpertOpinion",
    "CaseControlStudy",
)
DIRECTIONS = ("Benefit", "NoEffect", "Worsening", "MixedEffect", "NotAssessed")


def part(kind: str, /, **said: str) -> Part:
    """Return a part that says so of itself, with the local names of terms."""
    values = {name: [Value(TERMS + term, term, is_address=True)] for name, term in said.items()}
    return Part("part", kind, "record", defaultdict(list, values))


def predicate(evidence: Evidence, kind: str, design: str, /, **said: str) -> str:
    """Return the predicate that the rules give to a part of a record of some design."""
    treatment = TERMS + said.pop("treatment", "Minocycline")
    return decide(part(kind, **said), part("study", design=design), treatment, load_rules(scoped(evidence))).predicate


TREATING = {"purpose": "TreatPurpose", "outcome": "CalcinosisResponse"}


@pytest.mark.parametrize(
    ("expected", "kind", "design", "said"),
    [
        (
            "treats",
            "finding",
            "RandomizedControlledTrial",
            TREATING | {"direction": "Benefit", "comparator": "Placebo"},
        ),
        ("studied_to_treat", "finding", "RandomizedControlledTrial", TREATING | {"direction": "Benefit"}),
        (
            "studied_to_treat",
            "finding",
            "RandomizedControlledTrial",
            TREATING | {"direction": "NoEffect", "comparator": "P"},
        ),
        (
            "studied_to_treat",
            "finding",
            "RandomizedControlledTrial",
            {"purpose": "TreatPurpose", "outcome": "Pain", "direction": "Benefit", "comparator": "Placebo"},
        ),
        ("studied_to_treat", "finding", "OpenLabelTrial", TREATING | {"direction": "Benefit"}),
        ("applied_to_treat", "finding", "CaseSeries", TREATING | {"direction": "Benefit"}),
        (
            "applied_to_treat",
            "finding",
            "ComparativeCohort",
            TREATING | {"direction": "Benefit", "comparator": "Placebo"},
        ),
        ("-", "finding", "CaseSeries", {"purpose": "PreventPurpose", "direction": "Benefit"}),
        ("treats", "claim", "Guideline", {"stance": "Recommended", "kind": "Recommendation"}),
        (
            "treats_or_applied_or_studied_to_treat",
            "claim",
            "Guideline",
            {"stance": "MightBeUseful", "kind": "Recommendation"},
        ),
        (
            "treats_or_applied_or_studied_to_treat",
            "claim",
            "NarrativeReview",
            {"stance": "Recommended", "kind": "Recommendation"},
        ),
        ("-", "claim", "Guideline", {"stance": "NotRecommended", "kind": "Recommendation"}),
        ("-", "finding", "CaseSeries", TREATING | {"direction": "Benefit", "treatment": "NoTreatment"}),
        ("in_clinical_trials_for", "trial", "OpenLabelTrial", {"trialStatus": "Completed"}),
        ("-", "trial", "OpenLabelTrial", {"trialStatus": "Withdrawn"}),
    ],
)
def test_the_table_decides(tiny: Evidence, expected: str, kind: str, design: str, said: dict[str, str]) -> None:
    """Each line of the table is reached by what it is written for."""
    assert predicate(tiny, kind, design, **said) == expected


@given(design=st.sampled_from(DESIGNS), direction=st.sampled_from(DIRECTIONS), compared=st.booleans())
def test_no_null_result_and_no_series_treats(tiny: Evidence, design: str, direction: str, compared: bool) -> None:  # noqa: FBT001
    """Only a controlled trial with benefit makes a finding say that something treats."""
    said = TREATING | {"direction": direction} | ({"comparator": "Placebo"} if compared else {})
    if predicate(tiny, "finding", design, **said) == "treats":
        assert (design, direction, compared) == ("RandomizedControlledTrial", "Benefit", True)


def test_what_treats_among_the_real_records_is_borne_by_a_guideline(evidence: Evidence) -> None:
    """Among the records so far no controlled trial found benefit: all that treats does so by a guideline."""
    every = list(assertions(scoped(evidence), Losses()))
    treating = [one for one in every if one.predicate == "treats"]
    assert treating
    assert {value.label for one in treating for value in one.record.peek("design")} == {"clinical practice guideline"}


def test_addresses_of_assertions_are_their_own_and_last(evidence: Evidence) -> None:
    """No two assertions share an address, and it does not depend on the predicate or on other records."""
    every = list(assertions(scoped(evidence), Losses()))
    few = list(assertions(scoped(evidence, treatment="minocycline"), Losses()))
    assert len({one.iri for one in every}) == len(every)
    assert {one.iri for one in few} <= {one.iri for one in every}


def test_a_name_that_is_no_term_is_refused(tiny: Evidence, copied: Resources) -> None:
    """A slip in the table is answered with the nearest names."""
    table = copied.exchange / "predicates.tsv"
    table.write_text(table.read_text(encoding="utf-8").replace("n-of-1 trial", "n-of-1 trail"), encoding="utf-8")
    with pytest.raises(UnknownName, match="Nearest: n-of-1 trial"):
        load_rules(scoped(replace(tiny, product=copied)))
