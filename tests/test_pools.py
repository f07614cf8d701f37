"""Pools: what is shown of them in Python and in the graph, where there is none and why, and how they are traced."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import calcigraph
from calcigraph.build.assemble import build
from calcigraph.errors import BuildFailed
from calcigraph.graph.dataset import PROVENANCE_GRAPH, triples_of
from calcigraph.names.vocabulary import BASE, LABEL, RDF_TYPE, TERMS
from calcigraph.resources import resources
from calcigraph.store.endpoint import LocalEndpoint
from calcigraph.store.local import Home
from calcigraph.synthesis import NoPool, Pool, Reason, Response, default_pools, pool, scope, scopes
from calcigraph.synthesis.proportions import Proportion, summarize
from calcigraph.synthesis.rdf import KINDS, POOLS_GRAPH, REASONS, address
from calcigraph.validation.engines import validate_with_pyshacl, validate_with_pyshifty
from calcigraph.validation.shapes import load_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph import Evidence

WORLD = Path(__file__).parent / "questions" / "pools" / "given"
PROV = "http://www.w3.org/ns/prov#"


@pytest.fixture(scope="module")
def world(shared_home: Path) -> Evidence:
    """Return the evidence of the small world."""
    return calcigraph.open(seeds=WORLD, home=shared_home)


@pytest.fixture(scope="module")
def made(evidence: Evidence) -> list[Pool | NoPool]:
    """Return what the real records add up to."""
    return list(default_pools(evidence.counts, evidence.names.labels))


def store_of(evidence: Evidence) -> ox.Store:
    """Return the store behind the evidence."""
    assert isinstance(evidence.endpoint, LocalEndpoint)
    return evidence.endpoint.store


def said(evidence: Evidence) -> dict[str, dict[str, set[str]]]:
    """Return what the graph of the pools says: by subject and property, the values."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for quad in store_of(evidence).quads_for_pattern(None, None, None, ox.NamedNode(POOLS_GRAPH)):
        found[quad.subject.value][quad.predicate.value.rpartition("#")[2]].add(quad.object.value)  # type: ignore[union-attr]
    return found


# In Python.


def test_a_pool_shows_its_studies_their_weights_and_its_strata(world: Evidence) -> None:
    """The summary is that of the studies shown; each design has its own, or says that it has one study."""
    shown = world.pool("minocycline", condition="systemic sclerosis")
    assert isinstance(shown, Pool)
    effect = summarize(tuple(Proportion(row.events, row.patients) for row in shown.studies))
    assert (shown.summary.estimate, shown.summary.low, shown.summary.high) == (effect.estimate, *effect.interval)
    assert sum(row.weight or 0 for row in shown.studies) == pytest.approx(1)
    assert (shown.summary.studies, shown.summary.patients, shown.summary.events) == (4, shown.patients, shown.events)
    assert [left.record for left in shown.summary.leave_one_out] == [row.record for row in shown.studies]
    strata = {stratum.design.label if stratum.design else "": stratum for stratum in shown.strata}
    assert {name: len(stratum.studies) for name, stratum in strata.items()} == {
        "case series": 2,
        "prospective cohort": 1,
        "retrospective cohort": 1,
    }
    assert strata["case series"].summary is not None
    assert strata["case series"].summary.events == 14
    assert strata["prospective cohort"].summary is None
    assert strata["prospective cohort"].reason == "One study of this design: no pool."


def test_what_is_shown_beside_a_pool(world: Evidence) -> None:
    """Comparisons and reports on one patient stand on their own, and the notes say how to read the numbers."""
    shown = world.pool("tetracycline antibiotic", condition="systemic sclerosis", response="complete")
    assert isinstance(shown, Pool)
    assert [one.counted.record for one in shown.comparisons] == [BASE + "study/epsilon-2005"]
    assert shown.single_patients == ()
    assert shown.summary.agrees_beyond_chance
    notes = " ".join(shown.notes)
    for words in (
        "not efficacy",
        "doxycycline, minocycline",
        "case series, retrospective cohort",
        "Two studies",
        "agree",
    ):
        assert words in notes
    any_response = world.pool("minocycline", condition="systemic sclerosis")
    assert [one.counted.record for one in any_response.single_patients] == [BASE + "study/gamma-2003"]


@pytest.mark.parametrize(
    ("treatment", "condition", "reason", "studies"),
    [
        ("doxycycline", "limited cutaneous systemic sclerosis", "One study counts, and a pool needs two.", 1),
        ("minocycline", "juvenile dermatomyositis", "The one finding cannot be pooled.", 0),
        ("doxycycline", "juvenile dermatomyositis", "There are no findings.", 0),
        ("rituximab", None, "There are no findings.", 0),
    ],
)
def test_where_there_is_no_pool_it_says_why(
    treatment: str, condition: str | None, reason: str, studies: int, world: Evidence
) -> None:
    """Below two studies there is no pool; what there is is shown all the same."""
    found = world.pool(treatment, condition=condition)
    assert isinstance(found, NoPool)
    assert found.reason == reason
    assert len(found.studies) == studies


def test_nobody_and_everybody_are_told(world: Evidence) -> None:
    """Where none responded, and where all did, the summary says on what it rests."""
    alpha = next(one for one in world.counts if one.finding.endswith("alpha-2001#minocycline"))
    assert alpha.patients == 9

    def notes(responders: int) -> str:
        twins = [
            replace(alpha, finding=f"{BASE}study/{name}#m", record=name, work=name, group=name, responders=responders)
            for name in ("one", "two")
        ]
        twins = [replace(one, same_patients=one.finding) for one in twins]
        found = pool(twins, scope(world.names, "minocycline"))
        assert isinstance(found, Pool)
        return " ".join(found.notes)

    assert "Nobody responded in any study" in notes(0)
    assert "Everybody responded in every study" in notes(9)
    assert "half patient" not in notes(4)


def test_every_scope_with_findings_has_an_answer(evidence: Evidence) -> None:
    """For every treatment, class and condition with findings there is a pool or a reason, and nothing is lost."""
    asked = 0
    for one_scope, findings in scopes(evidence.counts, evidence.names.labels):
        found = pool(findings, one_scope)
        counting = {one.finding for row in found.studies for one in row.findings}
        left = {one.counted.finding for one in found.excluded}
        within = {
            one.finding
            for one in evidence.counts
            if one_scope.treatment.iri in one.classes and one_scope.condition.iri in one.touched
        }
        assert counting | left == within
        assert not counting & left
        assert isinstance(found, Pool) == (len(found.studies) >= 2)
        asked += 1
    assert asked > 1000


# In the graph.


def test_reasons_and_responses_are_those_of_the_ontology(graph: ox.Store) -> None:
    """Each reason and each kind of response is a value of the ontology, and a reason has the label that Python uses."""
    for kind, named in (
        ("ExclusionReason", {REASONS[reason] for reason in Reason}),
        ("ResponseKind", set(KINDS.values())),
    ):
        values = graph.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), ox.NamedNode(TERMS + kind))
        assert {quad.subject.value for quad in values} == named  # type: ignore[union-attr]
    for reason, iri in REASONS.items():
        (label,) = graph.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(LABEL), None)
        assert label.object.value == reason.value  # type: ignore[union-attr]
    assert KINDS.keys() == set(Response)


def test_the_graph_holds_what_python_computes(made: Sequence[Pool | NoPool], evidence: Evidence) -> None:
    """Each pool of the graph has the numbers, studies and left-out findings that it has in Python, and none is more."""
    found = said(evidence)
    kinds = {node: about["type"] for node, about in found.items()}
    nodes = {node for node, kind in kinds.items() if kind & {TERMS + "Pool", TERMS + "NoPool"}}
    assert nodes == {address(one.scope) for one in made}
    assert sum(isinstance(one, Pool) for one in made) > 40
    for one in made:
        about = found[address(one.scope)]
        assert {int(value) for name in ("studiesCounted",) for value in about[name]} == {len(one.studies)}
        assert {int(value) for value in about["patientsCounted"]} == {one.patients}
        assert {int(value) for value in about["respondersCounted"]} == {one.events}
        counted = {finding for row in about["studyProportion"] for finding in found[row]["countsFinding"]}
        assert (
            counted == {finding.finding for row in one.studies for finding in row.findings} == about["wasDerivedFrom"]
        )
        left = {finding for part in about["findingLeftOut"] for finding in found[part]["leavesOut"]}
        assert left == {out.counted.finding for out in one.excluded}
        if isinstance(one, Pool):
            assert {float(value) for value in about["percentResponding"]} == {round(100 * one.summary.estimate, 1)}
            assert {float(value) for value in about["tauSquared"]} == {round(one.summary.tau2, 4)}
            assert {value for row in about["studyProportion"] for value in found[row]["weightPercent"]}
        else:
            assert about["noPoolBecause"] == {one.reason}


def test_a_pool_is_in_a_graph_of_its_own_that_says_what_made_it(evidence: Evidence) -> None:
    """No pool stands among records or inferred statements, and the graph leads to its rule and to the work."""
    store = store_of(evidence)
    for kind in ("Pool", "NoPool", "StudyProportion", "FindingLeftOut"):
        for quad in store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), ox.NamedNode(TERMS + kind)):
            assert str(quad.graph_name) == f"<{POOLS_GRAPH}>"
    described = store.quads_for_pattern(ox.NamedNode(POOLS_GRAPH), None, None, ox.NamedNode(PROVENANCE_GRAPH))
    assert {(quad.predicate.value, quad.object.value) for quad in described} == {  # type: ignore[union-attr]
        (RDF_TYPE, PROV + "Entity"),
        (TERMS + "derivedBy", BASE + "rule/pools"),
        (PROV + "wasGeneratedBy", BASE + "synthesis/pools"),
    }


def test_one_study_stands_where_it_names_treatment_and_condition(world: Evidence) -> None:
    """It is not repeated for all classes and conditions above."""
    kinds = said(world)
    alone = {node.removeprefix(BASE) for node, about in kinds.items() if TERMS + "NoPool" in about["type"]}
    assert "pool/any/Doxycycline/LimitedCutaneousSystemicSclerosis" in alone
    assert "pool/any/Doxycycline/SystemicSclerosis" not in alone


def test_what_is_written_is_sound_by_both_engines(world: Evidence) -> None:
    """The pools of the small world conform, by pyshifty and by pySHACL."""
    data = triples_of(store_of(world).quads_for_pattern(None, None, None, ox.NamedNode(POOLS_GRAPH)))
    shapes = load_shapes(world.product.shape_files()).local
    assert validate_with_pyshifty(data, shapes) == validate_with_pyshacl(data, shapes) == []


def test_a_fault_in_a_pool_stops_the_build(tmp_path: Path) -> None:
    """Pools that break a shape never come into use: the build fails and names one."""
    product = resources(seeds=WORLD)
    shapes = Path(shutil.copytree(product.shapes, tmp_path / "shapes"))
    with (shapes / "synthesis.ttl").open("a", encoding="utf-8") as file:
        file.write('cg:PoolShape sh:property [ sh:path cg:tauSquared ; sh:maxCount 0 ; sh:message "Not this." ] .')
    with pytest.raises(BuildFailed, match=r"pool/\w+/\w+/\w+: Not this\."):
        build(product._replace(shapes=shapes), Home(tmp_path / "home"))
    assert not list((tmp_path / "home" / "builds").iterdir())


def test_a_pool_is_traced_to_its_findings_and_their_papers(world: Evidence) -> None:
    """`why` leads from the estimate to the studies and what was left out, and on to the findings and their sources."""
    trace = world.why("pool/any/Minocycline/SystemicSclerosis")
    (estimate,) = [one for one in trace.derived if one.because]
    assert estimate.property == "percentage responding"
    assert estimate.because is not None
    for words in (
        "25 of 53 patients responded in 4 studies",
        "Alpha A 2001, 8 of 9",
        "54.3 %",
        "10 findings are left out",
    ):
        assert words in estimate.because
    findings = {one.node.removeprefix(BASE): one for one in trace.inputs}
    assert len(findings) == 4
    source = findings["study/alpha-2001#minocycline"].source
    assert source is not None
    assert source.record == "study/alpha-2001"


def test_an_answer_does_without_the_statistics(shared_home: Path) -> None:
    """A question, and a build of which nothing changed, import neither SciPy nor statsmodels nor NumPy."""
    program = (
        "import sys, calcigraph\n"
        f"evidence = calcigraph.open(home={str(shared_home)!r})\n"
        "assert len(evidence.ask('pools')) > 40\n"
        "import calcigraph.synthesis\n"
        "print(sorted({'numpy', 'scipy', 'pandas', 'statsmodels'} & set(sys.modules)))"
    )
    calcigraph.open(home=shared_home)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr
