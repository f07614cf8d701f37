"""Find treatments, conditions, designs and counts in the words of a source: suggestions, never facts.

A suggestion shows the words that it rests on. Names are the labels, synonyms and notations of the ontology, and the
longest name at a place wins.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.names.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.curation.source import Source
    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.records.context import RecordContext

NAMED = ("design", "treatment", "route", "condition", "phenotype", "outcome")
"""The keys for whose values the words are searched."""
_SHORT = 4
_WORDS_ASIDE = 4
_TENS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_COUNT = re.compile(
    rf"\b(\d{{1,6}}|{'|'.join(_TENS)})\s+(?:[\w-]+\s+){{0,3}}?"
    r"(?:patients|cases|children|adults|women|men|participants|subjects|girls|boys)\b",
    re.IGNORECASE,
)


class Suggestion(NamedTuple):
    """A value that a key may have, and the words that it rests on."""

    value: str
    words: str


def suggest(source: Source, vocabulary: Vocabulary, context: RecordContext) -> dict[str, list[Suggestion]]:
    """Return what title, abstract and publication types suggest for each key, most often named first."""
    text = " ".join(unicodedata.normalize("NFC", "\n".join([source.text, *source.kinds])).split())
    plain, places = _plain(text)
    found = {key: _named(key, text, plain, places, vocabulary, context) for key in NAMED}
    counts = list(_counts(text))
    return {key: value for key, value in {**found, "enrolled": counts, "patients": counts}.items() if value}


def _named(
    key: str, text: str, plain: str, places: list[int], vocabulary: Vocabulary, context: RecordContext
) -> list[Suggestion]:
    labels = {context.expand(iri): label for label, iri in context.fields[key].names.items()}
    names = {
        name: labels[term]
        for name, terms in vocabulary.names.items()
        if ":" not in name and len(name) > 1
        for term in terms
        if term in labels
    }
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    seen: dict[str, list[str]] = {}
    for match in re.finditer(rf"(?<![\w-])({pattern})(?:s|es)?(?![\w-])", plain):
        start, end = places[match.start()], places[match.end() - 1] + 1
        if len(match[1]) <= _SHORT and sum(letter.isupper() for letter in text[start:end]) <= 1:
            continue
        seen.setdefault(names[match[1]], []).append(_around(text, start, end))
    often = sorted(seen.items(), key=lambda item: -len(item[1]))
    return [Suggestion(label, words[0]) for label, words in often]


def _counts(text: str) -> Iterator[Suggestion]:
    seen = set()
    for match in _COUNT.finditer(text):
        number = match[1].lower()
        value = str(_TENS.index(number) + 1) if number in _TENS else str(int(number))
        if value not in seen:
            seen.add(value)
            yield Suggestion(value, _around(text, *match.span()))


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the text folded as names are, and for each of its letters the place in the text."""
    letters, places = [], []
    for place, letter in enumerate(text):
        for plain in fold(letter) or (" " if letter.isspace() else ""):
            letters.append(plain)
            places.append(place)
    return "".join(letters), places


def _around(text: str, start: int, end: int) -> str:
    """Return the words from `start` to `end` with a few on either side."""
    before, after = text[:start].split(), text[end:].split()
    left = " ".join(before[-_WORDS_ASIDE:])
    right = " ".join(after[:_WORDS_ASIDE])
    glue = "" if start and not text[start - 1].isspace() else " "
    tail = "" if end < len(text) and not text[end].isspace() else " "
    return f"{left}{glue}{text[start:end]}{tail}{right}".strip()
