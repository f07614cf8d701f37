"""The page of a term: what it means, where it stands, its identifiers elsewhere, and the records that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.names.vocabulary import RDF_TYPE, SUBCLASS, TERMS
from calcigraph.serve.pages.render import page
from calcigraph.serve.pages.statements import Things

if TYPE_CHECKING:
    from calcigraph.serve.pages.library import Library, Row

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_SOURCE = "http://purl.obolibrary.org/obo/IAO_0000119"
_MATCHES = {
    "exactMatch": "the same",
    "closeMatch": "nearly the same",
    "broadMatch": "broader",
    "narrowMatch": "narrower",
}
_TOLD = frozenset(
    {"label", "IAO_0000115", "IAO_0000119", "type", "subClassOf", "hasExactSynonym", *_MATCHES, "relatedMatch"}
)


def described(library: Library, iri: str) -> Row:
    """Return a term as all pages show it: label, definition with its sources, synonyms, place and identifiers."""
    things = Things(library.triples("term", iri), library)
    thing = things.by_iri.get(iri)
    known = library.terms.get(iri, {})
    labels = library.names.labels
    said = thing.said if thing else {}
    told = (value.iri for name in (SUBCLASS, RDF_TYPE) for value in said.get(name, ()))
    above = {one for one in told if one is not None and one in labels and one != iri}
    below = library.data.below(iri) - {iri}
    return {
        "iri": iri,
        "name": labels.get(iri, iri.removeprefix(TERMS)),
        "kind": known.get("kind", "term"),
        "definition": known.get("definition", ""),
        "synonyms": sorted(known["synonyms"].split("\t")) if "synonyms" in known else [],
        "sources": [value.text for value in said.get(_SOURCE, ())],
        "above": _named(library, [one for one in above if not _holds_another(library, one, above)]),
        "below": _named(library, [one for one in below if not any(one in library.data.below(o) - {o} for o in below)]),
        "matches": [(how, value.iri) for name, how in _MATCHES.items() for value in said.get(_SKOS + name, ())],
        "rows": things.rows(thing, _TOLD) if thing else [],
    }


def _named(library: Library, terms: list[str]) -> list[tuple[str, str]]:
    return sorted(((iri, library.names.labels.get(iri, iri)) for iri in terms), key=lambda pair: pair[1])


def _holds_another(library: Library, iri: str, terms: set[str]) -> bool:
    return any(other in library.data.below(iri) - {iri} for other in terms)


def term_page(library: Library, base: str, iri: str) -> str:
    """Return the page of a term that is neither a treatment nor a condition."""
    uses: dict[str, dict[str, list[str]]] = {}
    for row in library.rows("uses", iri):
        uses.setdefault(row["as"], {}).setdefault(row["record"], []).append(row["part"])
    shown = [
        (name, [(parts[0], library.records[record]["label"], len(parts)) for record, parts in records.items()])
        for name, records in uses.items()
    ]
    return page("term.html", base=base, term=described(library, iri), uses=shown)
