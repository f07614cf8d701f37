"""The alignment: which terms of ours stand below terms of other ontologies, are the same, or mean nearly the same."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.docs.ontology import OWL, RDFS, SUBPROPERTY, reach
from calcigraph.names.vocabulary import SUBCLASS, TERMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph.docs.mappings import Mapping
    from calcigraph.docs.ontology import Ontology
    from calcigraph.docs.terms import Tree

RELATIONS = {
    SUBCLASS: "subclass of",
    SUBPROPERTY: "subproperty of",
    OWL + "equivalentClass": "equivalent to",
    OWL + "equivalentProperty": "equivalent to",
}
"""The axioms that align a term."""


class Aligned(NamedTuple):
    """One axiom of the alignment: our term, the relation, and the other term."""

    term: str
    relation: str
    other: str


class Family(NamedTuple):
    """The terms of ours that are aligned with one ontology."""

    name: str
    rows: list[Aligned]


def alignment(ontology: Ontology) -> list[Aligned]:
    """Return each axiom that relates a term of ours to a named one of another ontology."""
    return [
        Aligned(term, name, other)
        for term in sorted(ontology.terms, key=ontology.label_key)
        if ontology.terms[term].ours
        for predicate, name in RELATIONS.items()
        for other in ontology.named(term, predicate)
        if not (ontology.terms[other].ours if other in ontology.terms else other.startswith(OWL))
    ]


def page(ontology: Ontology, mappings: list[Mapping], tree: Callable[..., Tree]) -> dict[str, Any]:
    """Return the values of the alignment page; `tree` makes the tree below a term."""
    rows = alignment(ontology)
    families: dict[str, list[Aligned]] = defaultdict(list)
    for row in rows:
        families[ontology.vocabulary_of(row.other)].append(row)
    model = set(ontology.model_terms)
    aligned = {row.term for row in rows}
    return {
        "families": [Family(name, found) for name, found in sorted(families.items())],
        "trees": [_pruned(ontology, tree(root, inferred=False), aligned) for root in _roots(ontology, rows)],
        "aligned": len(aligned),
        "remarks": [iri for iri in ontology.model_terms if ontology.text(iri, RDFS + "comment")],
        "mappings": [mapping for mapping in mappings if mapping.term in model],
        "reused": _reused(ontology),
    }


def _reused(ontology: Ontology) -> list[str]:
    """Return the properties of other vocabularies that records use as they stand: those with a domain of ours."""
    names = {
        iri: term.name
        for iri, term in ontology.terms.items()
        if not term.ours and any(domain.startswith(TERMS) for domain in ontology.named(iri, RDFS + "domain"))
    }
    return sorted(names, key=lambda iri: names[iri])


def _roots(ontology: Ontology, rows: list[Aligned]) -> list[str]:
    """Return the top terms of other ontologies above those that ours are aligned with."""
    others = {row.other for row in rows if row.other in ontology.terms and not ontology.terms[row.other].is_property}
    tops = {top for other in others for top in (other, *reach(ontology.parents, other))}
    return sorted((iri for iri in tops if not ontology.parents.get(iri)), key=ontology.label_key)


def _pruned(ontology: Ontology, tree: Tree, aligned: set[str]) -> Tree:
    """Return a tree that ends at the terms of ours that are aligned, and has no branch without one."""
    if ontology.terms[tree.iri].ours:
        return tree._replace(below=[])
    below = [_pruned(ontology, branch, aligned) for branch in tree.below]
    return tree._replace(below=[branch for branch in below if branch.below or branch.iri in aligned])
