"""Class expressions in words, as the Manchester syntax has them: pieces of text, some of which are terms."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.docs.ontology import OWL
from calcigraph.names.vocabulary import RDF_TYPE

if TYPE_CHECKING:
    from calcigraph.docs.graph import Node
    from calcigraph.docs.ontology import Ontology


class Piece(NamedTuple):
    """A piece of an expression: a word of the syntax, or the term that an IRI names."""

    text: str
    iri: str = ""


Expression = tuple[Piece, ...]

_QUANTIFIERS = {"someValuesFrom": "some", "allValuesFrom": "only", "hasValue": "value"}
_COUNTS = {
    "minCardinality": "min",
    "maxCardinality": "max",
    "cardinality": "exactly",
    "minQualifiedCardinality": "min",
    "maxQualifiedCardinality": "max",
    "qualifiedCardinality": "exactly",
}
_FACETS = {"minInclusive": "≥", "minExclusive": ">", "maxInclusive": "≤", "maxExclusive": "<", "pattern": "pattern"}
_XSD = "http://www.w3.org/2001/XMLSchema#"
CHARACTERISTICS = {
    OWL + "FunctionalProperty": "functional: at most one value",
    OWL + "InverseFunctionalProperty": "inverse functional: a value belongs to one thing only",
    OWL + "TransitiveProperty": "transitive",
    OWL + "SymmetricProperty": "symmetric",
    OWL + "AsymmetricProperty": "asymmetric",
    OWL + "ReflexiveProperty": "reflexive",
    OWL + "IrreflexiveProperty": "irreflexive: nothing is so related to itself",
}


def express(ontology: Ontology, node: Node) -> Expression:
    """Return a class expression, a data range or a value in words."""
    if node.kind == "literal":
        return (Piece(f'"{node.value}"' if node.datatype in {"", _XSD + "string"} else node.value),)
    if node.kind == "uri":
        return (Piece(label_of(ontology, node.value), node.value),)
    said = ontology.said.get(node.value, {})
    if OWL + "onProperty" in said:
        return _restriction(ontology, node.value)
    for name, word in (("intersectionOf", "and"), ("unionOf", "or"), ("oneOf", "")):
        for head in said.get(OWL + name, ()):
            parts = [_nested(ontology, member) for member in ontology.items(head.value)]
            return (Piece("{"), *_joined(parts, ","), Piece("}")) if not word else _joined(parts, word)
    for name, word in (("complementOf", "not"), ("inverseOf", "inverse of")):
        for other in said.get(OWL + name, ()):
            return (Piece(word), *_nested(ontology, other))
    for base in said.get(OWL + "onDatatype", ()):
        facets = [
            (Piece(_FACETS.get(predicate.rpartition("#")[2], predicate)), *express(ontology, value))
            for head in said.get(OWL + "withRestrictions", ())
            for facet in ontology.items(head.value)
            for predicate, values in sorted(ontology.said.get(facet.value, {}).items())
            for value in values
        ]
        return (*express(ontology, base), Piece("["), *_joined(facets, ","), Piece("]"))
    return (Piece("an unnamed thing"),)


def label_of(ontology: Ontology, iri: str) -> str:
    """Return the label of a term, or what stands for it in a text."""
    if iri in ontology.terms:
        return ontology.terms[iri].label
    return ontology.compact(iri)


def flat(expression: Expression) -> str:
    """Return an expression as text, by which expressions are put in order."""
    return " ".join(piece.text for piece in expression)


def expressions(ontology: Ontology, subject: str, predicate: str, *, named: bool) -> list[Expression]:
    """Return what a predicate links a subject to, in words and in order; `named` ones only on request."""
    found = [
        express(ontology, node)
        for node in ontology.objects(subject, predicate)
        if node.kind == "bnode" or (named and node.kind == "uri")
    ]
    return sorted(found, key=flat)


def disjointness(ontology: Ontology) -> dict[str, list[str]]:
    """Return for each term the terms that share nothing with it, as it is said of pairs and of whole lists."""
    found: dict[str, set[str]] = defaultdict(set)
    for subject, said in ontology.said.items():
        for name in ("disjointWith", "propertyDisjointWith"):
            for node in said.get(OWL + name, ()):
                found[subject].add(node.value)
                found[node.value].add(subject)
        if any(node.value.startswith(OWL + "AllDisjoint") for node in said.get(RDF_TYPE, ())):
            members = {node.value for head in said.get(OWL + "members", ()) for node in ontology.items(head.value)}
            for member in members:
                found[member] |= members
    return {
        term: sorted((iri for iri in others - {term} if iri in ontology.terms), key=ontology.label_key)
        for term, others in found.items()
    }


def chains(ontology: Ontology, prop: str) -> list[Expression]:
    """Return the chains of properties that add up to a property."""
    return sorted(
        (
            _joined([express(ontology, step) for step in ontology.items(head.value)], "then")
            for head in ontology.objects(prop, OWL + "propertyChainAxiom")
        ),
        key=flat,
    )


def _restriction(ontology: Ontology, node: str) -> Expression:
    said = ontology.said[node]
    prop = express(ontology, said[OWL + "onProperty"][0])
    for name, word in _QUANTIFIERS.items():
        for filler in said.get(OWL + name, ()):
            return (*prop, Piece(word), *_nested(ontology, filler))
    for name, word in _COUNTS.items():
        for count in said.get(OWL + name, ()):
            of = [*said.get(OWL + "onClass", ()), *said.get(OWL + "onDataRange", ())]
            rest = _nested(ontology, of[0]) if of else ()
            return (*prop, Piece(word), Piece(count.value), *rest)
    return (*prop, Piece("Self"))


def _nested(ontology: Ontology, node: Node) -> Expression:
    found = express(ontology, node)
    return (Piece("("), *found, Piece(")")) if node.kind == "bnode" and len(found) > 1 else found


def _joined(parts: list[Expression], word: str) -> Expression:
    found: list[Piece] = []
    for part in parts:
        found += [Piece(word), *part] if found else part
    return tuple(found)
