"""Rules: what each derives, marked by a named graph that leads to the rule."""

from __future__ import annotations

import itertools
from pathlib import Path

import pyoxigraph as ox
import pytest

from calcigraph.build.assemble import build
from calcigraph.graph.dataset import INFERRED, PROVENANCE_GRAPH
from calcigraph.names.vocabulary import TERMS
from calcigraph.reasoning.rules import Rule, infer, load_rules
from calcigraph.resources import resources
from calcigraph.store.local import Home

TINY = Path(__file__).parent / "worlds" / "tiny"
BASE = "https://w3id.org/calcigraph/"
SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """Return the tiny world, built."""
    return build(resources(seeds=TINY), Home(tmp_path_factory.mktemp("home"))).open()


def derived(store: ox.Store, rule: str, subject: str, predicate: str) -> set[str]:
    """Return what one rule derived for a subject."""
    graph = ox.NamedNode(INFERRED + rule)
    node = ox.NamedNode(BASE + subject if not subject.startswith("http") else subject)
    found = store.quads_for_pattern(node, ox.NamedNode(predicate), None, graph)
    return {quad.object.value for quad in found if not isinstance(quad.object, ox.Triple)}


def test_a_series_earns_level_iv(store: ox.Store) -> None:
    """A case series earns IV in the modified Oxford scale and 4 in the two others."""
    levels = derived(store, "level-by-design", "study/alpha-2001#minocycline", TERMS + "derivedLevel")
    assert levels == {TERMS + "OxfordModified-IV", TERMS + "Ocebm2009-4", TERMS + "Ocebm2011-4"}


def test_a_report_earns_less_than_a_series(store: ox.Store) -> None:
    """A case report earns the last level of each scale."""
    levels = derived(store, "level-by-design", "study/beta-2002#rituximab", TERMS + "derivedLevel")
    assert levels == {TERMS + "OxfordModified-V", TERMS + "Ocebm2009-5", TERMS + "Ocebm2011-5"}


def test_a_stated_level_is_not_derived(store: ox.Store) -> None:
    """The level that a review states stands in the review's own graph, and no rule adds one."""
    claim = ox.NamedNode(BASE + "review/gamma-2003#warfarin")
    stated = list(store.quads_for_pattern(claim, ox.NamedNode(TERMS + "statedLevel"), None, None))
    assert [str(quad.graph_name) for quad in stated] == [f"<{BASE}graph/review/gamma-2003>"]
    assert not list(store.quads_for_pattern(claim, ox.NamedNode(TERMS + "derivedLevel"), None, None))


def test_responders_are_those_who_got_better(store: ox.Store) -> None:
    """Responders are counted where a finding says how many got better, and nowhere else."""
    assert derived(store, "responders", "study/alpha-2001#minocycline", TERMS + "responders") == {"8"}
    assert derived(store, "responders", "study/beta-2002#rituximab", TERMS + "responders") == set()


def test_a_treatment_has_its_nearest_classes(store: ox.Store) -> None:
    """The nearest classes of a drug are shown, not those above them."""
    assert derived(store, "treatment-class", TERMS + "Infliximab", TERMS + "treatmentClass") == {TERMS + "TNFInhibitor"}
    assert derived(store, "treatment-class", TERMS + "Minocycline", TERMS + "treatmentClass") == {
        TERMS + "Tetracycline"
    }


def test_a_condition_has_all_its_parents(store: ox.Store) -> None:
    """Everything above a condition is derived, itself included."""
    above = derived(store, "ancestors", TERMS + "JuvenileDermatomyositis", SUBCLASS.value)
    asserted = {TERMS + "Dermatomyositis"}
    expected = {"JuvenileDermatomyositis", "IdiopathicInflammatoryMyopathy", "ConnectiveTissueDisease", "Condition"}
    expected |= {"JuvenileOnsetCondition"}
    assert above | asserted == {TERMS + name for name in expected} | asserted


def test_each_record_has_a_citation(store: ox.Store) -> None:
    """A record is called by author and year, a trial by its number, and says what was read."""
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    assert derived(store, "citation", "study/alpha-2001", label) == {"Alpha A 2001"}
    assert derived(store, "citation", "trial/NCT00000001", label) == {"NCT00000001"}
    assert derived(store, "citation", "trial/NCT00000001", TERMS + "readAs") == {"registry entry"}


def test_each_part_has_the_type_of_its_property(store: ox.Store) -> None:
    """Findings, harms, claims, readings and curations are typed."""
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    for part, name in (
        ("study/alpha-2001#minocycline", "Finding"),
        ("study/alpha-2001#minocycline-darkening", "Harm"),
        ("review/gamma-2003#warfarin", "Claim"),
        ("study/alpha-2001#abstract", "Reading"),
        ("study/alpha-2001#curation", "Curation"),
    ):
        assert derived(store, "types", part, kind) == {TERMS + name}


def test_what_is_derived_leads_to_its_rule(store: ox.Store) -> None:
    """Each graph of derived statements is described: by which rule, and what the rule derives."""
    provenance = ox.NamedNode(PROVENANCE_GRAPH)
    for rule in load_rules(resources().rule_files()):
        graph = ox.NamedNode(rule.graph)
        assert next(store.quads_for_pattern(None, None, None, graph), None) is not None, rule.name
        by = list(store.quads_for_pattern(graph, ox.NamedNode(TERMS + "derivedBy"), None, provenance))
        assert [quad.object for quad in by] == [ox.NamedNode(rule.iri)]
        about = ox.NamedNode("http://purl.org/dc/terms/description")
        texts = list(store.quads_for_pattern(ox.NamedNode(rule.iri), about, None, provenance))
        assert [quad.object for quad in texts] == [ox.Literal(rule.derives)]


def test_each_record_has_a_graph_with_its_provenance(store: ox.Store) -> None:
    """A record's facts stand in a graph of its own, which says what it is about, from which file, and by whose work."""
    graph = ox.NamedNode(BASE + "graph/study/alpha-2001")
    described = {
        quad.predicate.value: quad.object
        for quad in store.quads_for_pattern(graph, None, None, ox.NamedNode(PROVENANCE_GRAPH))
    }
    assert described["http://xmlns.com/foaf/0.1/primaryTopic"] == ox.NamedNode(BASE + "study/alpha-2001")
    assert described["http://purl.org/dc/terms/source"] == ox.Literal("tiny/studies/alpha-2001.yaml")
    assert described["http://www.w3.org/ns/prov#wasGeneratedBy"] == ox.NamedNode(BASE + "study/alpha-2001#curation")


def test_a_rule_runs_until_nothing_new_comes() -> None:
    """A rule whose result feeds it is run again, and its count is that of what was new."""
    store = ox.Store()
    nodes = [ox.NamedNode(f"http://example.org/{n}") for n in range(5)]
    store.extend(ox.Quad(a, SUBCLASS, b) for a, b in itertools.pairwise(nodes))
    step = f"CONSTRUCT {{ ?a {SUBCLASS} ?c }} WHERE {{ ?a {SUBCLASS} ?b . ?b {SUBCLASS} ?c }}"
    assert infer(store, [Rule("step", "one more step", step)]) == 6
    assert len(list(store.quads_for_pattern(None, SUBCLASS, None, ox.NamedNode(INFERRED + "step")))) == 6


def test_a_rule_without_a_header_is_refused(tmp_path: Path) -> None:
    """A rule file that does not say its name and what it derives is an error that says so."""
    (tmp_path / "rule.rq").write_text("CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c }", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rule\.rq: a rule starts with"):
        load_rules([tmp_path / "rule.rq"])
