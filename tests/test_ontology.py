"""The ontology: consistent by HermiT, with every term labelled and defined, and what is generated from it current."""

from __future__ import annotations

import json
from collections import Counter

import pyoxigraph as ox
import pytest

from calcigraph.errors import EngineFailed
from calcigraph.names.mappings import read_mappings
from calcigraph.names.vocabulary import TERMS, fill_context, load_vocabulary
from calcigraph.ontology import generated
from calcigraph.resources import Resources, resources

PRODUCT = resources()
LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
DEFINITION = ox.NamedNode("http://purl.obolibrary.org/obo/IAO_0000115")
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")


def add(product: Resources, turtle: str) -> None:
    """Add statements to the copied ontology."""
    prefixes = "\n".join(
        line
        for line in (PRODUCT.ontology / "treatments.ttl").read_text(encoding="utf-8").splitlines()
        if "@prefix" in line
    )
    (product.ontology / "zz-more.ttl").write_text(f"{prefixes}\n{turtle}\n", encoding="utf-8")


def test_hermit_finds_it_consistent_and_the_generated_files_current() -> None:
    """HermiT runs, finds no contradiction and no empty class, and derives exactly what is committed."""
    for path, text in generated(PRODUCT).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `calcigraph classify`"


def test_a_contradiction_is_found(copied: Resources) -> None:
    """Two levels of evidence that are one condition are inconsistent."""
    add(copied, "cg:Oral a cg:Stance .")
    with pytest.raises(EngineFailed, match="inconsistent"):
        generated(copied)


def test_a_class_that_nothing_can_belong_to_is_found(copied: Resources) -> None:
    """A class below two disjoint ones is named."""
    add(copied, 'cg:Nonsense a owl:Class ; rdfs:subClassOf cg:Treatment , cg:Condition ; rdfs:label "nonsense"@en .')
    with pytest.raises(EngineFailed, match="Nonsense"):
        generated(copied)


def own_terms(graph: ox.Store) -> set[ox.NamedNode]:
    """Return the project's own terms."""
    return {
        quad.subject
        for quad in graph.quads_for_pattern(None, RDF_TYPE, None)
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(TERMS)
    }


def test_each_term_has_one_label_and_one_definition(graph: ox.Store) -> None:
    """Every class, property and individual of ours has one English label and one definition."""
    for term in own_terms(graph):
        for predicate in (LABEL, DEFINITION):
            values = [quad.object for quad in graph.quads_for_pattern(term, predicate, None)]
            assert len(values) == 1, (term, predicate, values)
            assert isinstance(values[0], ox.Literal)
            assert values[0].language == "en"
            assert values[0].value == values[0].value.strip() != ""


def test_no_label_names_two_terms(graph: ox.Store) -> None:
    """A label leads to one term."""
    labels = Counter(quad.object.value for quad in graph.quads_for_pattern(None, LABEL, None))  # type: ignore[union-attr]
    assert [label for label, count in labels.items() if count > 1] == []


def test_what_is_used_is_declared(graph: ox.Store) -> None:
    """Every term of ours that stands anywhere in the ontology is declared in it."""
    declared = own_terms(graph)
    used = {
        term
        for quad in graph
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(TERMS)
    }
    assert used == declared


def test_the_classes_have_no_cycle(graph: ox.Store) -> None:
    """No class is below itself."""
    parents: dict[str, set[str]] = {}
    for quad in graph.quads_for_pattern(None, SUBCLASS, None):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            parents.setdefault(quad.subject.value, set()).add(quad.object.value)

    def above(term: str, seen: tuple[str, ...]) -> None:
        assert term not in seen, (term, seen)
        for parent in parents.get(term, ()):
            above(parent, (*seen, term))

    for term in parents:
        above(term, ())


def test_each_mapping_is_about_a_term_and_stands_once() -> None:
    """Mappings name our terms by their labels, and no pair is mapped twice."""
    prefixes, rows = read_mappings(PRODUCT.mappings)
    labels = load_vocabulary(PRODUCT.ontology_files()).labels
    for row in rows:
        prefix, _, local = row["subject_id"].partition(":")
        assert labels[prefixes[prefix] + local] == row["subject_label"]
        assert row["object_id"].partition(":")[0] in prefixes
    pairs = Counter((row["subject_id"], row["object_id"]) for row in rows)
    assert [pair for pair, count in pairs.items() if count > 1] == []


def test_the_context_holds_the_names_of_every_value() -> None:
    """The names that a record may use are the labels below the classes that a property takes its values from."""
    context = json.loads(PRODUCT.context.read_text(encoding="utf-8"))
    assert fill_context(context, PRODUCT.ontology_files()) == context
    assert context["@context"]["treatment"]["@context"]["minocycline"] == "cg:Minocycline"
