"""Search over labels, synonyms, identifiers, authors and titles, which forgives slips of the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.figures.terms import CONDITION, TREATMENT
from calcigraph.names.vocabulary import PREFIX, fold
from calcigraph.serve.pages.links import href
from calcigraph.serve.pages.render import page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.serve.pages.library import Library, Row

MOST = 30
"""Matches that are shown at most."""
LONGEST = 200
"""Letters of a search that are read."""
_EXACT, _BEGINS, _WORD, _WITHIN = 400.0, 300.0, 200.0, 150.0
_ENOUGH = 5
"""Names that are spelt as was asked from which on none that are only alike are looked for."""
_CUTOFF = 80.0
"""What RapidFuzz's ratio must reach, of 100, for a slip of the pen to be forgiven."""
_SHORTEST_FUZZY = 4
"""Letters from which on a slip is forgiven: below, everything is like everything."""


class Entry(NamedTuple):
    """Something that can be found: one of its names, folded, what it is, and where it lies."""

    text: str
    name: str
    kind: str
    about: str
    iri: str
    weight: float


class Match(NamedTuple):
    """What was found: its name, what it is, what else tells it apart, and its address in the site."""

    name: str
    kind: str
    about: str
    address: str


def matches(index: list[Entry], text: str, base: str) -> list[Match]:
    """Return what a text leads to, the best first: equal, beginning so, with a word so, containing it, and alike."""
    asked = fold(text[:LONGEST])
    if not asked:
        return []
    best: dict[str, tuple[float, Entry]] = {}
    scored = list(_spelt_so(index, asked))
    if len(scored) < _ENOUGH and len(asked) >= _SHORTEST_FUZZY:
        scored += _alike(index, asked)
    for score, entry in scored:
        ranked = score + entry.weight
        if entry.iri not in best or ranked > best[entry.iri][0]:
            best[entry.iri] = ranked, entry
    ordered = sorted(best.values(), key=lambda pair: (-pair[0], len(pair[1].text), pair[1].name))
    return [Match(one.name, one.kind, one.about, href(one.iri, base)) for _, one in ordered[:MOST]]


def index(library: Library) -> list[Entry]:
    """Return all that can be found."""
    return [*_terms(library), *(entry for row in library.records.values() for entry in _record(row))]


def search_page(base: str, text: str, found: list[Match]) -> str:
    """Return the page of what was found."""
    return page("search.html", base=base, asked=text, matches=found)


def _spelt_so(entries: list[Entry], asked: str) -> Iterator[tuple[float, Entry]]:
    """Yield what is called so, begins so, has a word that begins so, or holds it."""
    for entry in entries:
        if asked in entry.text:
            if entry.text == asked:
                yield _EXACT, entry
            elif entry.text.startswith(asked):
                yield _BEGINS, entry
            else:
                yield _WORD if f" {asked}" in f" {entry.text}" else _WITHIN, entry


def _alike(entries: list[Entry], asked: str) -> Iterator[tuple[float, Entry]]:
    """Yield what is spelt nearly so: as a whole, as far as it is typed, or in one of its words."""
    from rapidfuzz import fuzz, process

    forms = (
        [(place, entry.text) for place, entry in enumerate(entries)],
        [(place, entry.text[: len(asked)]) for place, entry in enumerate(entries)],
        [(place, word) for place, entry in enumerate(entries) for word in entry.text.split()],
    )
    for number, form in enumerate(forms):
        texts = [text for _, text in form]
        for _, score, found in process.extract(asked, texts, scorer=fuzz.ratio, score_cutoff=_CUTOFF, limit=MOST):
            yield score - number, entries[form[found][0]]


def _terms(library: Library) -> Iterator[Entry]:
    labels, data = library.names.labels, library.data
    kinds = ((data.below(TREATMENT), "treatment", 5.0), (data.below(CONDITION), "condition", 5.0))
    for name, terms in library.names.names.items():
        if "/" in name or name.startswith(PREFIX):
            continue
        for iri in terms:
            kind, weight = next(((kind, weight) for below, kind, weight in kinds if iri in below), ("term", 0.0))
            label = labels[iri]
            yield Entry(name, label, kind, "" if fold(label) == name else name, iri, weight)


def _record(row: Row) -> Iterator[Entry]:
    title = row.get("title", "")
    names = [row["label"], title, *row.get("authors", "").split("\t")]
    names += [row[key] for key in ("doi", "pmid", "registry_id") if key in row]
    kind = row["kind_label"]
    for name in dict.fromkeys(filter(None, names)):
        yield Entry(fold(name), row["label"], kind, title, row["record"], 2.0 if name == row["label"] else 1.0)
