"""The upper alignment: each axiom leads to a declared and labelled class of others, and HermiT finds a wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from calcigraph.errors import EngineFailed, UnknownName
from calcigraph.names.mappings import expand, read_mappings
from calcigraph.names.vocabulary import TERMS, load_vocabulary
from calcigraph.ontology import generated
from calcigraph.resources import Resources, resources

if TYPE_CHECKING:
    from pathlib import Path

PRODUCT = resources()
FILE = PRODUCT.ontology / "alignment.ttl"
NAMES = load_vocabulary(PRODUCT.ontology_files(), PRODUCT.mappings)
OBO = "http://purl.obolibrary.org/obo/"
PICO = "http://data.cochrane.org/ontologies/pico/"
PROV = "http://www.w3.org/ns/prov#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
AXIOMS = (RDFS + "subClassOf", RDFS + "subPropertyOf", OWL + "equivalentClass")
KINDS = {OWL + "Class", OWL + "ObjectProperty"}


def triples(path: Path) -> list[tuple[str, str, str]]:
    """Return what a Turtle file says, as IRIs and texts."""
    return [
        (getattr(t.subject, "value", ""), t.predicate.value, getattr(t.object, "value", ""))
        for t in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    ]


SAID = triples(FILE)
ALIGNED = [(ours, axiom, theirs) for ours, axiom, theirs in SAID if axiom in AXIOMS and ours.startswith(TERMS)]


def test_each_axiom_leads_to_a_declared_and_labelled_term_of_others(graph: ox.Store) -> None:
    """What our terms are aligned to has a type, one English label, and says who defines it."""
    assert ALIGNED
    for ours, _, theirs in ALIGNED:
        assert not theirs.startswith(TERMS), ours
        term = ox.NamedNode(theirs)
        assert {q.object.value for q in graph.quads_for_pattern(term, ox.NamedNode(TYPE), None)} & KINDS, theirs  # type: ignore[union-attr]
        labels = [q.object for q in graph.quads_for_pattern(term, ox.NamedNode(RDFS + "label"), None)]
        assert len(labels) == 1, theirs
        assert getattr(labels[0], "language", None) == "en"
    defined = {term for term, property_, _ in SAID if property_ == RDFS + "isDefinedBy"}
    declared = {term for term, property_, kind in SAID if property_ == TYPE and kind in KINDS}
    assert declared == defined
    assert not any(term.startswith(TERMS) for term in declared)


def test_only_our_own_terms_are_defined_here() -> None:
    """The file takes over no definition of others: of their terms it says label, place, kind and origin alone."""
    allowed = {TYPE, *AXIOMS, OWL + "disjointWith", *(RDFS + n for n in ("label", "isDefinedBy", "domain", "range"))}
    used = {property_ for term, property_, _ in SAID if term.startswith("http") and not term.startswith(TERMS)}
    assert used <= allowed | {RDFS + "comment"}


@pytest.mark.parametrize(
    ("term", "upper"),
    [
        ("Finding", OBO + "SEPIO_0000173"),
        ("Claim", OBO + "SEPIO_0000001"),
        ("Claim", OBO + "IAO_0000030"),
        ("Study", OBO + "BFO_0000031"),
        ("Study", PROV + "Entity"),
        ("Curation", PROV + "Activity"),
        ("Reading", OBO + "BFO_0000015"),
        ("Rituximab", OBO + "MAXO_0000001"),
        ("SurgicalExcision", OBO + "MAXO_0000002"),
        ("Rituximab", PICO + "Intervention"),
        ("LesionSize", PICO + "Outcome"),
        ("JuvenileDermatomyositis", OBO + "OGMS_0000031"),
        ("JuvenileDermatomyositis", OBO + "BFO_0000016"),
        ("RandomizedControlledTrial", OBO + "OBI_0500000"),
        ("CD20", OBO + "BFO_0000040"),
    ],
)
def test_our_terms_are_below_the_upper_level(term: str, upper: str, graph: ox.Store) -> None:
    """Asserted and derived subclasses lead from our term to the upper one."""
    ask = f"ASK {{ <{TERMS}{term}> <{RDFS}subClassOf>+ <{upper}> }}"
    assert bool(graph.query(ask))


def test_an_axiom_has_a_mapping_that_agrees() -> None:
    """Where a mapping stands beside an axiom, it says exact or broader, as what is below a class is."""
    prefixes, rows = read_mappings(PRODUCT.mappings)
    said = {
        (expand(row["subject_id"], prefixes), expand(row["object_id"], prefixes)): row["predicate_id"] for row in rows
    }
    both = [said[ours, theirs] for ours, _, theirs in ALIGNED if (ours, theirs) in said]
    assert both
    assert set(both) <= {"skos:exactMatch", "skos:broadMatch"}


@pytest.mark.parametrize("root", ["Condition", "Phenotype", "AdverseEvent", "StudyDesign", "InformationPart"])
def test_what_is_not_aligned_says_why(root: str) -> None:
    """A root without an exact class above it has a comment in its place."""
    assert TERMS + root not in {ours for ours, _, _ in ALIGNED}
    assert (TERMS + root, RDFS + "comment") in {(term, property_) for term, property_, _ in SAID}


@pytest.mark.parametrize(
    "wrong",
    [
        "cg:ConnectiveTissueDisease rdfs:subClassOf obo:COB_0000082 .",
        "cg:InformationPart rdfs:subClassOf obo:IAO_0000030 .",
        "cg:Curation rdfs:subClassOf prov:Entity .",
        "cg:DrugTarget rdfs:subClassOf obo:IAO_0000030 .",
        "cg:Finding rdfs:subClassOf obo:BFO_0000016 .",
        "cg:DrugTreatment rdfs:subClassOf obo:BFO_0000040 .",
        "cg:StudyDesign rdfs:subClassOf obo:COB_0000082 .",
    ],
)
def test_a_wrong_alignment_is_found(copied: Resources, wrong: str) -> None:
    """A process that is a disposition, work that is information, matter that is a text: HermiT names the class."""
    with (copied.ontology / "alignment.ttl").open("a", encoding="utf-8") as file:
        file.write(f"\n{wrong}\n")
    with pytest.raises(EngineFailed, match=r"inconsistent|nothing can belong to"):
        generated(copied)


def test_terms_of_others_are_never_answers() -> None:
    """No name leads to a term of the alignment, and it has no place in the vocabulary."""
    assert all(term.startswith(TERMS) for term in NAMES.labels)
    assert all(term.startswith(TERMS) for terms in NAMES.names.values() for term in terms)
    assert all(term.startswith(TERMS) for members in NAMES.members.values() for term in members)
    for name in ("information content entity", OBO + "BFO_0000016", "therapeutic procedure"):
        for root in NAMES.members:
            try:
                found = NAMES.find(name, root=root)
            except UnknownName:
                continue
            assert found.startswith(TERMS)
