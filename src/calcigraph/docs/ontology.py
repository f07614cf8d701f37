"""The ontology as the pages see it: terms with what is said of them, and what stands above and below each."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from calcigraph.docs.graph import Node, nodes
from calcigraph.names.mappings import read_mappings
from calcigraph.names.vocabulary import LABEL, RDF_TYPE, SUBCLASS, TERMS, VALUES_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from calcigraph.api import Evidence

OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SUBPROPERTY = RDFS + "subPropertyOf"
DEFINITION = "http://purl.obolibrary.org/obo/IAO_0000115"
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
KINDS = {
    OWL + "Class": "class",
    OWL + "ObjectProperty": "object property",
    OWL + "DatatypeProperty": "datatype property",
    OWL + "AnnotationProperty": "annotation property",
    OWL + "NamedIndividual": "individual",
}
"""What a term can be, by its OWL type; the first that fits names it."""


@dataclass(slots=True)
class Term:
    """One term: its IRI and compact name, what it is, its label, and the file that its page is."""

    iri: str
    name: str
    kind: str
    label: str
    page: str = ""

    @property
    def ours(self) -> bool:
        """Whether the term is the project's own."""
        return self.iri.startswith(TERMS)

    @property
    def is_property(self) -> bool:
        """Whether the term is a property."""
        return self.kind.endswith("property")


@dataclass
class Ontology:
    """All statements by subject and predicate, the terms by IRI, and the subclass pairs that HermiT derived."""

    said: dict[str, dict[str, list[Node]]]
    inferred: frozenset[tuple[str, str]]
    prefixes: dict[str, str]
    terms: dict[str, Term] = field(default_factory=dict)

    def objects(self, subject: str, predicate: str) -> list[Node]:
        """Return what is said of a subject by a predicate."""
        return self.said.get(subject, {}).get(predicate, [])

    def named(self, subject: str, predicate: str) -> list[str]:
        """Return the IRIs that a predicate links a subject to."""
        return [node.value for node in self.objects(subject, predicate) if node.kind == "uri"]

    def text(self, subject: str, predicate: str) -> str:
        """Return the first text that a predicate says of a subject, or nothing."""
        return next((node.value for node in self.objects(subject, predicate) if node.kind == "literal"), "")

    def items(self, head: str) -> list[Node]:
        """Return the members of an RDF list."""
        found: list[Node] = []
        while head != RDF + "nil":
            found += self.objects(head, RDF + "first")[:1]
            head = self.objects(head, RDF + "rest")[0].value
        return found

    def compact(self, iri: str) -> str:
        """Return `prefix:name` where a prefix is known, and the IRI itself where none is."""
        fitting = [(len(start), prefix) for prefix, start in self.prefixes.items() if iri.startswith(start)]
        if not fitting:
            return iri
        length, prefix = max(fitting)
        return f"{prefix}:{iri[length:]}"

    def vocabulary_of(self, iri: str) -> str:
        """Return the short name of the vocabulary that an IRI belongs to."""
        compact = self.compact(iri)
        prefix, _, local = compact.partition(":")
        return local.partition("_")[0] if prefix == "obo" else prefix

    @cached_property
    def parents(self) -> dict[str, list[str]]:
        """The terms directly above each, without those that stand above another one of them."""
        above = {
            term: sorted({*self.named(term, SUBCLASS), *self.named(term, SUBPROPERTY)} - {term}) for term in self.terms
        }
        return {
            term: [
                parent
                for parent in found
                if not any(parent in reach(above, other) for other in found if other != parent)
            ]
            for term, found in above.items()
        }

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """The terms directly below each, by label."""
        below: dict[str, list[str]] = defaultdict(list)
        for term in sorted(self.terms, key=self.label_key):
            for parent in self.parents[term]:
                below[parent].append(term)
        return dict(below)

    @cached_property
    def members(self) -> dict[str, list[str]]:
        """The individuals of each class, in the order of their rank and label."""
        found: dict[str, list[str]] = defaultdict(list)
        for term in sorted(self.terms, key=lambda iri: (self._rank(iri), self.label_key(iri))):
            if self.terms[term].kind == "individual":
                for kind in self.named(term, RDF_TYPE):
                    found[kind].append(term)
        return dict(found)

    def _rank(self, iri: str) -> tuple[str, int]:
        scheme = next(iter(self.named(iri, "http://www.w3.org/2004/02/skos/core#inScheme")), "")
        return scheme, int(self.text(iri, TERMS + "rank") or 0)

    def above(self, term: str) -> list[str]:
        """Return every term above a term."""
        return sorted(reach(self.parents, term))

    def below(self, term: str) -> set[str]:
        """Return every term below a term, its individuals included, and the term itself."""
        classes = {term, *reach(self.children, term)}
        return classes | {member for kind in classes for member in self.members.get(kind, ())}

    def label_key(self, iri: str) -> tuple[str, str]:
        """Return what terms are sorted by: the label without regard to case, and the IRI."""
        return (self.terms[iri].label.casefold() if iri in self.terms else iri, iri)

    @cached_property
    def value_roots(self) -> list[str]:
        """The classes whose members are the values of record keys, by label."""
        roots = {node.value for said in self.said.values() for node in said.get(VALUES_FROM, ())}
        return sorted(roots & self.terms.keys(), key=self.label_key)

    @cached_property
    def model_terms(self) -> list[str]:
        """The terms that make up the model: properties, and classes that are neither values nor parts of axioms."""
        fillers = {
            target
            for said in self.said.values()
            for prop in said.get(OWL + "onProperty", ())
            for target in self.named(prop.value, RDFS + "range")
        }
        roots = {*self.value_roots, *(root for root in fillers if root in self.terms)}
        values = {term for root in roots for term in self.below(root) - {root}}
        return sorted(
            (
                iri
                for iri, term in self.terms.items()
                if term.ours and iri not in values and (term.is_property or term.kind == "class")
            ),
            key=self.label_key,
        )


def reach(steps: dict[str, list[str]], start: str) -> set[str]:
    """Return all that can be reached from a start, which is not part of it unless it is reached again."""
    found: set[str] = set()
    todo = list(steps.get(start, ()))
    while todo:
        here = todo.pop()
        if here not in found:
            found.add(here)
            todo += steps.get(here, ())
    return found


def load_ontology(evidence: Evidence) -> Ontology:
    """Return the ontology in the graph, with the prefixes of its files and of the mappings."""
    said: dict[str, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for row in nodes(evidence, "ontology"):
        said[row["subject"].value][row["predicate"].value].append(row["object"])
    for predicates in said.values():
        for found in predicates.values():
            found.sort(key=lambda node: (node.kind, node.value if node.kind != "bnode" else ""))
    product = evidence.product
    files = product.ontology_files()
    ontology = Ontology(
        {subject: dict(found) for subject, found in said.items()},
        _pairs(product.hierarchy),
        read_mappings(product.mappings)[0] | _prefixes(files),
    )
    ontology.terms = _terms(ontology)
    return ontology


def _pairs(hierarchy: Path) -> frozenset[tuple[str, str]]:
    return frozenset(
        (quad.subject.value, quad.object.value)
        for quad in ox.parse(path=str(hierarchy), format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    )


def _prefixes(files: Iterable[Path]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in files:
        parser = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        next(iter(parser), None)
        found |= parser.prefixes
    return found


def _terms(ontology: Ontology) -> dict[str, Term]:
    found = {}
    for iri in sorted(ontology.said):
        kinds = {node.value for node in ontology.objects(iri, RDF_TYPE)}
        kind = next((name for known, name in KINDS.items() if known in kinds), None)
        if kind is not None and ":" in iri:
            name = ontology.compact(iri)
            found[iri] = Term(iri, name, kind, ontology.text(iri, LABEL) or name)
    taken: set[str] = set()
    for term in sorted(found.values(), key=lambda term: (term.is_property, not term.ours, term.iri)):
        name = term.iri.removeprefix(TERMS) if term.ours else _UNSAFE.sub("-", term.name)
        # Files differ by more than case, so that the site can be kept on any disk.
        if name.casefold() in taken:
            name += "-property" if term.is_property else "-term"
        taken.add(name.casefold())
        term.page = f"terms/{name}.html"
    return found
