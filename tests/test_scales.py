"""Scales: in order without ties, each with its source; what is inferred between them is marked so."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from calcigraph.errors import EngineFailed
from calcigraph.names.mappings import read_mappings
from calcigraph.names.vocabulary import TERMS, load_vocabulary
from calcigraph.ontology import generated
from calcigraph.resources import Resources, resources

PRODUCT = resources()
SOURCE = URIRef("http://purl.obolibrary.org/obo/IAO_0000119")
SEEN = {TERMS + "OxfordModified-IB", TERMS + "OxfordModified-IV"}
STATED, INFERENCE = "stated by scale", "inference"


def cg(name: str) -> URIRef:
    """Return a term of ours."""
    return URIRef(TERMS + name)


def parsed(*paths: Path) -> Graph:
    """Return the files in one graph."""
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


GRAPH = parsed(PRODUCT.ontology / "scales.ttl", PRODUCT.ontology / "designs.ttl")
SCALES = sorted(str(scale) for scale in GRAPH.subjects(RDF.type, cg("EvidenceScale")))
DESIGNS, LEVELS = "levels-by-design.tsv", "level-mappings.sssom.tsv"


def ordered(scale: str) -> list[URIRef]:
    """Return the levels of a scale by rank, the strongest first."""
    levels = GRAPH.subjects(SKOS.inScheme, URIRef(scale))
    return [URIRef(str(level)) for level in sorted(levels, key=lambda level: int(str(GRAPH.value(level, cg("rank")))))]


def level_rows() -> list[dict[str, str]]:
    """Return the mappings between levels."""
    return read_mappings(PRODUCT.ontology / LEVELS)[1]


def design_rows() -> list[dict[str, str]]:
    """Return the table of what designs earn."""
    with (PRODUCT.ontology / DESIGNS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("scale", SCALES)
def test_ranks_count_from_one_without_ties(scale: str) -> None:
    """The levels of a scale have the ranks one, two, three and so on, each once."""
    ranks = [int(str(GRAPH.value(level, cg("rank")))) for level in ordered(scale)]
    assert ranks == list(range(1, len(ranks) + 1))
    assert len(ranks) > 1


@pytest.mark.parametrize("scale", SCALES)
def test_the_next_weaker_level_has_the_next_rank(scale: str) -> None:
    """Each level but the last leads to the one that follows it, and to no other."""
    levels = ordered(scale)
    follows = [(level, after) for level in levels for after in GRAPH.objects(level, cg("nextWeaker"))]
    assert follows == list(pairwise(levels))


@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_leads_to_its_levels(scale: str) -> None:
    """All levels of a scale are its top concepts, and each has a notation of its own."""
    levels = ordered(scale)
    assert set(GRAPH.objects(URIRef(scale), SKOS.hasTopConcept)) == set(levels)
    assert len({str(GRAPH.value(level, SKOS.notation)) for level in levels}) == len(levels)


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_and_level_has_a_source(scale: str) -> None:
    """A scale names what was read of it, and each of its levels where its meaning comes from."""
    assert all(str(source) != "https://w3id.org/calcigraph/" for source in GRAPH.objects(URIRef(scale), SOURCE))
    for term in (URIRef(scale), *ordered(scale)):
        assert list(GRAPH.objects(term, SOURCE)), term


@pytest.mark.parametrize("scale", SCALES)
def test_a_level_whose_meaning_no_source_gives_is_marked(scale: str) -> None:
    """A level is stated by a source that was read, or judged by a curator and then the project's own."""
    for level in ordered(scale):
        own = [str(source) for source in GRAPH.objects(level, SOURCE)] == ["https://w3id.org/calcigraph/"]
        basis = cg("JudgedByCurator") if own else cg("StatedBySource")
        assert list(GRAPH.objects(level, cg("meaningBasis"))) == [basis], level


def test_levels_of_the_modified_oxford_scale_not_seen_in_use_are_inferences() -> None:
    """Of the modified Oxford scale only IB and IV were seen; all others say that they are inferred."""
    levels = ordered(TERMS + "OxfordModified")
    judged = {str(level) for level in levels if (level, cg("meaningBasis"), cg("JudgedByCurator")) in GRAPH}
    assert judged == {str(level) for level in levels} - SEEN
    for level in judged:
        assert "inference" in str(GRAPH.value(URIRef(level), URIRef("http://purl.obolibrary.org/obo/IAO_0000115")))


def test_the_ordered_collections_are_the_scales() -> None:
    """The SKOS file lists the levels of every scale in the order of the ontology."""
    graph = parsed(PRODUCT.ontology / "skos" / "scales-ordered.ttl")
    found: dict[str, list[str]] = {}
    for collection in graph.subjects(RDF.type, SKOS.OrderedCollection):
        head = graph.value(collection, SKOS.memberList)
        assert head is not None
        scale = str(graph.value(collection, SKOS.inScheme))
        assert str(collection) == f"{scale}-Order"
        found[scale] = [str(level) for level in Collection(graph, head)]
    assert found == {scale: [str(level) for level in ordered(scale)] for scale in SCALES}


def test_the_ontology_holds_no_lists_of_levels_for_order() -> None:
    """Order in the ontology is a property between levels: OWL 2 DL keeps lists to itself."""
    graph = parsed(*PRODUCT.ontology_files())
    assert not list(graph.subject_objects(SKOS.memberList))
    assert (cg("strongerThan"), RDF.type, OWL.TransitiveProperty) in graph
    assert (cg("nextWeaker"), RDF.type, OWL.TransitiveProperty) not in graph


def test_levels_in_a_circle_are_inconsistent(tmp_path: Path) -> None:
    """HermiT refuses a scale in which the second level leads back to the first."""
    folder = Path(shutil.copytree(PRODUCT.ontology, tmp_path / "ontology"))
    (folder / "zz-circle.ttl").write_text(
        f"<{TERMS}Ocebm2009Grade-B> <{TERMS}nextWeaker> <{TERMS}Ocebm2009Grade-A> .\n", encoding="utf-8"
    )
    with pytest.raises(EngineFailed, match="inconsistent"):
        generated(Resources(folder, PRODUCT.shapes, PRODUCT.queries, PRODUCT.seeds))


def test_each_mapping_between_levels_names_them_and_says_on_what_it_rests() -> None:
    """A mapping has the labels of both levels, and a source or the word inference."""
    labels = load_vocabulary(PRODUCT.ontology_files()).labels
    rows = level_rows()
    for row in rows:
        for side in ("subject", "object"):
            assert labels[TERMS + row[f"{side}_id"].removeprefix("CG:")] == row[f"{side}_label"]
        assert row["mapping_justification"] == "semapv:ManualMappingCuration"
        assert row["comment"].startswith("Inference: ") is (row["mapping_source"] == "")
    pairs = [(row["subject_id"], row["object_id"]) for row in rows]
    assert pairs == sorted(set(pairs))


def test_levels_are_mapped_across_scales_and_never_within_one() -> None:
    """Both levels of a mapping exist and are of different scales."""
    scheme = {str(level): str(scale) for level, scale in GRAPH.subject_objects(SKOS.inScheme)}
    for row in level_rows():
        one, other = (TERMS + row[key].removeprefix("CG:") for key in ("subject_id", "object_id"))
        assert scheme[one] != scheme[other], row


def test_level_4_of_share_is_never_compared_with_level_4_of_oxford() -> None:
    """No chain of mappings leads from 4 of SHARE to 4 of an Oxford scale."""
    near: dict[str, set[str]] = defaultdict(set)
    for row in level_rows():
        if row["predicate_id"] in ("skos:exactMatch", "skos:closeMatch"):
            near[row["subject_id"]].add(row["object_id"])
            near[row["object_id"]].add(row["subject_id"])
    reached, todo = {"CG:ShareEular-4"}, ["CG:ShareEular-4"]
    while todo:
        for level in near[todo.pop()] - reached:
            reached.add(level)
            todo.append(level)
    assert reached.isdisjoint({"CG:Ocebm2009-4", "CG:Ocebm2011-4", "CG:OxfordModified-IV"})
    assert "CG:Ocebm2009-5" in reached


def test_mappings_of_the_modified_oxford_scale_are_inferences() -> None:
    """No source sets the modified scale beside another one."""
    rows = [row for row in level_rows() if "OxfordModified" in row["subject_id"] + row["object_id"]]
    assert len(rows) == len(ordered(TERMS + "OxfordModified"))
    assert {row["mapping_source"] for row in rows} == {""}


def test_each_row_of_the_table_is_of_one_design_and_one_scale() -> None:
    """Rows are sorted, name a design and a level of the scale by their labels, and give a basis and a reason."""
    vocabulary = load_vocabulary(PRODUCT.ontology_files())
    designs = {vocabulary.labels[term] for term in vocabulary.members[TERMS + "StudyDesign"]}
    levels = {
        (str(GRAPH.value(level, RDFS.label)), str(GRAPH.value(scale, RDFS.label)))
        for level, scale in GRAPH.subject_objects(SKOS.inScheme)
    }
    rows = design_rows()
    for row in rows:
        assert row["design"] in designs
        assert (row["level"], row["scale"]) in levels
        assert row["basis"] in (STATED, INFERENCE)
        assert row["reason"].endswith(".")
    keys = [(row["design"], row["scale"]) for row in rows]
    assert keys == sorted(set(keys))


def test_what_the_modified_oxford_scale_gives_a_design_is_an_inference() -> None:
    """No source prints the table of that scale, so that no row can say that the scale states it."""
    bases = {row["basis"] for row in design_rows() if row["scale"] == "modified Oxford CEBM"}
    assert bases == {INFERENCE}
