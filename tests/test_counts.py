"""Which findings count in a pool: each patient once, and every other finding with the reason why it does not.

The records are those of tests/questions/pools. What a record cannot say yet, or a shape forbids, is made from one of
them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import calcigraph
from calcigraph import Evidence
from calcigraph.errors import BadParameter, UnknownName
from calcigraph.names.vocabulary import BASE, TERMS
from calcigraph.store.endpoint import LocalEndpoint
from calcigraph.synthesis import Counted, NoPool, Pool, Reason, Switches, counted, pool, scope
from calcigraph.synthesis.select import select

WORLD = Path(__file__).parent / "questions" / "pools" / "given"
SSC = "systemic sclerosis"


@pytest.fixture(scope="module")
def world(shared_home: Path) -> Evidence:
    """Return the evidence of the small world."""
    return calcigraph.open(seeds=WORLD, home=shared_home)


def studies(made: Pool | NoPool) -> dict[str, tuple[int, int]]:
    """Return the responders and patients of each study that counts, by its address."""
    return {row.record.removeprefix(BASE): (row.events, row.patients) for row in made.studies}


def left_out(made: Pool | NoPool) -> dict[str, Reason]:
    """Return why each finding is left out, by its address."""
    return {one.counted.finding.removeprefix(BASE): one.reason for one in made.excluded}


def test_each_finding_of_a_scope_counts_or_is_left_out_with_its_reason(world: Evidence) -> None:
    """Four studies of minocycline in systemic sclerosis count; ten findings do not, each for its own reason."""
    made = world.pool("minocycline", condition=SSC)
    assert studies(made) == {
        "study/alpha-2001": (8, 9),
        "study/beta-2002": (7, 20),
        "study/kappa-2010": (4, 16),
        "study/lambda-2011": (6, 8),
    }
    assert left_out(made) == {
        "study/gamma-2003#minocycline": Reason.SINGLE_PATIENT,
        "study/delta-2004#minocycline": Reason.SAME_WORK,
        "study/epsilon-2005#minocycline": Reason.COMPARISON,
        "review/eta-2007#minocycline": Reason.RETOLD,
        "study/theta-2008#minocycline": Reason.OVERLAP,
        "study/iota-2009#minocycline": Reason.WIDER_CONDITION,
        "study/kappa-2010#radiographs": Reason.SAME_PATIENTS,
        "study/kappa-2010#pain": Reason.OUTCOME,
        "study/mu-2012#minocycline": Reason.PURPOSE,
        "study/nu-2013#minocycline": Reason.NO_COUNT,
    }


def test_a_reason_is_told_in_words_with_what_counts_instead(world: Evidence) -> None:
    """What counts for the same patients is named, and a comparison says with what."""
    told = {one.reason: (one.text, one.instead) for one in world.pool("minocycline", condition=SSC).excluded}
    assert told[Reason.COMPARISON] == (
        "The study compares with placebo: it is shown as a comparison and not as a single group.",
        None,
    )
    assert told[Reason.SAME_WORK][1] == told[Reason.OVERLAP][1] == BASE + "study/beta-2002"
    assert "Beta B 2002" in told[Reason.OVERLAP][0]
    assert told[Reason.SAME_PATIENTS][1] == BASE + "study/kappa-2010#clinical"
    assert told[Reason.OUTCOME][0] == "The outcome is pain, and what is pooled is outcome on deposits."
    assert "juvenile dermatomyositis" in told[Reason.WIDER_CONDITION][0]


@pytest.mark.parametrize(
    ("switches", "more", "fewer"),
    [
        (Switches(single_patients=True), {"study/gamma-2003": (1, 1)}, set()),
        (Switches(without_second_hand=True), {}, {"study/lambda-2011"}),
        (Switches(without_overlap=True), {}, {"study/beta-2002"}),
        (Switches(primary_only=False), {"review/eta-2007": (20, 40)}, set()),
        (Switches(without_corrected=True), {}, set()),
    ],
)
def test_a_switch_changes_what_counts(
    switches: Switches, more: dict[str, tuple[int, int]], fewer: set[str], world: Evidence
) -> None:
    """Each switch takes in or leaves out what it says, and nothing else; every finding is still accounted for."""
    usual, switched = (
        world.pool("minocycline", condition=SSC),
        world.pool("minocycline", condition=SSC, switches=switches),
    )
    expected = {name: count for name, count in studies(usual).items() if name not in fewer} | more
    assert studies(switched) == expected
    assert len(switched.excluded) == len(usual.excluded) - len(more) + len(fewer)
    assert switched.switches == switches


def test_what_shares_patients_is_left_out_whole_by_the_switch(world: Evidence) -> None:
    """The same work still counts once, and of two that may share patients neither does."""
    made = world.pool("minocycline", condition=SSC, switches=Switches(without_overlap=True))
    reasons = left_out(made)
    assert reasons["study/delta-2004#minocycline"] is Reason.SAME_WORK
    assert reasons["study/beta-2002#minocycline"] is reasons["study/theta-2008#minocycline"] is Reason.OVERLAP


def test_a_route_keeps_what_was_given_by_it(world: Evidence) -> None:
    """A finding whose route is another, or not recorded, is left out by its route."""
    made = world.pool("minocycline", condition=SSC, route="oral")
    assert studies(made) == {"study/alpha-2001": (8, 9)}
    assert left_out(made)["study/beta-2002#minocycline"] is Reason.ROUTE


def test_another_outcome_can_be_asked_for(world: Evidence) -> None:
    """Pain is not pooled with the deposits, and is pooled if it is asked for."""
    made = world.pool("minocycline", condition=SSC, outcome="pain")
    assert studies(made) == {"study/kappa-2010": (9, 16)}
    assert left_out(made)["study/alpha-2001#minocycline"] is Reason.OUTCOME


def test_a_class_has_what_is_below_it_and_a_condition_its_subtypes(world: Evidence) -> None:
    """The class of tetracyclines adds doxycycline; a subtype has what names it or what is below it."""
    assert studies(world.pool("tetracycline antibiotic", condition=SSC))["study/zeta-2006"] == (0, 5)
    assert studies(world.pool("minocycline", condition="diffuse cutaneous systemic sclerosis")) == {
        "study/kappa-2010": (4, 16)
    }


def test_several_conditions_counted_together_count_where_all_are_covered(world: Evidence) -> None:
    """A pooled finding on two diseases is in the scope of what is above both, and in that of neither alone."""
    assert "study/iota-2009" in studies(world.pool("minocycline"))
    assert left_out(world.pool("minocycline", condition="JDM")) == {
        "study/iota-2009#minocycline": Reason.WIDER_CONDITION
    }


def test_complete_response_counts_where_it_is_told(world: Evidence) -> None:
    """A finding counts if it says how many went away completely, or tells of all patients without one that did."""
    assert studies(world.pool("tetracycline antibiotic", condition=SSC, response="complete")) == {
        "study/beta-2002": (2, 20),
        "study/zeta-2006": (0, 5),
    }


def test_names_are_any_and_wrong_ones_are_answered(world: Evidence) -> None:
    """A pool is asked for as a question is; another response than the two is refused in words."""
    assert studies(world.pool("cg:Minocycline", condition="SSc")) == studies(world.pool("minocycline", condition=SSC))
    with pytest.raises(UnknownName, match="minocycline"):
        world.pool("minocyclin")
    with pytest.raises(BadParameter, match="'any' or 'complete', not 'partial'"):
        world.pool("minocycline", response="partial")


# What no record says: made from the finding of a record.


@pytest.fixture(scope="module")
def alpha(world: Evidence) -> Counted:
    """Return a finding that counts, on its own."""
    return next(one for one in world.counts if one.finding == BASE + "study/alpha-2001#minocycline")


def made_of(world: Evidence, *findings: Counted, switches: Switches | None = None) -> Pool | NoPool:
    """Return the pool of findings in systemic sclerosis."""
    return pool(findings, scope(world.names, "minocycline", condition=SSC), switches)


def other(finding: Counted, name: str, patients: int = 9, responders: int = 8) -> Counted:
    """Return the finding as if it stood in another record."""
    record = f"{BASE}study/{name}"
    return replace(
        finding,
        finding=record + "#minocycline",
        same_patients=record + "#minocycline",
        record=record,
        work=record,
        group=record,
        citation=name,
        patients=patients,
        responders=responders,
        enrolled=None,
    )


@pytest.mark.parametrize(
    ("patients", "responders", "reason"),
    [
        (None, None, Reason.NO_DENOMINATOR),
        (None, 3, Reason.NO_DENOMINATOR),
        (0, 0, Reason.NO_PATIENTS),
        (5, None, Reason.NO_COUNT),
        (5, 6, Reason.CONTRADICTORY),
        (5, -1, Reason.CONTRADICTORY),
        (1, 1, Reason.SINGLE_PATIENT),
    ],
)
def test_counts_that_cannot_be_pooled(
    patients: int | None, responders: int | None, reason: Reason, alpha: Counted, world: Evidence
) -> None:
    """No patients, no count, or more responders than patients: the finding is left out, with or without others."""
    odd = replace(other(alpha, "odd-1999"), patients=patients, responders=responders)
    alone = made_of(world, odd)
    assert isinstance(alone, NoPool)
    assert alone.reason == "The one finding cannot be pooled."
    assert left_out(alone) == left_out(made_of(world, odd, alpha)) == {"study/odd-1999#minocycline": reason}


@pytest.mark.parametrize(
    ("switches", "standing", "reason"),
    [
        (Switches(), "retracted", Reason.RETRACTED),
        (Switches(without_retracted=False), "retracted", None),
        (Switches(), "corrected", None),
        (Switches(without_corrected=True), "corrected", Reason.CORRECTED),
    ],
)
def test_a_source_that_is_no_longer_to_be_relied_on(
    switches: Switches, standing: str, reason: Reason | None, alpha: Counted, world: Evidence
) -> None:
    """What was retracted is left out unless it is asked for; what was corrected counts unless it is left out."""
    source = replace(alpha, retracted=standing == "retracted", corrected=standing == "corrected")
    made = made_of(world, source, switches=switches)
    assert left_out(made) == ({"study/alpha-2001#minocycline": reason} if reason else {})


def test_the_standing_of_a_source_is_read_from_the_graph(world: Evidence) -> None:
    """A record that says it was retracted or superseded, corrected or doubted, is known as such."""
    assert isinstance(world.endpoint, LocalEndpoint)
    store = ox.Store()
    store.bulk_extend(world.endpoint.store)
    standing = {
        "alpha-2001": ("RetractedSource", True, False),
        "beta-2002": ("SupersededSource", True, False),
        "kappa-2010": ("CorrectedSource", False, True),
        "lambda-2011": ("ExpressionOfConcern", False, True),
        "nu-2013": ("CurrentSource", False, False),
    }
    for name, (value, _, _) in standing.items():
        record, term = ox.NamedNode(f"{BASE}study/{name}"), ox.NamedNode(TERMS + value)
        store.add(ox.Quad(record, ox.NamedNode(TERMS + "standing"), term, ox.NamedNode(f"{BASE}graph/study/{name}")))
    query = world.product.counts.read_text(encoding="utf-8")
    found = {one.record: (one.retracted, one.corrected) for one in counted(LocalEndpoint(store), query)}
    for name, (_, retracted, corrected) in standing.items():
        assert found[f"{BASE}study/{name}"] == (retracted, corrected), name


def test_of_studies_that_share_patients_the_fullest_counts(alpha: Counted, world: Evidence) -> None:
    """Most patients count, and of equals the first by address."""
    small, large = (replace(other(alpha, name, n), group="shared") for name, n in (("a-2000", 10), ("b-2000", 12)))
    twin = replace(other(alpha, "c-2000", 12), group="shared")
    assert list(studies(made_of(world, small, twin, large))) == ["study/b-2000"]


def test_what_was_measured_twice_counts_once_whatever_the_scope_leaves_of_it(alpha: Counted, world: Evidence) -> None:
    """Two findings on the patients of a third that does not count are not added up."""
    shared = f"{alpha.record}#pain"
    one, two = (replace(alpha, finding=f"{alpha.record}#{name}", same_patients=shared) for name in ("one", "two"))
    assert studies(made_of(world, one, two)) == {"study/alpha-2001": (8, 9)}


def test_groups_of_one_study_are_added_up_within_those_enrolled(alpha: Counted, world: Evidence) -> None:
    """Two groups are one study with the patients of both, unless more patients would count than were enrolled."""
    early = replace(alpha, finding=f"{alpha.record}#early", same_patients=f"{alpha.record}#early", patients=6)
    late = replace(
        early, finding=f"{alpha.record}#late", same_patients=f"{alpha.record}#late", patients=5, responders=1
    )
    early = replace(early, responders=5)
    both = (replace(early, enrolled=11), replace(late, enrolled=11))
    assert studies(made_of(world, *both)) == {"study/alpha-2001": (6, 11)}
    narrow = made_of(world, replace(early, enrolled=10), replace(late, enrolled=10))
    assert studies(narrow) == {"study/alpha-2001": (5, 6)}
    assert left_out(narrow) == {"study/alpha-2001#late": Reason.SAME_STUDY}


def test_a_circle_of_findings_on_the_same_patients_counts_once(shared_home: Path) -> None:
    """Findings that name each other in a circle, which no shape allows, still stand for one group of patients."""
    world = calcigraph.open(seeds=WORLD, home=shared_home)
    assert isinstance(world.endpoint, LocalEndpoint)
    store = ox.Store()
    store.bulk_extend(world.endpoint.store)
    record = f"{BASE}study/kappa-2010"
    for start, end in (("clinical", "pain"), ("pain", "radiographs")):
        nodes = (ox.NamedNode(f"{record}#{name}") for name in (start, end))
        store.add(ox.Quad(next(nodes), ox.NamedNode(TERMS + "samePatientsAs"), next(nodes)))
    found = counted(LocalEndpoint(store), world.product.counts.read_text(encoding="utf-8"))
    assert {one.same_patients for one in found if one.record == record} == {f"{record}#clinical"}


NAMES = [f"r{number}" for number in range(4)]
FINDINGS = st.lists(
    st.builds(
        lambda record, group, patients, responders, **flags: (record, group, patients, responders, flags),
        st.sampled_from(NAMES),
        st.sampled_from(["one", "two", None]),
        st.none() | st.integers(0, 30),
        st.none() | st.integers(0, 30),
        controlled=st.booleans(),
        retold=st.booleans(),
        second_hand=st.booleans(),
        retracted=st.booleans(),
        to_treat=st.booleans(),
        enrolled=st.none() | st.integers(0, 40),
    ),
    max_size=8,
)
SWITCHES = st.builds(
    Switches,
    without_retracted=st.booleans(),
    without_second_hand=st.booleans(),
    without_overlap=st.booleans(),
    primary_only=st.booleans(),
    single_patients=st.booleans(),
)


@given(made=FINDINGS, switches=SWITCHES, clash=st.booleans())
def test_whatever_the_findings_nothing_is_lost_and_nobody_counts_twice(
    made: list[tuple[str, str | None, int | None, int | None, dict[str, bool]]],
    switches: Switches,
    clash: bool,  # noqa: FBT001 -- whether findings of a record share patients
    alpha: Counted,
    world: Evidence,
) -> None:
    """Every finding of the scope counts once or is left out once; of a group that shares patients one study counts."""
    findings = []
    for number, (record, group, patients, responders, flags) in enumerate(made):
        finding = other(alpha, record)
        address = f"{finding.record}#{number}"
        findings.append(
            replace(
                finding,
                finding=address,
                same_patients=f"{finding.record}#all" if clash else address,
                group=group or finding.record,
                patients=patients,
                responders=responders,
                **flags,  # type: ignore[arg-type]
            )
        )
    chosen, excluded = select(findings, scope(world.names, "minocycline", condition=SSC), switches)
    counting = [one for study in chosen for one in study]
    assert sorted(one.finding for one in [*counting, *(left.counted for left in excluded)]) == sorted(
        one.finding for one in findings
    )
    assert all(left.text and left.reason in Reason for left in excluded)
    records = [study[0].record for study in chosen]
    groups = [study[0].group for study in chosen]
    assert len(records) == len(set(records))
    assert len(groups) == len(set(groups))
    for study in chosen:
        assert len({one.same_patients for one in study}) == len(study)
        assert all(one.patients and one.responders is not None and one.responders <= one.patients for one in study)
