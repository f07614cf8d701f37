"""Statements as rows for people: what is said of things in a graph, with labels, links and only what can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.names.vocabulary import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcigraph.serve.pages.library import Library

PERCENTAGES = ("proportion", "proportionLow", "proportionHigh")
"""Properties whose values are recorded as percentages."""
LABELS = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://purl.org/dc/terms/title",
)


class Value(NamedTuple):
    """A value: its text, the address that it is, if it is one, and its language."""

    text: str
    iri: str | None = None
    language: str | None = None


class Thing:
    """What is said of one thing: its values by property."""

    def __init__(self, iri: str, said: Mapping[str, list[Value]]) -> None:
        self.iri = iri
        self.said = said

    def all(self, name: str) -> list[Value]:
        """Return the values of a property by the local name of it, in their order."""
        return [value for iri, values in self.said.items() if _local(iri) == name for value in values]

    def one(self, name: str) -> Value | None:
        """Return the first value of a property by its local name."""
        return next(iter(self.all(name)), None)


class Things:
    """The things that triples speak of."""

    def __init__(self, triples: bytes, library: Library) -> None:
        import pyoxigraph as ox

        self.labels = dict(library.names.labels)
        self.by_iri: dict[str, Thing] = {}
        quads = list(ox.parse(triples, format=ox.RdfFormat.N_TRIPLES))
        for record, row in library.records.items():
            self.labels.setdefault(record, row["label"])
        for quad in quads:
            if quad.predicate.value in LABELS and isinstance(quad.object, ox.Literal):
                self.labels.setdefault(_key(quad.subject), quad.object.value)
        said: dict[str, dict[str, list[Value]]] = {}
        for quad in quads:
            values = said.setdefault(_key(quad.subject), {}).setdefault(quad.predicate.value, [])
            values.append(self._value(quad.object))
        for iri, about in said.items():
            ordered = {name: sorted(values, key=lambda value: value.text) for name, values in about.items()}
            self.by_iri[iri] = Thing(iri, ordered)

    def rows(self, thing: Thing, without: frozenset[str]) -> list[tuple[str, str, list[Value]]]:
        """Return the properties of a thing with the project's own names, but those without: name, address, values."""
        told = [
            (plain(self.labels[iri]), iri, values)
            for iri, values in thing.said.items()
            if iri in self.labels and _local(iri) not in without
        ]
        return sorted(told)

    def _value(self, term: Any) -> Value:
        import pyoxigraph as ox

        if isinstance(term, ox.Literal):
            return Value(term.value, None, term.language)
        if isinstance(term, ox.NamedNode):
            return Value(self.labels.get(term.value, term.value.removeprefix(BASE)), term.value)
        return Value(_key(term), None)


def plain(label: str) -> str:
    """Return the name of a property as a heading for its values.

    >>> plain("has effect direction")
    'effect direction'
    """
    return label.removeprefix("has ")


def _key(term: Any) -> str:
    import pyoxigraph as ox

    return str(term) if isinstance(term, ox.BlankNode) else str(term.value)


def _local(iri: str) -> str:
    return iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]
