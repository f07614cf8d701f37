"""What is said of things as a page: one section per thing, one row per property, values linked to where they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.names.vocabulary import BASE
from calcigraph.serve.pages import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcigraph.names.vocabulary import Vocabulary

_LABELS = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://purl.org/dc/terms/title",
)
_WEB = ("http://", "https://")


class Value(NamedTuple):
    """A value as it is shown: its text, where it leads if it does, and its language."""

    text: str
    link: str | None = None
    language: str | None = None


class Section(NamedTuple):
    """A thing: its heading, the anchor in the page, and its properties with their values."""

    heading: str
    anchor: str
    rows: list[tuple[Value, list[Value]]]


def statements_page(triples: bytes, iri: str, names: Vocabulary, prefixes: Mapping[str, str], base: str) -> str:
    """Return the page about an address; `triples` are N-Triples, `base` is the path below which the server lies."""
    import pyoxigraph as ox

    said: dict[str, dict[str, list[Any]]] = {}
    labels = dict(names.labels)
    for quad in ox.parse(triples, format=ox.RdfFormat.N_TRIPLES):
        subject, predicate = _key(quad.subject), quad.predicate.value
        said.setdefault(subject, {}).setdefault(predicate, []).append(quad.object)
        if predicate in _LABELS and isinstance(quad.object, ox.Literal):
            labels.setdefault(subject, quad.object.value)

    def shown(term: Any) -> Value:
        if isinstance(term, ox.Literal):
            return Value(term.value, None, term.language)
        if isinstance(term, ox.NamedNode):
            return Value(labels.get(term.value) or short(term.value, prefixes), link(term.value, iri, base))
        return Value(_key(term), f"#{_key(term)}")

    def section(subject: str) -> Section:
        rows = [
            (shown(ox.NamedNode(name)), sorted((shown(term) for term in terms), key=lambda value: value.text))
            for name, terms in said[subject].items()
        ]
        heading = labels.get(subject) or short(subject, prefixes)
        anchor = subject.partition("#")[2] if subject.startswith(iri + "#") else subject
        return Section(heading, anchor, sorted(rows, key=lambda row: row[0].text))

    order = sorted(said, key=lambda subject: (subject != iri, subject))
    title = labels.get(iri) or short(iri, prefixes)
    return page("statements.html", base=base, title=title, iri=iri, sections=[section(subject) for subject in order])


def short(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return an address with a prefix in the place of its beginning, or below the project's own.

    >>> short("http://www.w3.org/2004/02/skos/core#notation", {"skos": "http://www.w3.org/2004/02/skos/core#"})
    'skos:notation'
    """
    found = max(
        (item for item in prefixes.items() if iri.startswith(item[1])), key=lambda item: len(item[1]), default=None
    )
    if found is None or found[1] == BASE:
        return iri.removeprefix(BASE)
    return f"{found[0]}:{iri.removeprefix(found[1])}"


def link(iri: str, here: str, base: str) -> str | None:
    """Return where a value leads in a page about `here`: within it, to another of this server, or out to the web."""
    if iri.startswith(here + "#"):
        return iri.removeprefix(here)
    if iri.startswith(BASE):
        return f"{base}/{iri.removeprefix(BASE)}"
    return iri if iri.startswith(_WEB) else None


def _key(term: Any) -> str:
    """Return the name of a subject: its address, or `_:` and the label of a blank node."""
    import pyoxigraph as ox

    return str(term) if isinstance(term, ox.BlankNode) else str(term.value)
