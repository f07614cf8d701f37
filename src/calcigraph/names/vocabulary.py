"""The terms of the ontology by name: labels, synonyms, notations, compact and external identifiers."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from calcigraph.errors import AmbiguousName, UnknownName
from calcigraph.names.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

TERMS = "https://w3id.org/calcigraph/ontology#"
PREFIX = "cg:"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
SYNONYM = "http://www.geneontology.org/formats/oboInOwl#hasExactSynonym"
NOTATION = "http://www.w3.org/2004/02/skos/core#notation"
VALUES_FROM = TERMS + "valuesFrom"


@dataclass(slots=True)
class Vocabulary:
    """Terms and their names.

    `labels` gives a term's label, `names` the terms that a folded name may mean, `members` the terms
    below each class (subclasses, individuals, and the class itself).
    """

    labels: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)

    def find(self, name: str, *, root: str) -> str:
        """Return the IRI of the one term below `root` that is called so.

        A name is a label, a synonym, a notation, `cg:Name`, an IRI, or an identifier of another
        vocabulary. Case, accents and white space do not matter.

        Raises UnknownName, with the nearest names, or AmbiguousName.
        """
        allowed = set(self.members.get(root, ()))
        found = [term for term in self.names.get(fold(name), ()) if term in allowed]
        kind = self.labels.get(root, "term")
        if len(found) == 1:
            return found[0]
        if found:
            by_label = [term for term in found if fold(self.labels[term]) == fold(name)]
            if len(by_label) == 1:
                return by_label[0]
            raise AmbiguousName(name, [self.labels[term] for term in found], kind=kind)
        raise UnknownName(name, self._nearest(name, allowed), kind=kind)

    def expansions(self, curie: str) -> list[str]:
        """Return the IRI that a compact identifier of a mapped vocabulary stands for, if it is one."""
        prefix, colon, local = curie.strip().partition(":")
        known = {name.casefold(): iri for name, iri in self.prefixes.items()}
        return [known[prefix.casefold()] + local] if colon and prefix.casefold() in known else []

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


def load_vocabulary(ontology: Iterable[Path], mappings: Path | None = None) -> Vocabulary:
    """Return the terms that the ontology files declare, with the identifiers that the mappings give them."""
    triples = _triples(ontology)
    vocabulary = Vocabulary()
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for term, label in triples[LABEL]:
        vocabulary.labels[term] = label.value
        names[fold(label.value)][term] = None
    for term, name in [*triples[SYNONYM], *triples[NOTATION]]:
        names[fold(name.value)][term] = None
    for term in vocabulary.labels:
        names[fold(term)][term] = None
        if term.startswith(TERMS):
            names[fold(PREFIX + term.removeprefix(TERMS))][term] = None
    for term, identifiers in _identifiers(mappings).items():
        for identifier in identifiers:
            names[fold(identifier)][term] = None
    vocabulary.names = {name: list(terms) for name, terms in sorted(names.items())}
    vocabulary.members = _members(triples)
    if mappings is not None:
        vocabulary.prefixes = read_mappings(mappings)[0] | {PREFIX.removesuffix(":"): TERMS}
    return vocabulary


def _triples(ontology: Iterable[Path]) -> dict[str, list[tuple[str, Any]]]:
    """Return what the files say of named terms: by property, subject and object."""
    import pyoxigraph as ox

    triples: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for path in ontology:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode):
                triples[quad.predicate.value].append((quad.subject.value, quad.object))
    return triples


def _members(triples: Mapping[str, list[tuple[str, Any]]]) -> dict[str, list[str]]:
    below: dict[str, set[str]] = defaultdict(set)
    for predicate in (SUBCLASS, RDF_TYPE):
        for term, parent in triples[predicate]:
            if parent.value.startswith(TERMS):
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


def _identifiers(mappings: Path | None) -> dict[str, list[str]]:
    """Return the exact external identifiers of each term, compact and whole."""
    found: dict[str, list[str]] = defaultdict(list)
    if mappings is None:
        return found
    prefixes, rows = read_mappings(mappings)
    for row in rows:
        if row["predicate_id"] == "skos:exactMatch":
            term = _expand(row["subject_id"], prefixes)
            found[term] += [row["object_id"], _expand(row["object_id"], prefixes)]
    return found


def _expand(curie: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = curie.partition(":")
    return prefixes[prefix] + local


def read_mappings(path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return the prefixes and the rows of an SSSOM file."""
    prefixes: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    header = [line[1:] for line in lines if line.startswith("#")]
    for line in header[header.index(" curie_map:") + 1 :]:
        prefix, _, iri = line.strip().partition(": ")
        prefixes[prefix] = iri
    body = [line for line in lines if not line.startswith("#")]
    return prefixes, list(csv.DictReader(body, delimiter="\t"))


def fill_context(context: dict[str, Any], ontology: Iterable[Path]) -> dict[str, Any]:
    """Return the record context with the names of each key's values written in from the ontology."""
    files = list(ontology)
    vocabulary = load_vocabulary(files)
    roots: dict[str, list[str]] = defaultdict(list)
    for term, root in _triples(files)[VALUES_FROM]:
        roots[term].append(root.value)
    table = dict(context["@context"])
    for key, entry in table.items():
        if isinstance(entry, dict) and entry.get("@type") == "@vocab":
            iri = _expand(entry["@id"], {k: v for k, v in table.items() if isinstance(v, str)})
            terms = {term for root in roots[iri] for term in vocabulary.members[root] if term != root}
            names = sorted((vocabulary.labels[term], term) for term in terms)
            table[key] = entry | {"@context": {label: PREFIX + term.removeprefix(TERMS) for label, term in names}}
    return {"@context": table}
