"""What the page of a term says: its place in the hierarchy, its axioms, its mappings and where it is used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.docs.axioms import CHARACTERISTICS, Piece, chains, disjointness, express, expressions
from calcigraph.docs.graph import Node, rows
from calcigraph.docs.mappings import by_term
from calcigraph.docs.ontology import DEFINITION, OWL, RDFS, SUBPROPERTY, Ontology, Term
from calcigraph.names.vocabulary import LABEL, NOTATION, RDF_TYPE, SUBCLASS, SYNONYM, VALUES_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from calcigraph.api import Evidence
    from calcigraph.docs.axioms import Expression
    from calcigraph.docs.keys import Keys
    from calcigraph.docs.mappings import Mapping as TermMapping

_DEFINITION_SOURCE = "http://purl.obolibrary.org/obo/IAO_0000119"
_COMMENT = RDFS + "comment"
_SHOWN_ELSEWHERE = {
    RDF_TYPE,
    LABEL,
    SUBCLASS,
    SUBPROPERTY,
    SYNONYM,
    NOTATION,
    DEFINITION,
    _DEFINITION_SOURCE,
    _COMMENT,
    *(RDFS + name for name in ("domain", "range")),
    *(OWL + name for name in ("equivalentClass", "equivalentProperty", "inverseOf", "propertyChainAxiom", "hasKey")),
    *(OWL + name for name in ("disjointWith", "propertyDisjointWith")),
}
_SMALL_TREE = 60
_PATHS = 8
SHOWN_RECORDS = 60
"""Records that a term's page lists at most; the questions have them all."""


class Use(NamedTuple):
    """A record that names a term: under which properties, and in how many of its parts."""

    record: str
    properties: tuple[str, ...]
    parts: int


@dataclass(slots=True)
class Uses:
    """Where the records name a term itself, and in how many records it or what is below it stands."""

    direct: list[Use] = field(default_factory=list)
    parts: int = 0
    records_below: int = 0


class Tree(NamedTuple):
    """A term with what is below it; `inferred` tells whether HermiT derived that it is below the one above."""

    iri: str
    inferred: bool
    below: list[Tree]

    @property
    def size(self) -> int:
        """How many terms are in the tree, this one included."""
        return 1 + sum(tree.size for tree in self.below)


class Terms:
    """Makes the values of term pages from what was read once for all of them."""

    def __init__(self, evidence: Evidence, ontology: Ontology, keys: Keys, mappings: Iterable[TermMapping]) -> None:
        self.ontology = ontology
        self.keys = keys
        self._mappings = by_term(mappings)
        self._disjoint = disjointness(ontology)
        self._uses = _uses(evidence)
        self._counts = {
            row["property"]: (int(row["statements"]), int(row["records"])) for row in rows(evidence, "properties")
        }
        self._inverse = _back(ontology, OWL + "inverseOf")

    def page(self, term: Term) -> dict[str, Any]:
        """Return the values of the page of a term."""
        o, iri = self.ontology, term.iri
        tree = self.tree(iri, inferred=False)
        return {
            "term": term,
            "definition": o.text(iri, DEFINITION),
            "definition_sources": o.named(iri, _DEFINITION_SOURCE),
            "synonyms": [node.value for node in o.objects(iri, SYNONYM)],
            "notations": [node.value for node in o.objects(iri, NOTATION)],
            "comments": [node.value for node in o.objects(iri, _COMMENT)],
            "keys": self.keys.of(iri),
            "type_names": [name for name, kind in self.keys.types.items() if kind == iri],
            "written": self.keys.naming(iri),
            "paths": self.paths(iri)[:_PATHS],
            "tree": tree,
            "small": tree.size <= _SMALL_TREE,
            "types": [kind for kind in o.named(iri, RDF_TYPE) if not kind.startswith(OWL)],
            "members": o.members.get(iri, []),
            "axioms": self.axioms(term),
            "others": self.others(iri),
            "mappings": self._mappings.get(iri, []),
            "uses": self.uses(iri),
            "count": self._counts.get(iri),
        }

    def tree(self, iri: str, *, inferred: bool, path: frozenset[str] = frozenset()) -> Tree:
        """Return a term with all that is below it; a circle ends where it closes."""
        below = [] if iri in path else self.ontology.children.get(iri, [])
        return Tree(
            iri,
            inferred,
            [self.tree(child, inferred=self.is_inferred(child, iri), path=path | {iri}) for child in below],
        )

    def is_inferred(self, child: str, parent: str) -> bool:
        """Tell whether HermiT derived that one class is below the other."""
        return (child, parent) in self.ontology.inferred

    def paths(self, iri: str, seen: frozenset[str] = frozenset()) -> list[list[tuple[str, bool]]]:
        """Return the ways from a top term down to one just above a term, each step with whether it was inferred."""
        found = []
        for parent in self.ontology.parents.get(iri, []):
            if parent in seen:
                continue
            step = (parent, self.is_inferred(iri, parent))
            found += [[*path, step] for path in self.paths(parent, seen | {iri}) or [[]]]
        return sorted(found)

    def axioms(self, term: Term) -> list[tuple[str, list[Expression]]]:
        """Return what the ontology states of a term as a logician reads it, each kind with its expressions."""
        o, iri = self.ontology, term.iri
        kinds = {node.value for node in o.objects(iri, RDF_TYPE)}
        features = [text for kind, text in CHARACTERISTICS.items() if kind in kinds]

        def named(*iris: str) -> list[Expression]:
            return [_term(o, other) for other in iris]

        found = [
            ("Equivalent to", expressions(o, iri, OWL + "equivalentClass", named=True)),
            ("Equivalent property", expressions(o, iri, OWL + "equivalentProperty", named=True)),
            ("Subclass of", _asserted(o, iri)),
            ("Subclass of, inferred", named(*(above for below, above in sorted(o.inferred) if below == iri))),
            ("Subproperty of", expressions(o, iri, SUBPROPERTY, named=True)),
            ("Domain", expressions(o, iri, RDFS + "domain", named=True)),
            ("Range", expressions(o, iri, RDFS + "range", named=True)),
            ("Values from", named(*o.named(iri, VALUES_FROM))),
            ("Inverse of", [*expressions(o, iri, OWL + "inverseOf", named=True), *named(*self._inverse.get(iri, []))]),
            ("Follows from the chain", chains(o, iri)),
            ("Characteristics", [_words(text) for text in features]),
            ("Key", sorted((_list(o, node) for node in o.objects(iri, OWL + "hasKey")), key=repr)),
            ("Disjoint with", named(*self._disjoint.get(iri, []))),
        ]
        return [(name, parts) for name, parts in found if parts]

    def others(self, iri: str) -> list[tuple[str, list[Node]]]:
        """Return what else is said of a term, by predicate."""
        said = self.ontology.said[iri]
        return [
            (predicate, [node for node in found if node.kind != "bnode"])
            for predicate, found in sorted(said.items())
            if predicate not in _SHOWN_ELSEWHERE | {VALUES_FROM} and any(node.kind != "bnode" for node in found)
        ]

    def uses(self, iri: str) -> Uses:
        """Return where the records name a term."""
        direct = self._uses.get(iri, {})
        below = {record for other in self.ontology.below(iri) for record in self._uses.get(other, ())}
        return Uses(list(direct.values()), sum(use.parts for use in direct.values()), len(below))


def _uses(evidence: Evidence) -> dict[str, dict[str, Use]]:
    found: dict[str, dict[str, Use]] = defaultdict(dict)
    for row in rows(evidence, "values"):
        earlier = found[row["term"]].get(row["record"], Use(row["record"], (), 0))
        found[row["term"]][row["record"]] = Use(
            row["record"], (*earlier.properties, row["property"]), earlier.parts + int(row["parts"])
        )
    return found


def _asserted(ontology: Ontology, iri: str) -> list[Expression]:
    """Return the superclasses that the ontology states, without those that HermiT derived."""
    stated = [other for other in ontology.named(iri, SUBCLASS) if (iri, other) not in ontology.inferred]
    return [*(_term(ontology, other) for other in stated), *expressions(ontology, iri, SUBCLASS, named=False)]


def _back(ontology: Ontology, predicate: str) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for subject in ontology.terms:
        for other in ontology.named(subject, predicate):
            found[other].append(subject)
    return found


def _term(ontology: Ontology, iri: str) -> Expression:
    return express(ontology, Node("uri", iri))


def _words(text: str) -> Expression:
    return (Piece(text),)


def _list(ontology: Ontology, head: Node) -> Expression:
    return tuple(piece for node in ontology.items(head.value) for piece in _term(ontology, node.value))
