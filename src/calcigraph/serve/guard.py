"""Which keywords a query uses: decided by the engine's own parser, not by a search in its text.

A word such as SERVICE may stand in a string, a comment, an IRI or a name, where it means nothing. So each place where
its letters stand, in any spelling, is overwritten with a word that SPARQL does not have, and the engine parses the
copy. In a string or a name one word is as good as another, and the copy parses; where the word was a keyword, it does
not. Nothing of the copy is run but on an empty store.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SERVICE = "service"
_DATASET = "from"


def declares_dataset(query: str) -> bool:
    """Return whether a query that parses has a FROM clause."""
    return _uses(query, _DATASET)


def federates(query: str, allowed: Iterable[str] = ()) -> bool:
    """Return whether a query that parses calls an endpoint that is not allowed.

    An allowed endpoint must be written as `SERVICE <address>`, with nothing between but SILENT and white space.

    >>> federates("SELECT * { service <http://example.org/> { ?s ?p ?o } }")
    True
    >>> federates('SELECT * { ?s ?p "at your service" } # service')
    False
    """
    if not _letters(_SERVICE).search(query):
        return False
    copy = query
    for address in allowed:
        # GRAPH stands where SERVICE may stand, so the copy still parses once the call is such a pattern.
        call = re.compile(rf"\bservice\s+(?:silent\s+)?(<{re.escape(address)}>)", re.IGNORECASE | re.ASCII)
        copy = call.sub(r"GRAPH \1", copy)
    return _uses(copy, _SERVICE)


def _uses(query: str, word: str) -> bool:
    import pyoxigraph as ox

    letters = _letters(word)
    if not letters.search(query):
        return False
    other = "x" + word
    while other in query.lower():
        other = "x" + other
    try:
        ox.Store().query(letters.sub(other, query))
    except SyntaxError:
        return True
    return False


def _letters(word: str) -> re.Pattern[str]:
    r"""Return the pattern of a word in either case, each letter plain or as an escape (`\u0053`, `\U00000053`)."""
    forms = [
        rf"(?:{letter}|\\+(?:u|U0000)00(?:{ord(letter):02x}|{ord(letter.upper()):02x}))" for letter in word.lower()
    ]
    return re.compile("".join(forms), re.IGNORECASE)
