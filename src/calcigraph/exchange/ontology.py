"""The ontology, merged and classified: OWL as RDF/XML, and OBO and OBO Graphs, which hold less."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from calcigraph.exchange.parts import local_name
from calcigraph.exchange.rdf import PREFIXES
from calcigraph.exchange.source import NOTE
from calcigraph.graph.dataset import ONTOLOGY_GRAPH, turtle_quads
from calcigraph.names.vocabulary import BASE, TERMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.source import Source

_ONTOLOGY = "calcigraph"
_CARRIED = frozenset({"label", "IAO_0000115", "IAO_0000119", "hasExactSynonym", "subClassOf", "subPropertyOf", "type"})


@dataclass(slots=True)
class Term:
    """A term of the ontology: its address, its kind in OWL, and what is said of it, by the name of the property."""

    iri: str
    kind: str
    said: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def first(self, name: str) -> str:
        """Return the first value of a property, or nothing."""
        return next(iter(self.said.get(name, ())), "")


def owl(source: Source, losses: Losses) -> Files:
    """Yield the ontology with its classified hierarchy as one RDF/XML document."""
    del losses

    def write(file: BinaryIO) -> None:
        quads = turtle_quads(source.evidence.product.ontology_files(), ONTOLOGY_GRAPH)
        triples = sorted({ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads}, key=str)
        ox.serialize(triples, file, ox.RdfFormat.RDF_XML, prefixes=PREFIXES)

    yield "calcigraph.owl", write


def obo(source: Source, losses: Losses) -> Files:
    """Yield the ontology as OBO."""
    yield "calcigraph.obo", lambda file: file.write(str(_document(source, losses)).encode())


def obo_graphs(source: Source, losses: Losses) -> Files:
    """Yield the ontology as OBO Graphs JSON."""

    def write(file: BinaryIO) -> None:
        import fastobo

        kept = io.BytesIO()
        fastobo.dump_graph(_document(source, losses), kept)
        document = json.loads(kept.getvalue())
        # fastobo names every ontology as one of the OBO Foundry, which this is not.
        document["graphs"][0]["id"] = BASE + "ontology"
        document["graphs"][0]["meta"]["version"] = f"{BASE}ontology/{source.stamp}"
        file.write((json.dumps(_given(document), indent=1, ensure_ascii=False) + "\n").encode())

    yield "calcigraph.obo.json", write


def _given(value: Any) -> Any:
    """Return a JSON value without keys of null, which fastobo writes and OAK's model of OBO Graphs refuses."""
    if isinstance(value, dict):
        return {key: _given(inner) for key, inner in value.items() if inner is not None}
    return [_given(inner) for inner in value] if isinstance(value, list) else value


def load_terms(source: Source) -> dict[str, Term]:
    """Return the terms of the ontology by address, in order of address."""
    terms: dict[str, Term] = {}
    for row in source.rows("ontology"):
        term = terms.setdefault(row["term"], Term(row["term"], local_name(row["kind"])))
        values = term.said[local_name(row["property"])]
        if row["value"] not in values:
            values.append(str(row["value"]))
    return terms


def _document(source: Source, losses: Losses) -> Any:
    import fastobo
    from fastobo import header

    terms = load_terms(source)
    head = header.HeaderFrame([
        header.FormatVersionClause("1.4"),
        header.DataVersionClause(source.stamp),
        header.OntologyClause(_ONTOLOGY),
        *(header.IdspaceClause(prefix, fastobo.id.Url(iri)) for prefix, iri in _spaces(terms, source).items()),
        header.RemarkClause(NOTE),
    ])  # fmt: skip
    document = fastobo.doc.OboDoc(head)
    for term in terms.values():
        if term.kind == "NamedIndividual":
            losses.add("term", "*", "an individual, such as a level or a value; OBO tools read classes and properties")
            continue
        for name, values in term.said.items():
            if name not in _CARRIED:
                why = "OBO is written with names, definitions, synonyms and hierarchy alone"
                losses.add("term", name, why, len(values))
        document.append(_frame(term, terms, source))
    return document


def _spaces(terms: dict[str, Term], source: Source) -> dict[str, str]:
    """Return the prefixes of identifiers in the document, so that no tool takes them for those of the OBO Foundry."""
    used = {prefix for iri in terms for prefix in source.exact(iri)}
    return {"CG": TERMS} | {prefix: iri for prefix, iri in sorted(source.prefixes.items()) if prefix in used}


def _frame(term: Term, terms: dict[str, Term], source: Source) -> Any:
    import fastobo

    module, make = (
        (fastobo.term, fastobo.term.TermFrame)
        if term.kind == "Class"
        else (fastobo.typedef, fastobo.typedef.TypedefFrame)
    )
    frame = make(_ident(term.iri))
    frame.append(module.NameClause(term.first("label") or local_name(term.iri)))
    definition = _definition(term)
    if definition is not None:
        frame.append(module.DefClause(*definition))
    for clause in _synonyms(term, module):
        frame.append(clause)
    for iri in _parents(term, terms):
        frame.append(module.IsAClause(_ident(iri)))
    for identifier in sorted(source.exact(term.iri).values()):
        frame.append(module.XrefClause(_xref(identifier)))
    return frame


def _ident(iri: str) -> Any:
    import fastobo

    return fastobo.id.PrefixedIdent("CG", iri.removeprefix(TERMS))


def _xref(identifier: str) -> Any:
    import fastobo

    prefix, _, code = identifier.partition(":")
    return fastobo.xref.Xref(fastobo.id.PrefixedIdent(prefix, code))


def _definition(term: Term) -> tuple[str, Any] | None:
    import fastobo

    text = term.first("IAO_0000115")
    if not text:
        return None
    sources = [fastobo.xref.Xref(fastobo.id.Url(iri)) for iri in sorted(term.said["IAO_0000119"]) if "://" in iri]
    return text, fastobo.xref.XrefList(sources)


def _synonyms(term: Term, module: Any) -> Iterator[Any]:
    import fastobo

    for text in sorted(term.said["hasExactSynonym"]):
        yield module.SynonymClause(fastobo.syn.Synonym(text, "EXACT"))


def _parents(term: Term, terms: dict[str, Term]) -> list[str]:
    """Return the nearest terms above a term: those that are above none of its other parents."""
    name = "subClassOf" if term.kind == "Class" else "subPropertyOf"
    above = {iri for iri in term.said[name] if iri in terms and iri != term.iri}
    further = {one for iri in above for one in _above(iri, terms, name)}
    return sorted(above - further)


def _above(iri: str, terms: dict[str, Term], name: str) -> set[str]:
    reached: set[str] = set()
    todo = [iri]
    while todo:
        for parent in terms[todo.pop()].said[name]:
            if parent in terms and parent not in reached:
                reached.add(parent)
                todo.append(parent)
    return reached
