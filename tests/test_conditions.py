"""Conditions and phenotypes: what follows from their definitions, and where those and the classifications come from."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest

from calcigraph.names.vocabulary import TERMS, load_vocabulary
from calcigraph.reasoning.classify import classify
from calcigraph.resources import resources

PRODUCT = resources()
FILES = ("conditions.ttl", "phenotypes.ttl")
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
DEFINITION_SOURCE = ox.NamedNode("http://purl.obolibrary.org/obo/IAO_0000119")
SOURCE = ox.NamedNode("http://purl.org/dc/terms/source")
IN_SCHEME = ox.NamedNode("http://www.w3.org/2004/02/skos/core#inScheme")
CLASSIFICATION = ox.NamedNode(TERMS + "Classification")
PROJECT = "https://w3id.org/calcigraph/"
CONCEPTS = (TERMS + "Condition", TERMS + "Phenotype")


@pytest.fixture(scope="module")
def members() -> dict[str, list[str]]:
    """Return what is below each class, by the hierarchy that HermiT wrote."""
    return load_vocabulary(PRODUCT.ontology_files()).members


@pytest.fixture(scope="module")
def graph() -> ox.Store:
    """Return conditions and phenotypes in a store."""
    store = ox.Store()
    for name in FILES:
        store.load(path=str(PRODUCT.ontology / name), format=ox.RdfFormat.TURTLE)
    return store


def own_terms(graph: ox.Store) -> set[ox.NamedNode]:
    """Return the terms that the two files declare."""
    return {
        quad.subject
        for quad in graph.quads_for_pattern(None, RDF_TYPE, None)
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(TERMS)
    }


def addresses(graph: ox.Store, term: ox.NamedNode, predicate: ox.NamedNode) -> list[str]:
    """Return the addresses that a term is linked to."""
    values = [quad.object for quad in graph.quads_for_pattern(term, predicate, None)]
    assert all(isinstance(value, ox.NamedNode) for value in values), (term, predicate)
    return [value.value for value in values if isinstance(value, ox.NamedNode)]


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        ("JuvenileDermatomyositis", "JuvenileOnsetCondition"),
        ("JuvenileDermatomyositis", "JuvenileIdiopathicInflammatoryMyopathy"),
        ("JuvenileAmyopathicDermatomyositis", "JuvenileDermatomyositis"),
        ("JuvenileAmyopathicDermatomyositis", "JuvenileOnsetCondition"),
        ("JuvenilePolymyositis", "JuvenileIdiopathicInflammatoryMyopathy"),
        ("JuvenileSystemicSclerosis", "JuvenileOnsetCondition"),
        ("JuvenileLocalizedScleroderma", "JuvenileOnsetCondition"),
        ("JuvenileMyositisSScOverlap", "JuvenileOnsetCondition"),
        ("ChildhoodOnsetSystemicLupusErythematosus", "JuvenileOnsetCondition"),
        ("ChildhoodOnsetSystemicLupusErythematosus", "ConnectiveTissueDisease"),
        ("AdultDermatomyositis", "AdultOnsetCondition"),
        ("AdultDermatomyositis", "AdultIdiopathicInflammatoryMyopathy"),
        ("AdultSystemicSclerosis", "AdultOnsetCondition"),
        ("AntiNXP2Positive", "MyositisSpecificAntibodyPositive"),
        ("AntiSAEPositive", "MyositisSpecificAntibodyPositive"),
        ("AntiJo1Positive", "AntisynthetasePositive"),
        ("AntiJo1Positive", "MyositisSpecificAntibodyPositive"),
        ("AntiRo52Positive", "MyositisAssociatedAntibodyPositive"),
        ("AntiRo52Positive", "AntiRoSSAPositive"),
        ("AntiKuPositive", "MyositisAssociatedAntibodyPositive"),
        ("AnticentromerePositive", "SystemicSclerosisSpecificAntibodyPositive"),
        ("AnticardiolipinPositive", "AntiphospholipidPositive"),
        ("AntiDsDNAPositive", "AutoantibodyPositive"),
        ("FingerCalcinosis", "DigitalCalcinosis"),
        ("FingerCalcinosis", "HandCalcinosis"),
        ("FingertipCalcinosis", "HandCalcinosis"),
        ("ThumbCalcinosis", "UpperLimbCalcinosis"),
        ("ToeCalcinosis", "DigitalCalcinosis"),
        ("ToeCalcinosis", "FootCalcinosis"),
        ("ElbowCalcinosis", "LimbCalcinosis"),
        ("KneeCalcinosis", "LowerLimbCalcinosis"),
        ("HandCalcinosis", "ExtremityCalcinosis"),
        ("ButtockCalcinosis", "TruncalCalcinosis"),
        ("ScalpCalcinosis", "HeadCalcinosis"),
        ("ScrotalCalcinosis", "CalcinosisSite"),
        ("CalcificPanniculitis", "SubcutaneousCalcinosis"),
        ("CalciphylaxisType", "VascularCalcification"),
        ("IntraspinalCalcinosis", "SpinalCalcinosis"),
    ],
)
def test_it_follows(members: dict[str, list[str]], narrow: str, broad: str) -> None:
    """Onset, autoantibody and site put a condition or phenotype below another one."""
    assert TERMS + narrow in members[TERMS + broad]


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        ("Dermatomyositis", "JuvenileOnsetCondition"),
        ("AdultDermatomyositis", "JuvenileOnsetCondition"),
        ("AmyopathicDermatomyositis", "JuvenileDermatomyositis"),
        ("PanscleroticMorphea", "JuvenileOnsetCondition"),
        ("Polymyositis", "Dermatomyositis"),
        ("CRESTSyndrome", "LimitedCutaneousSystemicSclerosis"),
        ("DigitalCalcinosis", "HandCalcinosis"),
        ("HandCalcinosis", "LimbCalcinosis"),
        ("HipCalcinosis", "LimbCalcinosis"),
        ("HipCalcinosis", "TruncalCalcinosis"),
        ("SubcutaneousCalcinosis", "CalcinosisSite"),
        ("ScrotalCalcinosis", "IdiopathicCalcinosisCutis"),
        ("SpinalCalcinosis", "CalcinosisCutis"),
        ("MuscleCalcification", "CalcinosisCutis"),
        ("MousseCalcinosis", "RadiographicType"),
        ("AntiRoSSAPositive", "MyositisAssociatedAntibodyPositive"),
        ("AntiPMSclPositive", "SystemicSclerosisSpecificAntibodyPositive"),
        ("Calciphylaxis", "Phenotype"),
    ],
)
def test_it_does_not_follow(members: dict[str, list[str]], narrow: str, broad: str) -> None:
    """A condition or phenotype is not below one that it only resembles or overlaps with."""
    assert {TERMS + narrow, TERMS + broad} <= set(members[CONCEPTS[0]]) | set(members[CONCEPTS[1]])
    assert TERMS + narrow not in members.get(TERMS + broad, ())


def test_nothing_is_both(tmp_path: Path) -> None:
    """What begins in childhood does not begin in adult life, and definitions that exclude each other do so."""
    apart = {
        "JuvenileDermatomyositis": "AdultDermatomyositis",
        "JuvenileOnsetCondition": "AdultOnsetCondition",
        "Polymyositis": "JuvenileDermatomyositis",
        "LimitedCutaneousSystemicSclerosis": "DiffuseCutaneousSystemicSclerosis",
        "HyperostosisHyperphosphataemiaSyndrome": "NormophosphataemicTumoralCalcinosis",
        "DystrophicCalcinosis": "MetastaticCalcinosis",
    }
    folder = Path(shutil.copytree(PRODUCT.ontology, tmp_path / "ontology"))
    (folder / "zz-both.ttl").write_text(
        f"@prefix cg: <{TERMS}> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        + "".join(
            f"cg:{one}And{other} a owl:Class ; rdfs:subClassOf cg:{one} , cg:{other} .\n"
            for one, other in apart.items()
        ),
        encoding="utf-8",
    )
    found = classify(sorted(folder.glob("*.ttl")))
    assert {name.removeprefix(TERMS) for name in found.unsatisfiable if name.startswith(TERMS)} == {
        f"{one}And{other}" for one, other in apart.items()
    }


@pytest.mark.parametrize(
    ("axis", "least"),
    [
        ("PathogeneticType", 5),
        ("ClinicalForm", 10),
        ("MacroscopicType", 4),
        ("RadiographicType", 5),
        ("CalcinosisSite", 25),
        ("CalcinosisFeature", 10),
    ],
)
def test_each_axis_holds_kinds_of_calcinosis(members: dict[str, list[str]], axis: str, least: int) -> None:
    """An axis is a superclass besides calcinosis cutis, and never instead of it."""
    kinds = set(members[TERMS + axis]) - {TERMS + axis}
    assert len(kinds) >= least
    assert kinds <= set(members[TERMS + "CalcinosisCutis"])


def test_each_term_says_where_its_definition_comes_from(graph: ox.Store) -> None:
    """Every condition, phenotype, antibody, site, property and classification names the sources of its definition."""
    for term in own_terms(graph):
        found = addresses(graph, term, DEFINITION_SOURCE)
        assert found, term
        assert all(address.startswith(("http://", "https://")) for address in found), term


def test_few_definitions_are_the_projects_own(graph: ox.Store) -> None:
    """The project alone defines groupings and links, and no disease or kind of calcinosis that a source defines."""
    own = {term.value for term in own_terms(graph) if addresses(graph, term, DEFINITION_SOURCE) == [PROJECT]}
    groups = "Condition SystemicAutoimmuneDisease SystemicLupusOnDialysis AnyCalcinosis ConditionNotStated"
    names = f"{groups} Phenotype BodySite hasOnset hasAutoantibody locatedAt"
    assert own == {TERMS + name for name in names.split()}


def test_each_classification_has_a_source_and_kinds(graph: ox.Store) -> None:
    """A classification stands with the source that prints it and with at least two of its kinds."""
    kinds = defaultdict(set)
    for quad in graph.quads_for_pattern(None, IN_SCHEME, None):
        kinds[quad.object].add(quad.subject)
    found = {quad.subject for quad in graph.quads_for_pattern(None, RDF_TYPE, CLASSIFICATION)}
    assert found == set(kinds)
    for one in found:
        assert isinstance(one, ox.NamedNode)
        assert addresses(graph, one, SOURCE), one
        assert len(kinds[one]) >= 2, one


def test_classifications_that_disagree_both_stand(graph: ox.Store) -> None:
    """Calciphylaxis is a type of calcinosis cutis where sources count five types, and is none where they count four."""
    five, four = ox.NamedNode(TERMS + "FivePathogeneticTypes"), ox.NamedNode(TERMS + "FourAetiologicalTypes")
    inside = {
        scheme: {quad.subject for quad in graph.quads_for_pattern(None, IN_SCHEME, scheme)} for scheme in (five, four)
    }
    assert inside[five] - inside[four] == {ox.NamedNode(TERMS + "CalciphylaxisType")}
    assert inside[four] < inside[five]
    assert not set(addresses(graph, five, SOURCE)) & set(addresses(graph, four, SOURCE))
