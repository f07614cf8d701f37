"""Rules: what each derives, marked by a named graph that leads to the rule."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from calcigraph.build.assemble import build
from calcigraph.graph.dataset import INFERRED, PROVENANCE_GRAPH
from calcigraph.names.vocabulary import TERMS
from calcigraph.reasoning.rules import Rule, infer, load_rules
from calcigraph.resources import resources
from calcigraph.store.local import Home

if TYPE_CHECKING:
    from calcigraph import Evidence

TINY = Path(__file__).parent / "worlds" / "tiny"
SHARED = Path(__file__).parent / "questions" / "treatments" / "given"
BASE = "https://w3id.org/calcigraph/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
GROUPED = ("study/alpha-2001", "study/eta-2007", "study/theta-2008", "study/kappa-2010")
SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """Return the tiny world, built here: the same records of another folder would name that one's files."""
    return build(resources(seeds=TINY), Home(tmp_path_factory.mktemp("home"))).open()


@pytest.fixture(scope="module")
def shared(shared_home: Path) -> ox.Store:
    """Return a world in which records share patients, built."""
    return build(resources(seeds=SHARED), Home(shared_home)).open()


def derived(store: ox.Store, rule: str, subject: str, predicate: str) -> set[str]:
    """Return what one rule derived for a subject."""
    graph = ox.NamedNode(INFERRED + rule)
    node = ox.NamedNode(BASE + subject if not subject.startswith("http") else subject)
    found = store.quads_for_pattern(node, ox.NamedNode(predicate), None, graph)
    return {quad.object.value for quad in found if not isinstance(quad.object, ox.Triple)}


def test_a_series_earns_level_iv(store: ox.Store) -> None:
    """A case series earns IV in the modified Oxford scale, 4 in the two others, and starts at very low in GRADE."""
    levels = derived(store, "level-by-design", "study/alpha-2001#minocycline", TERMS + "derivedLevel")
    assert levels == {TERMS + name for name in ("OxfordModified-IV", "Ocebm2009-4", "Ocebm2011-4", "Grade-Verylow")}


def test_a_report_earns_less_than_a_series(store: ox.Store) -> None:
    """A case report earns the last level of each scale."""
    levels = derived(store, "level-by-design", "study/beta-2002#rituximab", TERMS + "derivedLevel")
    assert levels == {TERMS + name for name in ("OxfordModified-V", "Ocebm2009-5", "Ocebm2011-5", "Grade-Verylow")}


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


def reason(store: ox.Store, rule: str, part: str) -> tuple[set[str], set[str]]:
    """Return what a rule says of why it derived something of a part, and the addresses that it derived it from."""
    graph = ox.NamedNode(INFERRED + rule)
    about = [
        quad.subject
        for quad in store.quads_for_pattern(None, ox.NamedNode(RDF + "subject"), ox.NamedNode(BASE + part), graph)
    ]
    found: dict[str, set[str]] = {"because": set(), "wasDerivedFrom": set()}
    for node in about:
        for quad in store.quads_for_pattern(node, None, None, graph):
            name = quad.predicate.value.rpartition("#")[2]
            if name in found and not isinstance(quad.object, ox.Triple):
                found[name].add(quad.object.value.removeprefix(BASE))
    return found["because"], found["wasDerivedFrom"]


def test_a_derived_level_says_why(store: ox.Store) -> None:
    """The level of a finding leads to its study and to the line of the table that names the design."""
    because, inputs = reason(store, "level-by-design", "study/alpha-2001#minocycline")
    assert any(text.startswith("The study is a case series, which earns IV (modified Oxford CEBM)") for text in because)
    assert {"study/alpha-2001", "level-rule/CaseSeries/OxfordModified-IV"} <= inputs


def test_responders_say_why(store: ox.Store) -> None:
    """The sum of those who got better names its terms."""
    because, inputs = reason(store, "responders", "study/alpha-2001#minocycline")
    assert because == {"8 of 9 patients: 8 improved as the finding counts them."}
    assert inputs == {"study/alpha-2001#minocycline"}


@pytest.mark.parametrize(
    ("part", "direction"),
    [
        ("study/alpha-2001#rituximab", {"NoEffect"}),
        ("study/beta-2002#rituximab", {"Benefit"}),
        ("study/epsilon-2005#infliximab", {"Benefit"}),
        ("study/theta-2008#etanercept", {"MixedEffect"}),
        ("study/delta-2004#both", set()),
        ("study/delta-2004#sclerosis", set()),
        ("study/gamma-2003#minocycline", set()),
    ],
)
def test_a_direction_is_derived_where_the_counts_settle_it(shared: ox.Store, part: str, direction: set[str]) -> None:
    """More than half decide; exactly half is mixed; where those not told of could tip it, nothing is derived."""
    found = derived(shared, "direction-from-counts", part, TERMS + "derivedDirection")
    assert found == {TERMS + name for name in direction}


def test_records_of_the_same_patients_have_one_group(shared: ox.Store) -> None:
    """Records of the same work form a group; records that share patients a wider one; others have none."""
    work = {record: derived(shared, "work-group", record, TERMS + "workGroup") for record in GROUPED}
    patients = {record: derived(shared, "patient-group", record, TERMS + "patientGroup") for record in GROUPED}
    assert work["study/eta-2007"] == work["study/theta-2008"] == {BASE + "study/eta-2007"}
    assert work["study/alpha-2001"] == work["study/kappa-2010"] == set()
    assert patients["study/alpha-2001"] == patients["study/theta-2008"] == {BASE + "study/alpha-2001"}
    assert patients["study/kappa-2010"] == set()


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("study/alpha-2001#minocycline", ("88.9", "56.5", "98")),
    ],
)
def test_a_proportion_has_the_score_interval(store: ox.Store, part: str, expected: tuple[str, ...]) -> None:
    """8 of 9 are 88.9 %, with limits of 56.5 and 98.0 % by Wilson's method, as statistics packages give them."""
    names = ("proportion", "proportionLow", "proportionHigh")
    assert tuple(*zip(*(derived(store, "proportion", part, TERMS + name) for name in names), strict=True)) == expected


def test_proportions_are_those_of_the_closed_formula(shared: ox.Store) -> None:
    """Every interval is the one that the formula with a real square root gives, to a tenth of a percent."""
    graph = ox.NamedNode(INFERRED + "proportion")
    parts = {quad.subject for quad in shared.quads_for_pattern(None, ox.NamedNode(TERMS + "proportion"), None, graph)}
    assert len(parts) > 5

    def number(part: ox.NamedNode | ox.BlankNode | ox.Triple, name: str) -> float:
        (quad,) = shared.quads_for_pattern(part, ox.NamedNode(TERMS + name), None, None)
        assert isinstance(quad.object, ox.Literal)
        return float(quad.object.value)

    for part in parts:
        x, n, z = number(part, "responders"), number(part, "patients"), 1.959964
        centre = (x + z * z / 2) / (n + z * z)
        half = z / (n + z * z) * math.sqrt(x * (n - x) / n + z * z / 4)
        assert number(part, "proportionLow") == pytest.approx(100 * max(0, centre - half), abs=0.051)
        assert number(part, "proportionHigh") == pytest.approx(100 * min(1, centre + half), abs=0.051)


def test_a_part_without_a_reading_of_its_own_was_read_in_all(store: ox.Store) -> None:
    """A finding that names no reading has those of its record."""
    found = derived(store, "read-in", "study/alpha-2001#minocycline", TERMS + "readIn")
    assert found == {BASE + "study/alpha-2001#abstract"}


def test_a_chain_leads_from_a_study_to_what_it_studies(store: ox.Store) -> None:
    """What the ontology says of two properties in a row is derived for records."""
    assert derived(store, "chains", "study/alpha-2001", TERMS + "studiesTreatment") == {TERMS + "Minocycline"}


def test_a_record_has_the_addresses_of_its_source(evidence: Evidence) -> None:
    """An identifier becomes the address at which its resolver shows the source."""
    source = evidence.why("review/traineau-2020").source
    assert source is not None
    assert "https://pubmed.ncbi.nlm.nih.gov/31302187/" in source.pages


def test_a_treatment_has_its_nearest_classes(store: ox.Store) -> None:
    """The nearest classes of a drug are shown, not those above them."""
    assert derived(store, "treatment-class", TERMS + "Infliximab", TERMS + "treatmentClass") == {TERMS + "TNFInhibitor"}
    assert derived(store, "treatment-class", TERMS + "Minocycline", TERMS + "treatmentClass") == {
        TERMS + "Tetracycline"
    }


def test_a_condition_has_all_its_parents(store: ox.Store) -> None:
    """Everything of ours above a condition is derived, itself included, and what that is aligned to."""
    above = derived(store, "ancestors", TERMS + "JuvenileDermatomyositis", SUBCLASS.value)
    asserted = {TERMS + "Dermatomyositis"}
    expected = {"JuvenileDermatomyositis", "IdiopathicInflammatoryMyopathy", "ConnectiveTissueDisease", "Condition"}
    expected |= {"JuvenileOnsetCondition"}
    ours = {term for term in above if term.startswith(TERMS)}
    assert ours | asserted == {TERMS + name for name in expected} | asserted
    assert "http://purl.obolibrary.org/obo/OGMS_0000031" in above - ours


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


@pytest.mark.parametrize(
    ("where", "again"),
    [
        ("?a <http://example.org/p> ?b", True),
        ("?a ex:p ?b", True),
        ("?a ex:pq ?b . ?p ex:q ?b", False),
        ('\n# of ex:p\n BIND("ex:p" AS ?b)', False),
        ("?a a ?b", True),
        ("?a rdf:type ex:Kind", True),
        ("?a a ex:Other", False),
        ('?a ex:q ?b . BIND("a ex:Kind" AS ?c)', False),
        ("?a ex:q ?b . BIND(ex:Kind AS ?c)", False),
        ("?a ex:q ?b . FILTER(?b != ex:Kind)", False),
        ("?a a ?b . FILTER(?b = ex:Kind)", True),
    ],
)
def test_a_rule_that_cannot_match_what_it_derived_is_not_run_again(where: str, *, again: bool) -> None:
    """It may match what has a property or a type that it names; a text, a comment or a longer name is none."""
    one, graph = ox.NamedNode("http://example.org/one"), ox.NamedNode("http://example.org/graph")
    derived = [
        ox.Quad(one, ox.NamedNode("http://example.org/p"), one, graph),
        ox.Quad(one, ox.NamedNode(RDF + "type"), ox.NamedNode("http://example.org/Kind"), graph),
    ]
    assert Rule("rule", "a rule", f"CONSTRUCT {{ ?a ex:p ?b }} WHERE {{ {where} }}").reads(derived) == again


def test_what_another_graph_holds_is_not_new() -> None:
    """A triple that some graph has is not derived again, whether or not its property was used before."""
    store = ox.Store()
    one, two, other = (ox.NamedNode(f"http://example.org/{name}") for name in ("one", "two", "other"))
    store.add(ox.Quad(one, SUBCLASS, two, other))
    rule = Rule("rule", "a rule", f"CONSTRUCT {{ ?a {SUBCLASS} ?b . ?b {other} ?a }} WHERE {{ ?a {SUBCLASS} ?b }}")
    assert infer(store, [rule]) == 1
    assert len(list(store.quads_for_pattern(two, other, one, ox.NamedNode(INFERRED + "rule")))) == 1


def test_a_rule_without_a_header_is_refused(tmp_path: Path) -> None:
    """A rule file that does not say its name and what it derives is an error that says so."""
    (tmp_path / "rule.rq").write_text("CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c }", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rule\.rq: a rule starts with"):
        load_rules([tmp_path / "rule.rq"])


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("[Title not in the part read: rituximab for a boy in one centre]", "[rituximab for a boy in one centre] 2002"),
        (
            "[Title not in the part read: rituximab and then colchicine for a boy in one centre]",
            "[rituximab and then colchicine for a boy in o…] 2002",
        ),
        (
            "Rituximab and then colchicine for a boy in one centre",
            "Rituximab and then colchicine for a boy in on… 2002",
        ),
    ],
)
def test_a_record_without_author_is_called_by_its_title(tmp_path: Path, title: str, label: str) -> None:
    """A long title is cut; one that a curator made is in brackets, without saying so again."""
    text = (TINY / "studies" / "beta-2002.yaml").read_text(encoding="utf-8")
    changed = text.replace("title: A report for the tests", f"title: '{title}'").replace("first_author: Beta B\n", "")
    assert changed.count(title) == 1
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "beta-2002.yaml").write_text(changed, encoding="utf-8")
    made = build(resources(seeds=seeds), Home(tmp_path / "home")).open()
    assert derived(made, "citation", "study/beta-2002", "http://www.w3.org/2000/01/rdf-schema#label") == {label}
