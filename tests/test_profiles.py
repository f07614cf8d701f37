"""Profiles: what is weighed on a treatment, how it is read in words, in which forms, and what wrong input answers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import calcigraph
from calcigraph.build.assemble import build
from calcigraph.errors import BuildFailed, UnknownName
from calcigraph.graph.dataset import PROVENANCE_GRAPH, triples_of
from calcigraph.names.vocabulary import BASE, RDF_TYPE, TERMS
from calcigraph.resources import resources
from calcigraph.store.endpoint import LocalEndpoint
from calcigraph.store.local import Home
from calcigraph.synthesis import NoPool, Pool, Reason, Switches, scope
from calcigraph.synthesis.profiles import Profile, profile
from calcigraph.synthesis.profiles.forms import to_json, to_markdown
from calcigraph.synthesis.profiles.rdf import PROFILES_GRAPH, to_turtle
from calcigraph.synthesis.profiles.reading import ADVICE, CAUTION
from calcigraph.synthesis.profiles.tally import tally
from calcigraph.validation.engines import validate_with_pyshacl, validate_with_pyshifty
from calcigraph.validation.shapes import load_shapes

if TYPE_CHECKING:
    from calcigraph import Evidence
    from calcigraph.synthesis import Counted

WORLD = Path(__file__).parent / "questions" / "profiles" / "given"


@pytest.fixture(scope="module")
def world(shared_home: Path) -> Evidence:
    """Return the evidence of the small world."""
    return calcigraph.open(seeds=WORLD, home=shared_home)


def finding(world: Evidence, name: str) -> Counted:
    """Return the finding of a study of the small world."""
    return next(one for one in world.counts if f"study/{name}" in one.finding)


def of_counts(world: Evidence, counts: list[Counted], treatment: str = "minocycline") -> Profile:
    """Return the profile that other counts would make."""
    return profile(counts, world.facts, world.names, scope(world.names, treatment))


def words(made: Profile) -> str:
    """Return the reading as one text."""
    return " ".join(made.reading)


# The figures.


def test_studies_and_patients_stand_by_design_and_by_level(world: Evidence) -> None:
    """Each group tells its studies and patients, and the best level comes first."""
    made = world.profile("minocycline")
    assert (made.total.studies, made.total.patients, made.total.at_least) == (2, 29, 29)
    assert {group.name: group.tally.patients for group in made.designs} == {
        "case series": 9,
        "retrospective cohort": 20,
    }
    assert [(group.name, group.tally.studies) for group in made.levels] == [("IV (modified Oxford CEBM)", 2)]
    assert made.best_level == made.levels[0].name


def test_the_response_is_that_of_the_pool(world: Evidence) -> None:
    """A profile shows the pool that `Evidence.pool` makes, or its reason."""
    made = world.profile("minocycline")
    assert made.any_response == world.pool("minocycline")
    assert isinstance(made.any_response, Pool)
    assert made.complete_response == world.pool("minocycline", response="complete")
    assert isinstance(made.complete_response, NoPool)


def test_harms_are_out_of_the_patients_of_the_studies_that_name_them(world: Evidence) -> None:
    """A study that says nothing of harms is no denominator."""
    found = world.profile("minocycline").harms
    assert [(one.name, one.studies, one.affected, one.out_of) for one in found.events] == [("infection", 1, 3, 20)]
    assert (found.told.studies, found.told.patients) == (1, 20)
    assert found.reporting == {"harms not read": 1, "harms reported": 1}


def test_claims_contradictions_and_trials_belong_to_what_they_name(world: Evidence) -> None:
    """They stand in the profile of their treatment, and not in that of another."""
    made = world.profile("minocycline")
    assert [(one.citation, one.verdict) for one in made.claims] == [("Omega O 2005", "borne out")]
    assert [(one.side_for, one.side_against) for one in made.contradictions] == [("Alpha A 2001", "Beta B 2002")]
    assert [one.registry_id for one in made.trials] == ["NCT00000001"]
    other = world.profile("verapamil")
    assert (other.claims, other.contradictions, other.trials) == ((), (), ())


def test_a_condition_and_a_route_narrow_a_profile(world: Evidence) -> None:
    """What is on another condition is not in it; what was not given by the route, as far as told, is set aside."""
    assert world.profile("minocycline", condition="juvenile dermatomyositis").total.studies == 0
    oral = world.profile("minocycline", route="oral")
    assert [one.citation for one in oral.findings] == ["Alpha A 2001"]
    assert [(one.citation, reason) for one, reason in oral.aside] == [("Beta B 2002", Reason.ROUTE)]


def test_switches_reach_the_pool(world: Evidence) -> None:
    """A report on one patient stands apart, until a switch takes it in."""
    usual = world.profile("calcium channel blocker")
    assert [one.counted.citation for one in usual.any_response.single_patients] == ["Gamma G 2003"]
    assert len(usual.any_response.studies) == 1
    assert (
        len(world.profile("calcium channel blocker", switches=Switches(single_patients=True)).any_response.studies) == 2
    )


def test_patients_count_once_between_two_bounds(world: Evidence) -> None:
    """The same work counts by its fuller record; where patients may be shared there is a lower and a higher number."""
    alpha, beta = finding(world, "alpha"), finding(world, "beta")
    twin = replace(beta, record="twin", finding="twin#m", same_patients="twin#m", work=alpha.work, group=alpha.group)
    assert (tally([alpha, twin]).studies, tally([alpha, twin]).patients) == (1, 20)
    shared = tally([alpha, replace(beta, group=alpha.group)])
    assert (shared.studies, shared.patients, shared.at_least) == (2, 29, 20)
    untold = tally([alpha, replace(beta, patients=None)])
    assert (untold.patients, untold.without_number) == (9, 1)
    assert tally([]).patients is None


def test_every_treatment_with_findings_has_a_profile(evidence: Evidence) -> None:
    """In real records: each has studies or says what was set aside, and counts every finding once or not at all."""
    made = {one.treatment.iri: one for one in evidence.profiles()}
    assert set(made) == {one.treatment.iri for one in evidence.counts}
    for one in made.values():
        within = [counted for counted in evidence.counts if one.treatment.iri in counted.classes]
        assert len(one.findings) + len(one.aside) == len(within)
        assert sum(group.tally.studies for group in one.designs) == one.total.studies
        assert sum(group.tally.studies for group in one.levels) == one.total.studies
        assert one.harms.told.studies <= one.total.studies
        assert sum(one.verdicts.values()) <= len(one.claims)


def test_gaps_are_those_of_the_nearest_class_on_the_map(evidence: Evidence) -> None:
    """The evidence map lists classes: a drug has the gaps of the nearest one above it."""
    assert {gap.treatment.label for gap in evidence.profile("diltiazem").gaps} == {"calcium channel blocker"}
    narrowed = evidence.profile("diltiazem", condition="juvenile dermatomyositis").gaps
    assert {gap.condition.label for gap in narrowed} <= {"juvenile dermatomyositis"}


# The reading.


def test_the_reading_says_no_number_that_is_not_a_figure(evidence: Evidence) -> None:
    """It is composed from the figures: each whole number in it is one of them, or a count of what it lists."""
    for one in evidence.profiles():
        figures = set(re.findall(r"\d+", to_json(one) + to_markdown(one).split("## Studies")[1]))
        said = set(re.findall(r"\d+", " ".join(one.reading[:-2])))
        counts = {
            str(number) for number in range(len(one.findings) + len(one.aside) + len(one.claims) + len(one.gaps) + 1)
        }
        assert said <= figures | counts | {"95"}, one.treatment.label


def test_the_reading_speaks_of_reported_response_and_gives_no_advice(evidence: Evidence) -> None:
    """The cautions stand once, at the end, and efficacy is spoken of nowhere else."""
    for one in evidence.profiles():
        assert one.reading[-2:] == (CAUTION, ADVICE)
        assert words(one).count("not medical advice") == 1
        assert "effic" not in " ".join(one.reading[:-2])


def test_the_reading_of_a_small_world(world: Evidence) -> None:
    """Sentence by sentence, as worked out by hand."""
    assert world.profile("diltiazem").reading[:-2] == (
        "1 study with 1 patient reports on diltiazem: case report (1).",
        "The best level that a design earns is V (modified Oxford CEBM), in 1 study.",
        "There is no pool of responses: the one finding cannot be pooled.",
        "1 report on one patient stands apart; a response is reported in 1 of 1.",
        "1 of 1 study (1 patient) speaks of harms and names none.",
        "No review or guideline in the graph makes a claim on it.",
    )


# Wrong input.


def test_no_findings_are_told(world: Evidence) -> None:
    """Where there is nothing, the profile says so, and has no level, pool or patients."""
    made = world.profile("rituximab")
    assert made.reading[0] == "No study in the graph reports what rituximab did to existing calcinosis."
    assert (made.total.studies, made.total.patients, made.best_level) == (0, None, None)
    assert isinstance(made.any_response, NoPool)


def test_an_unknown_name_is_answered_with_the_nearest(world: Evidence) -> None:
    """As everywhere."""
    with pytest.raises(UnknownName, match="minocycline"):
        world.profile("minocyclin e")


def test_a_class_with_one_member_names_it(world: Evidence) -> None:
    """All studies of a class are on one drug: the reading says on which."""
    assert "All is on what is below it: minocycline." in world.profile("tetracycline antibiotic").reading


def test_one_study_is_no_pool(world: Evidence) -> None:
    """Its counts are told, zero as zero."""
    assert "0 of 4 patients responded (Delta D 2004)" in words(world.profile("verapamil"))


@pytest.mark.parametrize(("share", "who"), [(0, "Nobody"), (1, "Everybody")])
def test_nobody_and_everybody(share: int, who: str, world: Evidence) -> None:
    """The reading says on what such a pool rests."""
    counts = [replace(one, responders=share * (one.patients or 0)) for one in world.counts]
    assert f"{who} responded, so that the pool rests on the half patient" in words(of_counts(world, counts))


def test_counts_that_contradict_each_other_are_left_out_and_told(world: Evidence) -> None:
    """More responders than patients is no proportion."""
    counts = [replace(one, responders=99) if "beta" in one.finding else one for one in world.counts]
    made = of_counts(world, counts)
    assert isinstance(made.any_response, NoPool)
    assert "1 finding with counts that contradict each other left out." in made.reading


# The forms.


def ran(*arguments: str, home: Path, width: int = 80) -> subprocess.CompletedProcess[str]:
    """Run the command line in a terminal of some width on the small world."""
    import os

    command = [sys.executable, "-m", "calcigraph", "profile", *arguments, "--seeds", str(WORLD), "--home", str(home)]
    env = os.environ | {"COLUMNS": str(width)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def test_the_sheet_fits_eighty_columns(world: Evidence, shared_home: Path) -> None:
    """No line is wider, and every section has its heading."""
    assert world.counts
    done = ran("minocycline", "--condition", "SSc", home=shared_home)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    for heading in ("Reading", "Studies", "Any response", "Complete response", "Harms", "Contradictions", "Gaps"):
        assert f"\n{heading}\n" in done.stdout


def test_wrong_use_ends_with_two_and_no_traceback(world: Evidence, shared_home: Path) -> None:
    """An unknown treatment is a user's mistake."""
    assert world.counts
    done = ran("minocyclin e", home=shared_home)
    assert (done.returncode, done.stdout) == (2, "")
    assert "minocycline" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_forms_tell_the_same(world: Evidence) -> None:
    """JSON, Markdown and Turtle hold the reading and the figures."""
    made = world.profile("minocycline")
    read = json.loads(to_json(made))
    assert read["reading"] == list(made.reading)
    assert read["any_response"]["summary"]["events"] == 15
    assert [study["responders"] for study in read["any_response"]["studies"]] == [8, 7]
    assert "| Alpha A 2001 | case series | 8 of 9 |" in to_markdown(made)
    node = ox.NamedNode(BASE + "profile/Minocycline")
    said = {
        triple.predicate.value: triple.object.value for triple in ox.parse(to_turtle(made), format=ox.RdfFormat.TURTLE)
    }
    assert said[TERMS + "profileReading"] == words(made)
    assert {triple.subject for triple in ox.parse(to_turtle(made), format=ox.RdfFormat.TURTLE)} == {node}


def test_another_scope_and_other_switches_have_another_address(world: Evidence) -> None:
    """Only the profile that is in the graph has the plain address of its treatment."""
    narrowed = world.profile("minocycline", condition="SSc", switches=Switches(single_patients=True))
    assert f"<{BASE}profile/Minocycline/SystemicSclerosis/single-patients-on>" in to_turtle(narrowed)


# In the graph.


def quads(evidence: Evidence) -> list[ox.Quad]:
    """Return what the graph of the profiles holds."""
    assert isinstance(evidence.endpoint, LocalEndpoint)
    return list(evidence.endpoint.store.quads_for_pattern(None, None, None, ox.NamedNode(PROFILES_GRAPH)))


def test_the_graph_holds_every_profile_with_what_it_rests_on(evidence: Evidence) -> None:
    """Its figures and its reading are those made in Python, and it leads to things that the graph describes."""
    assert isinstance(evidence.endpoint, LocalEndpoint)
    store = evidence.endpoint.store
    kinds = store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), ox.NamedNode(TERMS + "EvidenceProfile"))
    assert {str(quad.graph_name) for quad in kinds} == {f"<{PROFILES_GRAPH}>"}
    said = {str(quad.triple) for quad in quads(evidence)}
    made = {str(t) for one in evidence.profiles() for t in ox.parse(to_turtle(one), format=ox.RdfFormat.TURTLE)}
    assert said == made
    sources = {quad.object for quad in quads(evidence) if quad.predicate.value.endswith("wasDerivedFrom")}
    assert sources
    assert [node for node in sources if not any(store.quads_for_pattern(node, None, None))] == []  # type: ignore[arg-type]


def test_the_graph_of_profiles_says_what_made_it(world: Evidence) -> None:
    """It leads to its rule and to the work."""
    assert isinstance(world.endpoint, LocalEndpoint)
    described = world.endpoint.store.quads_for_pattern(
        ox.NamedNode(PROFILES_GRAPH), None, None, ox.NamedNode(PROVENANCE_GRAPH)
    )
    assert {quad.object.value for quad in described} >= {BASE + "rule/profiles", BASE + "synthesis/profiles"}  # type: ignore[union-attr]


def test_what_is_written_is_sound_by_both_engines(world: Evidence) -> None:
    """The profiles of the small world conform, by pyshifty and by pySHACL."""
    data = triples_of(quads(world))
    shapes = load_shapes(world.product.shape_files()).local
    assert validate_with_pyshifty(data, shapes) == validate_with_pyshacl(data, shapes) == []


def test_a_fault_in_a_profile_stops_the_build(tmp_path: Path) -> None:
    """Profiles that break a shape never come into use: the build fails and names one."""
    product = resources(seeds=WORLD)
    shapes = Path(shutil.copytree(product.shapes, tmp_path / "shapes"))
    with (shapes / "profile.ttl").open("a", encoding="utf-8") as file:
        file.write(
            'cg:EvidenceProfileShape sh:property [ sh:path cg:profileGaps ; sh:maxCount 0 ; sh:message "Not this." ] .'
        )
    with pytest.raises(BuildFailed, match=r"profile/\w+: Not this\."):
        build(product._replace(shapes=shapes), Home(tmp_path / "home"))
