"""The terms of the ontology by name: labels, synonyms, notations, compact and external identifiers."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from calcigraph.errors import AmbiguousName, UnknownName
from calcigraph.names.mappings import all_prefixes, expand, read_mappings
from calcigraph.names.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BASE = "https://w3id.org/calcigraph/"
TERMS = BASE + "ontology#"
DATA_LICENSE = "https://creativecommons.org/publicdomain/zero/1.0/"
PREFIX = "cg:"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
SUBPROPERTY = "http://www.w3.org/2000/01/rdf-schema#subPropertyOf"
SYNONYM = "http://www.geneontology.org/formats/oboInOwl#hasExactSynonym"
NOTATION = "http://www.w3.org/2004/02/skos/core#notation"
VALUES_FROM = TERMS + "valuesFrom"
INEXACT = {"skos:closeMatch": "close", "skos:narrowMatch": "narrow", "skos:broadMatch": "broad"}
"""The mappings that may stand in for an exact one, the best first. What is merely related means something else."""
_REMARKS = {
    "close": "{name} is only a close match of {label}.",
    "narrow": "{name} is narrower than {label}, so the answer covers more.",
    "broad": "{name} is broader than {label}, so the answer covers less.",
}


@dataclass(frozen=True, slots=True)
class Match:
    """The term that a name led to, and how: `exact`, or the `close`, `narrow` or `broad` mapping that was used."""

    term: str
    how: str


@dataclass(slots=True)
class Vocabulary:
    """Terms and their names.

    `labels` gives a term's label, `names` the terms that a folded name may mean, `members` the terms
    below each class (subclasses, individuals, and the class itself), `inexact` the terms to which a
    folded external IRI is mapped without meaning the same, each with how.
    """

    labels: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    inexact: dict[str, dict[str, str]] = field(default_factory=dict)

    def find(self, name: str, *, root: str) -> str:
        """Return the IRI of the one term below `root` that is called so.

        A name is a label, a synonym, a notation, `cg:Name`, an IRI, or an identifier of another
        vocabulary, compact or whole. Case, accents and white space do not matter. An identifier that
        means no term exactly leads to the term that is mapped to it most closely; `remark` says so.

        Raises UnknownName, with the nearest names, or AmbiguousName.
        """
        return self.match(name, root=root).term

    def match(self, name: str, *, root: str) -> Match:
        """Return the term that `find` finds, and how; raises what `find` raises."""
        allowed = set(self.members.get(root, ()))
        kind = self.labels.get(root, "term")
        forms = [fold(form) for form in (name, *self.expansions(name))]
        by_name = list(dict.fromkeys(term for form in forms for term in self.names.get(form, ()) if term in allowed))
        if by_name:
            return Match(self._one(name, by_name, kind), "exact")
        mapped = {term: how for form in forms for term, how in self.inexact.get(form, {}).items() if term in allowed}
        for how in INEXACT.values():
            found = [term for term in mapped if mapped[term] == how]
            if found:
                return Match(self._one(name, found, kind), how)
        raise UnknownName(name, self._nearest(name, allowed), kind=kind)

    def remark(self, name: str, *, root: str) -> str | None:
        """Return what the user must know of how the name led to its term, if it does not mean it exactly.

        Raises what `find` raises.
        """
        match = self.match(name, root=root)
        if match.how not in _REMARKS:
            return None
        return _REMARKS[match.how].format(name=name.strip(), label=self.labels[match.term])

    def expansions(self, curie: str) -> list[str]:
        """Return the IRI that a compact identifier of a mapped vocabulary stands for, if it is one."""
        prefix, colon, local = curie.strip().partition(":")
        known = {name.casefold(): iri for name, iri in self.prefixes.items()}
        return [known[prefix.casefold()] + local] if colon and prefix.casefold() in known else []

    def _one(self, name: str, found: list[str], kind: str) -> str:
        """Return the only term, or the one whose label the name is."""
        by_label = [term for term in found if fold(self.labels[term]) == fold(name)] if len(found) > 1 else found
        if len(by_label) == 1:
            return by_label[0]
        raise AmbiguousName(name, [self.labels[term] for term in found], kind=kind)

    def _nearest(self, name: str, allowed: set[str]) -> list[str]:
        candidates = {
            known: terms[0] for known, terms in self.names.items() if terms[0] in allowed and "/" not in known
        }
        labels: dict[str, None] = {}
        for known in nearest(fold(name), candidates, limit=8):
            labels.setdefault(self.labels[candidates[known]])
        return list(labels)[:3]

    def to_json(self) -> str:
        """Return the vocabulary as JSON text; `from_json` reads it back."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Vocabulary:
        """Return the vocabulary that `to_json` wrote."""
        return cls(**json.loads(text))


def fold(name: str) -> str:
    """Return the name without the differences that do not matter.

    >>> fold("  Sjögren   Syndrome ")
    'sjogren syndrome'
    """
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def load_vocabulary(
    ontology: Iterable[Path], mappings: Path | None = None, *, more: Mapping[str, str] | None = None
) -> Vocabulary:
    """Return the project's own terms in the ontology files, with the identifiers that the mappings give them.

    `more` gives the namespaces, by prefix, of a registry whose terms are its own too.

    Terms of other vocabularies, to which the ontology is aligned, are no answers: they are not among them.
    """
    triples = _triples(ontology)
    own = {PREFIX.removesuffix(":"): TERMS, **(more or {})}
    spaces = tuple(own.values())
    vocabulary = Vocabulary()
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for term, label in triples[LABEL]:
        if term.startswith(spaces):
            vocabulary.labels[term] = label.value
            names[fold(label.value)][term] = None
    for term, name in [*triples[SYNONYM], *triples[NOTATION]]:
        if term in vocabulary.labels:
            names[fold(name.value)][term] = None
    for term in vocabulary.labels:
        names[fold(term)][term] = None
        names[fold(_compact(term, own))][term] = None
    if mappings is not None:
        _add_mappings(vocabulary, names, mappings, own)
    vocabulary.names = {name: list(terms) for name, terms in sorted(names.items())}
    vocabulary.members = _members(triples, spaces)
    return vocabulary


def _compact(term: str, own: Mapping[str, str]) -> str:
    """Return the compact form of a term of one of the namespaces."""
    return next(f"{prefix}:{term.removeprefix(space)}" for prefix, space in own.items() if term.startswith(space))


def _add_mappings(
    vocabulary: Vocabulary, names: dict[str, dict[str, None]], mappings: Path, own: Mapping[str, str]
) -> None:
    """Add what the mappings say: exact identifiers are names, compact and whole; others are kept apart."""
    prefixes, rows = read_mappings(mappings)
    vocabulary.prefixes = all_prefixes(prefixes) | dict(own)
    for row in rows:
        term, identifier = expand(row["subject_id"], prefixes), expand(row["object_id"], prefixes)
        if row["predicate_id"] == "skos:exactMatch":
            names[fold(row["object_id"])][term] = names[fold(identifier)][term] = None
        elif row["predicate_id"] in INEXACT:
            vocabulary.inexact.setdefault(fold(identifier), {})[term] = INEXACT[row["predicate_id"]]


def _triples(ontology: Iterable[Path]) -> dict[str, list[tuple[str, Any]]]:
    """Return what the files say of named terms: by property, subject and object."""
    import pyoxigraph as ox

    triples: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for path in ontology:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode):
                triples[quad.predicate.value].append((quad.subject.value, quad.object))
    return triples


def _members(triples: Mapping[str, list[tuple[str, Any]]], spaces: tuple[str, ...]) -> dict[str, list[str]]:
    below: dict[str, set[str]] = defaultdict(set)
    for predicate in (SUBCLASS, SUBPROPERTY, RDF_TYPE):
        for term, parent in triples[predicate]:
            if parent.value.startswith(spaces):
                below[parent.value].add(term)
    members: dict[str, list[str]] = {}
    for root in sorted(below):
        reached: set[str] = {root}
        todo = [root]
        while todo:
            for term in below.get(todo.pop(), ()):
                if term not in reached:
                    reached.add(term)
                    todo.append(term)
        members[root] = sorted(reached)
    return members


def fill_context(
    context: dict[str, Any], ontology: Iterable[Path], *, more: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the record context with the names of each key's values written in from the ontology."""
    files = list(ontology)
    vocabulary = load_vocabulary(files, more=more)
    own = {PREFIX.removesuffix(":"): TERMS, **(more or {})}
    roots: dict[str, list[str]] = defaultdict(list)
    for term, root in _triples(files)[VALUES_FROM]:
        roots[term].append(root.value)
    table = dict(context["@context"])
    for key, entry in table.items():
        if isinstance(entry, dict) and entry.get("@type") == "@vocab":
            iri = expand(entry["@id"], {k: v for k, v in table.items() if isinstance(v, str)})
            terms = {term for root in roots[iri] for term in vocabulary.members[root] if term != root}
            names = sorted((vocabulary.labels[term], term) for term in terms)
            table[key] = entry | {"@context": {label: _compact(term, own) for label, term in names}}
    return {"@context": table}
