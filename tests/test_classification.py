"""Treatments in depth: what HermiT must derive from targets, mechanisms, molecules and means, and what it must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from calcigraph.names.vocabulary import TERMS, load_vocabulary
from calcigraph.reasoning.classify import Classification, classify
from calcigraph.reasoning.rules import infer, load_rules
from calcigraph.resources import resources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRODUCT = resources()
OWN_FILES = ("treatments.ttl", "targets.ttl", "drugs.ttl", "procedures.ttl", "combinations.ttl")
HIERARCHY = "hierarchy.ttl"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SUBCLASS = ox.NamedNode(RDFS + "subClassOf")
EQUIVALENT = ox.NamedNode(OWL + "equivalentClass")
ON_PROPERTY = ox.NamedNode(OWL + "onProperty")
SOME = ox.NamedNode(OWL + "someValuesFrom")
ONLY = ox.NamedNode(OWL + "allValuesFrom")
UNION = ox.NamedNode(OWL + "unionOf")
SOURCE = ox.NamedNode("http://purl.obolibrary.org/obo/IAO_0000119")

FOLLOWS = [
    # biologics, by target and by kind of molecule
    ("Infliximab", "TNFInhibitor"),
    ("Adalimumab", "TNFInhibitor"),
    ("Etanercept", "TNFInhibitor"),
    ("Golimumab", "TNFInhibitor"),
    ("Infliximab", "Biologic"),
    ("Infliximab", "ImmunomodulatoryTreatment"),
    ("Infliximab", "MonoclonalAntibodyTreatment"),
    ("Etanercept", "FusionProteinTreatment"),
    ("Infliximab", "CytokineInhibitor"),
    ("TNFInhibitor", "CytokineInhibitor"),
    ("CostimulationBlocker", "TargetedImmunomodulator"),
    ("Rituximab", "AntiCD20Antibody"),
    ("Rituximab", "Biologic"),
    ("Rituximab", "BCellDepletingTreatment"),
    ("Anakinra", "Interleukin1Inhibitor"),
    ("Anakinra", "Biologic"),
    ("Canakinumab", "Interleukin1Inhibitor"),
    ("Tocilizumab", "Interleukin6Inhibitor"),
    ("Tocilizumab", "CytokineInhibitor"),
    ("Secukinumab", "Interleukin17Inhibitor"),
    ("Belimumab", "BAFFInhibitor"),
    ("Belimumab", "Biologic"),
    ("Anifrolumab", "InterferonReceptorBlocker"),
    ("Abatacept", "CostimulationBlocker"),
    ("Abatacept", "FusionProteinTreatment"),
    ("Denosumab", "RANKLInhibitor"),
    ("Denosumab", "MonoclonalAntibodyTreatment"),
    ("Denosumab", "AntiresorptiveTreatment"),
    # immunomodulatory drugs that are no proteins
    ("Tofacitinib", "JAKInhibitor"),
    ("Baricitinib", "JAKInhibitor"),
    ("Ruxolitinib", "JAKInhibitor"),
    ("Upadacitinib", "JAKInhibitor"),
    ("JAKInhibitor", "ImmunomodulatoryTreatment"),
    ("Apremilast", "PDE4Inhibitor"),
    ("Apremilast", "ImmunomodulatoryTreatment"),
    ("Ciclosporin", "CalcineurinInhibitor"),
    ("Tacrolimus", "CalcineurinInhibitor"),
    ("Sirolimus", "MTORInhibitor"),
    ("Sirolimus", "ImmunomodulatoryTreatment"),
    ("Prednisone", "Glucocorticoid"),
    ("Triamcinolone", "Glucocorticoid"),
    ("Glucocorticoid", "ImmunomodulatoryTreatment"),
    ("Mycophenolate", "Antimetabolite"),
    ("Mycophenolate", "ImmunomodulatoryTreatment"),
    ("Methotrexate", "Antimetabolite"),
    # calcium, bone and phosphate
    ("Diltiazem", "CalciumChannelBlocker"),
    ("Diltiazem", "NonDihydropyridineCCB"),
    ("Verapamil", "NonDihydropyridineCCB"),
    ("Nifedipine", "DihydropyridineCCB"),
    ("Amlodipine", "CalciumChannelBlocker"),
    ("Alendronate", "NitrogenBisphosphonate"),
    ("Pamidronate", "NitrogenBisphosphonate"),
    ("Pamidronate", "Bisphosphonate"),
    ("Etidronate", "NonNitrogenBisphosphonate"),
    ("Clodronate", "Bisphosphonate"),
    ("Etidronate", "AntiresorptiveTreatment"),
    ("Etidronate", "CrystalGrowthInhibitor"),
    ("Phytate", "CrystalGrowthInhibitor"),
    ("Bisphosphonate", "AntiresorptiveTreatment"),
    ("SodiumThiosulfate", "CalciumChelator"),
    ("IntravenousSodiumThiosulfate", "CalciumChelator"),
    ("IntralesionalSodiumThiosulfate", "LocalDrugTreatment"),
    ("TopicalSodiumThiosulfate", "LocalDrugTreatment"),
    ("EDTA", "CalciumChelator"),
    ("AceticAcid", "CalciumChelator"),
    ("Sevelamer", "PhosphateBinder"),
    ("AluminiumHydroxide", "PhosphateLoweringTreatment"),
    ("Acetazolamide", "PhosphateLoweringTreatment"),
    ("DietaryTreatment", "PhosphateLoweringTreatment"),
    # other drugs
    ("Warfarin", "VitaminKAntagonist"),
    ("LowDoseWarfarin", "VitaminKAntagonist"),
    ("Minocycline", "Antibiotic"),
    ("Ceftriaxone", "Antibiotic"),
    ("Probenecid", "Uricosuric"),
    ("Bosentan", "EndothelinReceptorAntagonist"),
    ("Bosentan", "DualEndothelinReceptorAntagonist"),
    ("Ambrisentan", "EndothelinReceptorAntagonist"),
    ("Ambrisentan", "Vasodilator"),
    ("Sildenafil", "PDE5Inhibitor"),
    ("Tadalafil", "Vasodilator"),
    ("Iloprost", "ProstacyclinAnalogue"),
    ("Treprostinil", "Vasodilator"),
    # procedures and cells, by their means
    ("RadicalExcision", "SurgicalExcision"),
    ("FlapReconstruction", "SurgicalExcision"),
    ("FlapReconstruction", "ReconstructiveSurgery"),
    ("DermatomeShaving", "ReconstructiveSurgery"),
    ("SurgicalExcision", "SurgicalTreatment"),
    ("Curettage", "SurgicalTreatment"),
    ("CarbonDioxideLaser", "LaserTherapy"),
    ("CarbonDioxideLaser", "PhysicalTreatment"),
    ("ShockWaveLithotripsy", "EnergyBasedTreatment"),
    ("Iontophoresis", "PhysicalTreatment"),
    ("Microneedling", "PhysicalTreatment"),
    ("HSCT", "CellTherapy"),
    ("UniversalCARTCellTherapy", "CARTCellTherapy"),
    ("UniversalCARTCellTherapy", "BCellDepletingTreatment"),
    # combinations, by their components
    ("DiltiazemPamidronate", "DrugCombination"),
    ("ThiosulfateAcetazolamide", "DrugCombination"),
    ("AbataceptThiosulfate", "ImmunomodulatoryCombination"),
    ("CorticosteroidMethotrexate", "ImmunomodulatoryCombination"),
    ("SurgeryNPWT", "SurgicalCombination"),
    ("SurgeryMedical", "SurgicalCombination"),
    ("SurgeryImmunosuppression", "DrugProcedureCombination"),
    ("ThiosulfateLaser", "DrugProcedureCombination"),
]

DOES_NOT_FOLLOW = [
    ("Rituximab", "TNFInhibitor"),
    ("Rituximab", "CytokineInhibitor"),
    ("Abatacept", "TNFInhibitor"),
    ("Abatacept", "MonoclonalAntibodyTreatment"),
    ("Etanercept", "MonoclonalAntibodyTreatment"),
    ("Denosumab", "Bisphosphonate"),
    ("Denosumab", "Biologic"),
    ("Denosumab", "ImmunomodulatoryTreatment"),
    ("Immunoglobulin", "Biologic"),
    ("Tofacitinib", "Biologic"),
    ("Sirolimus", "CalcineurinInhibitor"),
    ("Apremilast", "PDE5Inhibitor"),
    ("Diltiazem", "DihydropyridineCCB"),
    ("Nifedipine", "NonDihydropyridineCCB"),
    ("Etidronate", "NitrogenBisphosphonate"),
    ("Alendronate", "CrystalGrowthInhibitor"),
    ("SodiumThiosulfate", "Bisphosphonate"),
    ("SodiumThiosulfate", "LocalDrugTreatment"),
    ("IntravenousSodiumThiosulfate", "LocalDrugTreatment"),
    ("Ambrisentan", "DualEndothelinReceptorAntagonist"),
    ("Colchicine", "Uricosuric"),
    ("VitaminK", "VitaminKAntagonist"),
    ("CarbonDioxideLaser", "SurgicalTreatment"),
    ("Plasmapheresis", "PhysicalTreatment"),
    ("SurgicalExcision", "DrugTreatment"),
    ("SurgicalDebulking", "SurgicalExcision"),
    ("HSCT", "BCellDepletingTreatment"),
    ("CARTCellTherapy", "DrugTreatment"),
    ("DiltiazemPamidronate", "CalciumChannelBlocker"),
    ("DiltiazemPamidronate", "SurgicalCombination"),
    ("ShockWavesStretching", "DrugCombination"),
    ("PhosphateBinderDiet", "DrugCombination"),
    ("SurgeryNPWT", "DrugProcedureCombination"),
]


NEW = [
    (
        "Certolizumab",
        "DrugTreatment",
        [("hasTarget", "TumourNecrosisFactor"), ("hasMoleculeKind", "MonoclonalAntibody")],
        {"TNFInhibitor", "MonoclonalAntibodyTreatment"},
    ),
    ("Lanthanum", "DrugTreatment", [("hasMechanism", "PhosphateBinding")], {"PhosphateBinder"}),
    ("Everolimus", "DrugTreatment", [("hasTarget", "MTOR")], {"MTORInhibitor"}),
    ("ErbiumLaser", "ProcedureTreatment", [("hasMeans", "LaserLight")], {"LaserTherapy"}),
    (
        "WarfarinExcision",
        "CombinationTreatment",
        [("hasComponent", "Warfarin"), ("hasComponent", "SurgicalExcision")],
        {"SurgicalCombination", "DrugProcedureCombination"},
    ),
]
"""Treatments that the ontology does not have, with what is said of them and the nearest classes that must follow."""

EXCLUSIVE = [
    ("DiltiazemPamidronate", "Diltiazem"),
    ("SurgicalExcision", "DrugTreatment"),
    ("MesenchymalStemCellTherapy", "DrugTreatment"),
    ("Tofacitinib", "Biologic"),
    ("Immunoglobulin", "Biologic"),
    ("DihydropyridineCCB", "NonDihydropyridineCCB"),
    ("NitrogenBisphosphonate", "NonNitrogenBisphosphonate"),
    ("DrugCombination", "SurgicalCombination"),
]


@pytest.fixture(scope="module")
def members() -> dict[str, list[str]]:
    """Return what stands below each class, asserted or derived."""
    return load_vocabulary(PRODUCT.ontology_files()).members


@pytest.fixture(scope="module")
def asserted() -> dict[str, list[str]]:
    """Return what stands below each class without HermiT."""
    return load_vocabulary(sources()).members


def sources() -> list[Path]:
    """Return the files of the ontology that are written by hand."""
    return [path for path in PRODUCT.ontology_files() if path.name != HIERARCHY]


def cg(name: str) -> ox.NamedNode:
    """Return a term of the ontology."""
    return ox.NamedNode(TERMS + name)


def one(graph: ox.Store, subject: ox.NamedNode | ox.BlankNode, predicate: ox.NamedNode) -> object:
    """Return the one object of a statement, or nothing."""
    return next((quad.object for quad in graph.quads_for_pattern(subject, predicate, None)), None)


def parts(graph: ox.Store, node: object) -> Iterator[ox.BlankNode]:
    """Yield an anonymous class and every anonymous node that it is made of."""
    if isinstance(node, ox.BlankNode):
        yield node
        for quad in graph.quads_for_pattern(node, None, None):
            yield from parts(graph, quad.object)


def listed(graph: ox.Store, node: object) -> set[str]:
    """Return the named members of a union."""
    named = {
        quad.object.value
        for part in parts(graph, node)
        for quad in graph.quads_for_pattern(part, ox.NamedNode(RDF + "first"), None)
        if isinstance(quad.object, ox.NamedNode)
    }
    return named or ({node.value} if isinstance(node, ox.NamedNode) else set())


def restrictions(graph: ox.Store, name: str, prop: str, filler: ox.NamedNode = SOME) -> set[str]:
    """Return what a class is said to have by its superclasses: the classes that a property leads to."""
    return {
        value
        for quad in graph.quads_for_pattern(ox.NamedNode(name), SUBCLASS, None)
        if isinstance(quad.object, ox.BlankNode) and one(graph, quad.object, ON_PROPERTY) == cg(prop)
        for value in listed(graph, one(graph, quad.object, filler))
    }


def definitions(graph: ox.Store) -> dict[str, list[ox.BlankNode]]:
    """Return each defined class with the anonymous nodes that its definition is made of."""
    return {
        quad.subject.value: list(parts(graph, quad.object))
        for quad in graph.quads_for_pattern(None, EQUIVALENT, None)
        if isinstance(quad.subject, ox.NamedNode)
    }


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Classification:
    """Return what HermiT makes of the ontology with treatments more: new ones, and some that cannot be."""
    new = [
        f"cg:{name} a owl:Class ; rdfs:subClassOf cg:{parent} , {' , '.join(map(having, properties))} ."
        for name, parent, properties, _ in NEW
    ]
    empty = [f"cg:{''.join(pair)} a owl:Class ; rdfs:subClassOf cg:{pair[0]} , cg:{pair[1]} ." for pair in EXCLUSIVE]
    prefixes = [f"@prefix cg: <{TERMS}> .", f"@prefix owl: <{OWL}> .", f"@prefix rdfs: <{RDFS}> ."]
    more = tmp_path_factory.mktemp("ontology") / "more.ttl"
    more.write_text("\n".join([*prefixes, *new, *empty, ""]), encoding="utf-8")
    return classify([*sources(), more])


def having(condition: tuple[str, str]) -> str:
    """Return in Turtle what has some value of a property."""
    prop, value = condition
    return f"[ a owl:Restriction ; owl:onProperty cg:{prop} ; owl:someValuesFrom cg:{value} ]"


@pytest.mark.parametrize(("treatment", "group"), FOLLOWS)
def test_what_must_follow_follows(
    treatment: str, group: str, members: dict[str, list[str]], asserted: dict[str, list[str]]
) -> None:
    """The treatment is in the class, and nobody wrote so: HermiT derives it."""
    assert TERMS + treatment in members[TERMS + group]
    assert TERMS + treatment not in asserted.get(TERMS + group, ())


@pytest.mark.parametrize(("treatment", "group"), DOES_NOT_FOLLOW)
def test_what_must_not_follow_does_not(treatment: str, group: str, members: dict[str, list[str]]) -> None:
    """A treatment is not in a class that it only resembles, and a combination is none of its parts."""
    assert TERMS + treatment in members[TERMS + "Treatment"]
    assert TERMS + treatment not in members[TERMS + group]


def test_each_defined_class_has_a_member(graph: ox.Store, members: dict[str, list[str]]) -> None:
    """A definition gathers something; only a class defined by a route may wait for records to use it."""
    among_treatments = {
        name: nodes for name, nodes in definitions(graph).items() if name in members[TERMS + "Treatment"]
    }
    assert len(among_treatments) > 50
    for name, nodes in among_treatments.items():
        by_route = any(one(graph, node, ON_PROPERTY) == cg("route") for node in nodes)
        assert by_route or set(members.get(name, ())) - {name}, name


def test_a_drug_is_in_a_class_of_its_target(graph: ox.Store, members: dict[str, list[str]]) -> None:
    """Where a class is defined by a target, each drug with that target, or a kind of it, is in such a class."""
    defined: dict[str, set[str]] = {}
    for name, nodes in definitions(graph).items():
        for node in nodes:
            value = one(graph, node, SOME)
            if one(graph, node, ON_PROPERTY) == cg("hasTarget") and isinstance(value, ox.NamedNode):
                defined.setdefault(value.value, set()).add(name)
    placed = 0
    for drug in members[TERMS + "DrugTreatment"]:
        for target in restrictions(graph, drug, "hasTarget"):
            groups = {group for wider, names in defined.items() if target in members.get(wider, ()) for group in names}
            groups |= defined.get(target, set())
            if groups:
                assert any(drug in members[group] for group in groups), (drug, target)
                placed += 1
    assert placed >= 30


def test_nothing_stands_there_unused(graph: ox.Store, members: dict[str, list[str]]) -> None:
    """Each target, mechanism, kind of molecule and means is that of some treatment, or covers one that is."""
    used = {
        quad.object.value
        for filler in (SOME, UNION, ox.NamedNode(RDF + "first"))
        for quad in graph.quads_for_pattern(None, filler, None)
        if isinstance(quad.object, ox.NamedNode)
    }
    for root in ("DrugTarget", "MechanismOfAction", "MoleculeKind", "TreatmentMeans"):
        terms = members[TERMS + root]
        assert len(terms) > 10
        for term in terms:
            assert used & {term, *members.get(term, ())}, term


def test_only_a_defined_class_is_for_grouping(graph: ox.Store) -> None:
    """What is hidden from the nearest classes is a class that HermiT fills."""
    hidden = {quad.subject.value for quad in graph.quads_for_pattern(None, cg("groupingOnly"), None)}  # type: ignore[union-attr]
    assert hidden
    assert hidden <= definitions(graph).keys()


def test_each_term_names_the_source_of_its_definition(graph: ox.Store) -> None:
    """Every term of these files says, by address, where its definition comes from."""
    for file in OWN_FILES:
        quads = list(ox.parse(path=str(PRODUCT.ontology / file), format=ox.RdfFormat.TURTLE))
        kind = ox.NamedNode(RDF + "type")
        terms = {quad.subject for quad in quads if quad.predicate == kind and isinstance(quad.subject, ox.NamedNode)}
        own = {term for term in terms if term.value.startswith(TERMS)}
        assert own
        for term in own:
            found = [quad.object for quad in graph.quads_for_pattern(term, SOURCE, None)]
            assert found, term
            assert all(isinstance(source, ox.NamedNode) and ":" in source.value for source in found), term


def test_the_components_of_a_combination_are_said_alike(graph: ox.Store) -> None:
    """What a query reads, what HermiT reads, and what closes the combination name the same components."""
    combinations = {quad.subject.value for quad in graph.quads_for_pattern(None, cg("component"), None)}  # type: ignore[union-attr]
    assert len(combinations) >= 18
    for name in combinations:
        told = {quad.object.value for quad in graph.quads_for_pattern(ox.NamedNode(name), cg("component"), None)}  # type: ignore[union-attr]
        assert len(told) > 1, name
        assert restrictions(graph, name, "hasComponent") == told, name
        assert restrictions(graph, name, "hasComponent", ONLY) == told, name


def test_no_combination_is_below_a_part(graph: ox.Store, members: dict[str, list[str]]) -> None:
    """A combination belongs to none of its components and to no class of drugs or procedures."""
    for quad in graph.quads_for_pattern(None, cg("component"), None):
        assert quad.subject.value not in members.get(quad.object.value, ())  # type: ignore[union-attr]
    for group in ("DrugTreatment", "ProcedureTreatment", "CellTherapy"):
        assert not set(members[TERMS + "CombinationTreatment"]) & set(members[TERMS + group])


@pytest.mark.parametrize(("name", "groups"), [(name, groups) for name, _, _, groups in NEW])
def test_a_new_treatment_is_classed(name: str, groups: set[str], found: Classification) -> None:
    """A treatment that is only said to have a target, a mechanism or a means is put into its classes, and no others."""
    assert {parent for child, parent in found.derived if child == TERMS + name} == {TERMS + group for group in groups}


@pytest.mark.parametrize("pair", EXCLUSIVE)
def test_what_excludes_each_other_is_found(pair: tuple[str, str], found: Classification) -> None:
    """A treatment that would be two things at once that exclude each other is named as empty."""
    assert TERMS + "".join(pair) in found.unsatisfiable


@pytest.mark.parametrize(
    ("treatment", "nearest"),
    [
        ("Infliximab", {"TNFInhibitor"}),
        ("Diltiazem", {"CalciumChannelBlocker"}),
        ("Abatacept", {"CostimulationBlocker"}),
        ("Methotrexate", {"ImmunomodulatoryTreatment"}),
        ("Bosentan", {"EndothelinReceptorAntagonist"}),
        ("Etidronate", {"Bisphosphonate"}),
        ("FlapReconstruction", {"SurgicalExcision"}),
        ("SurgeryImmunosuppression", {"SurgicalCombination"}),
    ],
)
def test_a_class_that_only_groups_is_not_a_nearest_class(treatment: str, nearest: set[str]) -> None:
    """The classes that are shown for a treatment are those that clinicians use, not each axis of its definition."""
    store = ox.Store()
    for path in PRODUCT.ontology_files():
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    infer(
        store, load_rules(path for path in PRODUCT.rule_files() if path.stem in {"10-ancestors", "30-treatment-class"})
    )
    shown = {quad.object.value for quad in store.quads_for_pattern(cg(treatment), cg("treatmentClass"), None, None)}  # type: ignore[union-attr]
    assert shown == {TERMS + name for name in nearest}
