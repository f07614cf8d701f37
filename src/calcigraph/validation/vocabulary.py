"""Names that no vocabulary declares: `sh:nodeType`, a slip for `sh:nodeKind`, passes every engine and checks nothing.

A name is declared by the ontology, or it is a term of a closed vocabulary whose terms rdflib knows. Shapes may also
name each other. The addresses of records, graphs and documents are no names.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from calcigraph.errors import Problem
from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import BASE, RDF_TYPE, TERMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from calcigraph.resources import Resources

_CLOSED = ("RDF", "RDFS", "OWL", "XSD", "SH", "SKOS", "PROV", "DCTERMS", "FOAF")
_SHACL = "http://www.w3.org/ns/shacl#"
_QUERIES = frozenset(_SHACL + name for name in ("select", "ask", "construct", "update"))
_TO_DOCUMENTS = frozenset(
    {
        "http://www.w3.org/2002/07/owl#versionIRI",
        "http://www.w3.org/2000/01/rdf-schema#isDefinedBy",
        "http://www.w3.org/2000/01/rdf-schema#seeAlso",
        "http://purl.org/dc/terms/license",
        "http://purl.org/dc/terms/source",
        "http://purl.obolibrary.org/obo/IAO_0000119",
    }
)
_TEXT = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""' r"|'''(?:[^'\\]|\\.|'(?!''))*'''" r'|"(?:[^"\\\n]|\\.)*"' r"|'(?:[^'\\\n]|\\.)*'"
)
_PREFIX = re.compile(r"@?prefix\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE)
_JSON_PREFIX = re.compile(r'"([\w-]+)":\s*"(\w+://[^"]*[#/])"')
_TOKEN = re.compile(
    rf"{_TEXT}|{_PREFIX.pattern}|<(?P<iri>[^<>\"{{}}|^`\\\s]*)>|#[^\n]*|_:\w+"
    r"|(?<![\w?$:-])(?P<prefix>[A-Za-z][\w-]*|):(?P<local>\w(?:[\w.-]*[\w-])?)",
    re.DOTALL | re.IGNORECASE,
)
_HEADER = re.compile(r"^#\+.*\bfrom: ([\w-]+):(\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Declared:
    """The names that may be used: those of the ontology, and the closed vocabularies by their namespaces."""

    own: frozenset[str]
    closed: Mapping[str, Any]

    def __contains__(self, iri: str) -> bool:
        """Whether a vocabulary declares the name; the address of a record or a graph needs no declaration."""
        for namespace, vocabulary in self.closed.items():
            if iri.startswith(namespace):
                return iri in vocabulary
        return iri in self.own or (iri.startswith(BASE) and not iri.startswith(TERMS))

    def nearest(self, iri: str) -> list[str]:
        """Return the local names in the same namespace that are most alike."""
        namespace, local = _split(iri)
        names = [*self.own, *map(str, dir(self.closed.get(namespace)))]
        return nearest(local, [_split(name)[1] for name in names if _split(name)[0] == namespace], limit=2)


def undeclared_names(product: Resources) -> list[Problem]:
    """Return each name in the ontology, the context, the shapes, the rules and the questions that is not declared."""
    declared = declared_names(product)
    among_shapes = Declared(declared.own | _subjects(product.shape_files()), declared.closed)
    among_orders = Declared(declared.own | _subjects(product.order_files()), declared.closed)
    files: list[tuple[Path, Callable[[str], set[str]], Declared]] = [
        *((path, names_in_turtle, declared) for path in product.ontology_files()),
        *((path, names_in_turtle, among_orders) for path in product.order_files()),
        *((path, names_in_turtle, among_shapes) for path in product.shape_files()),
        *((path, names_in_sparql, declared) for path in [*product.rule_files(), *product.all_queries()]),
        (product.context, names_in_context, declared),
    ]
    problems = []
    for path, names_in, known in files:
        text = path.read_text(encoding="utf-8")
        undeclared = sorted(name for name in names_in(text) if name not in known)
        problems += [_problem(_shown(path, product), text, name, known) for name in undeclared]
    return sorted(problems)


def declared_names(product: Resources) -> Declared:
    """Return the names to which the ontology gives a type, and the closed vocabularies."""
    import rdflib

    own = _subjects(product.ontology_files(), predicate=RDF_TYPE)
    return Declared(own, {str(getattr(rdflib, name)): getattr(rdflib, name) for name in _CLOSED})


def names_in_turtle(text: str) -> set[str]:
    """Return the IRIs in Turtle that are names, also those in the queries of SHACL constraints.

    >>> sorted(names_in_turtle("<urn:a> <http://purl.org/dc/terms/license> <urn:b> ."))
    ['http://purl.org/dc/terms/license', 'urn:a']
    """
    names: set[str] = set()
    queries = []
    prefixes: dict[Any, dict[str, str]] = {}
    for triple in ox.parse(text, format=ox.RdfFormat.TURTLE):
        used = triple.predicate.value
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.Literal):
                names.add(term.datatype.value)
            elif isinstance(term, ox.NamedNode) and not (term == triple.object and used in _TO_DOCUMENTS):
                names.add(term.value)
        if used in _QUERIES:
            queries.append(triple.object.value)
        elif used in (f"{_SHACL}prefix", f"{_SHACL}namespace"):
            prefixes.setdefault(triple.subject, {})[used.removeprefix(_SHACL)] = triple.object.value
    head = "".join(f"PREFIX {entry['prefix']}: <{entry['namespace']}>\n" for entry in prefixes.values())
    return names.union(*(names_in_sparql(head + query) for query in queries))


def names_in_sparql(text: str) -> set[str]:
    """Return the IRIs in a query, and in the header of a question, that are names.

    >>> sorted(names_in_sparql("PREFIX a: <urn:a#> SELECT * { ?s a:b/<urn:c> 'a:d' } # a:e"))
    ['urn:a#b', 'urn:c']
    """
    prefixes = dict(_PREFIX.findall(text))
    names = {_expand(prefix, local, prefixes) for prefix, local in _HEADER.findall(text)}
    for token in _TOKEN.finditer(text):
        if token["iri"] is not None:
            names.add(token["iri"])
        elif token["local"] is not None:
            names.add(_expand(token["prefix"], token["local"], prefixes))
    return names


def names_in_context(text: str) -> set[str]:
    """Return the IRIs to which a JSON-LD context leads.

    >>> sorted(names_in_context('{"@context": {"a": "urn:a#", "id": "@id", "k": {"@id": "a:b", "@type": "@vocab"}}}'))
    ['urn:a#b']
    """
    table = json.loads(text)["@context"]
    words: set[str] = set()
    for key, entry in table.items():
        if isinstance(entry, dict):
            words |= {entry["@id"], entry.get("@type", "@id"), *entry.get("@context", {}).values()}
        elif not key.startswith("@") and not entry.endswith(("#", "/")):
            words.add(entry)
    prefixes = {key: entry for key, entry in table.items() if isinstance(entry, str)}
    parts = [word.partition(":") for word in words if not word.startswith("@")]
    return {_expand(prefix, local, prefixes) for prefix, _, local in parts}


def _expand(prefix: str, local: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI of a compact name; under an unknown prefix it stays as it is."""
    return prefixes.get(prefix, f"{prefix}:") + local


def _split(iri: str) -> tuple[str, str]:
    """Return the namespace and the local name."""
    local = re.split(r"[#/]", iri)[-1]
    return iri.removesuffix(local), local


def _subjects(paths: Iterable[Path], *, predicate: str | None = None) -> frozenset[str]:
    """Return the IRIs of which Turtle files say something, or say it with the predicate."""
    return frozenset(
        triple.subject.value
        for path in paths
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        if isinstance(triple.subject, ox.NamedNode) and predicate in (None, triple.predicate.value)
    )


def _problem(file: str, text: str, iri: str, declared: Declared) -> Problem:
    forms = list(_forms(text, iri))
    found = re.search(rf"(?<![\w-])(?:{'|'.join(map(re.escape, [*forms, iri]))})(?![\w-])", text)
    before = text[: found.start()] if found else ""
    line, column = (before.count("\n") + 1, len(before) - before.rfind("\n")) if found else (0, 0)
    near = declared.nearest(iri)
    hint = f" Nearest: {', '.join(near)}." if near else ""
    return Problem(file, line, column, "undeclared-name", f"No vocabulary declares {(forms or [iri])[0]}.{hint}")


def _forms(text: str, iri: str) -> Iterator[str]:
    """Yield the compact forms that the prefixes of a file give to an IRI."""
    for prefix, namespace in [*_PREFIX.findall(text), *_JSON_PREFIX.findall(text)]:
        if iri.startswith(namespace):
            yield f"{prefix}:{iri.removeprefix(namespace)}"


def _shown(path: Path, product: Resources) -> str:
    """Return the path from the product's folder on."""
    folder = next(folder for folder in (product.ontology, product.shapes, product.queries) if folder in path.parents)
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"
