"""Search over labels, synonyms, identifiers, authors and titles, which forgives slips of the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.figures.terms import CONDITION, TREATMENT
from calcigraph.names.vocabulary import PREFIX, fold
from calcigraph.serve.pages.links import href
from calcigraph.serve.pages.render import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


class Index:
    """All that can be found, by every name of it."""

    def __init__(self, library: Library) -> None:
        records = (entry for row in library.records.values() for entry in _record(row))
        self._entries = [*_terms(library), *records]
        words: dict[str, list[Entry]] = {}
        for entry in self._entries:
            for word in entry.text.split():
                words.setdefault(word, []).append(entry)
        self._texts = [entry.text for entry in self._entries]
        self._words = list(words)
        self._by_word = list(words.values())

    def matches(self, text: str, base: str) -> list[Match]:
        """Return what a text leads to, the best first: called so, beginning so, with a word so, holding it, alike."""
        asked = fold(text[:LONGEST])
        if not asked:
            return []
        scored = list(self._spelt_so(asked))
        if len(scored) < _ENOUGH and len(asked) >= _SHORTEST_FUZZY:
            scored += self._alike(asked)
        best: dict[str, tuple[float, Entry]] = {}
        for score, entry in scored:
            ranked = score + entry.weight
            if entry.iri not in best or ranked > best[entry.iri][0]:
                best[entry.iri] = ranked, entry
        ordered = sorted(best.values(), key=lambda pair: (-pair[0], len(pair[1].text), pair[1].name))
        return [Match(one.name, one.kind, one.about, href(one.iri, base)) for _, one in ordered[:MOST]]

    def _spelt_so(self, asked: str) -> Iterator[tuple[float, Entry]]:
        """Yield what is called so, begins so, has a word that begins so, or holds it."""
        for entry in self._entries:
            if asked in entry.text:
                if entry.text == asked:
                    yield _EXACT, entry
                elif entry.text.startswith(asked):
                    yield _BEGINS, entry
                else:
                    yield _WORD if f" {asked}" in f" {entry.text}" else _WITHIN, entry

    def _alike(self, asked: str) -> Iterator[tuple[float, Entry]]:
        """Yield what is spelt nearly so: as a whole, as far as it is typed, or in one of its words."""
        for score, place in _nearly(asked, self._texts):
            yield score, self._entries[place]
        for score, place in _nearly(asked, [text[: len(asked)] for text in self._texts]):
            yield score - 1, self._entries[place]
        for score, place in _nearly(asked, self._words):
            for entry in self._by_word[place]:
                yield score - 2, entry


def search_page(base: str, text: str, found: list[Match]) -> str:
    """Return the page of what was found."""
    return page("search.html", base=base, asked=text, matches=found)


def _nearly(asked: str, texts: Sequence[str]) -> Iterator[tuple[float, int]]:
    from rapidfuzz import fuzz, process

    for _, score, place in process.extract(asked, texts, scorer=fuzz.ratio, score_cutoff=_CUTOFF, limit=MOST):
        yield score, place


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
