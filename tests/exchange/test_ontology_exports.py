"""The ontology as OWL, OBO and OBO Graphs, read by owlready2, horned-owl, OWL API and fastobo."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import fastobo
import pyhornedowl
import pyoxigraph as ox
import pytest

from calcigraph.exchange.losses import Losses
from calcigraph.names.vocabulary import TERMS
from calcigraph.reasoning.profile import available, dl_violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]

CLASS = ox.NamedNode("http://www.w3.org/2002/07/owl#Class")
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture
def owl(tiny: Evidence, exported: Exported, tmp_path: Path) -> Path:
    """Return the ontology as an RDF/XML file."""
    file = tmp_path / "calcigraph.owl"
    file.write_bytes(exported(tiny, "owl")["calcigraph.owl"])
    return file


@pytest.fixture
def classes(graph: ox.Store) -> set[str]:
    """Return the addresses of our own classes."""
    named = (quad.subject for quad in graph.quads_for_pattern(None, TYPE, CLASS, None))
    return {one.value for one in named if isinstance(one, ox.NamedNode) and one.value.startswith(TERMS)}


def test_owlready2_loads_every_class(owl: Path, classes: set[str]) -> None:
    """Owlready2 knows each of our classes, and the classified hierarchy above one of them."""
    import owlready2

    world = owlready2.World()
    with owl.open("rb") as file:
        loaded = world.get_ontology("https://w3id.org/calcigraph/ontology").load(fileobj=file)
    assert {one.iri for one in loaded.classes() if one.iri.startswith(TERMS)} == classes
    above = {one.iri for one in world[TERMS + "Minocycline"].ancestors()}
    assert {TERMS + name for name in ("Tetracycline", "Antibiotic", "DrugTreatment", "Treatment")} <= above


def test_horned_owl_loads_every_class(owl: Path, classes: set[str]) -> None:
    """Horned-owl knows each of our classes too."""
    loaded = pyhornedowl.open_ontology_from_string(owl.read_text(encoding="utf-8"), "rdf")
    assert {iri for iri in map(str, loaded.get_classes()) if iri.startswith(TERMS)} == classes


@pytest.mark.skipif(not available(), reason="OWL API is not installed: apt-get install libowlapi-java")
def test_it_is_owl_2_dl(owl: Path, tmp_path: Path) -> None:
    """The one merged document keeps to OWL 2 DL."""
    turtle = tmp_path / "calcigraph.ttl"
    ox.serialize(ox.parse(path=str(owl), format=ox.RdfFormat.RDF_XML), str(turtle), ox.RdfFormat.TURTLE)
    assert dl_violations([turtle]) == []


def test_fastobo_reads_every_class(tiny: Evidence, exported: Exported, classes: set[str]) -> None:
    """OBO has a term per class, with its name, definition and the nearest classes above alone."""
    (content,) = exported(tiny, "obo").values()
    document = fastobo.load(io.BytesIO(content))
    terms = {str(frame.id): frame for frame in document if isinstance(frame, fastobo.term.TermFrame)}
    assert set(terms) == {"CG:" + iri.removeprefix(TERMS) for iri in classes}
    parents = [str(clause.term) for clause in terms["CG:Minocycline"] if isinstance(clause, fastobo.term.IsAClause)]
    assert parents == ["CG:Tetracycline"]


def test_obo_graphs_hold_the_same(tiny: Evidence, exported: Exported, classes: set[str]) -> None:
    """The OBO Graph has a node per class under its own address, and the edges of the hierarchy."""
    (content,) = exported(tiny, "obo-graphs").values()
    (graph,) = json.loads(content)["graphs"]
    assert graph["id"] == "https://w3id.org/calcigraph/ontology"
    assert "obo/ATC_" not in content.decode()
    assert b": null" not in content
    nodes = {node["id"] for node in graph["nodes"] if node.get("type") == "CLASS"}
    assert nodes == classes
    edges = {(edge["sub"], edge["pred"], edge["obj"]) for edge in graph["edges"]}
    assert (TERMS + "Minocycline", "is_a", TERMS + "Tetracycline") in edges


def test_what_obo_cannot_carry_is_counted(tiny: Evidence, exported: Exported, graph: ox.Store) -> None:
    """Individuals and disjointness are lost in OBO, and OWL loses nothing."""
    lost, none = Losses(), Losses()
    exported(tiny, "obo", lost)
    exported(tiny, "owl", none)
    individual = ox.NamedNode("http://www.w3.org/2002/07/owl#NamedIndividual")
    named = {quad.subject for quad in graph.quads_for_pattern(None, TYPE, individual, None)}
    whole = [count for (_, what, _), count in lost.counted.items() if what == "*"]
    assert whole == [len({one for one in named if str(one).startswith(f"<{TERMS}")})]
    assert any(what == "disjointWith" for _, what, _ in lost.counted)
    assert none.total == 0
