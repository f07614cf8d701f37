"""Which keywords a query uses: decided by the engine's own parser, not by a search in its text.

A word such as SERVICE may stand in a string, a comment, an IRI or a name, where it means nothing. So each place where
its letters stand, in any spelling, is overwritten with a word that SPARQL does not have, and the engine parses the
copy. In a string or a name one word is as good as another, and the copy parses; where the word was a keyword, it does
not. Nothing of the copy is run but on an empty store.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SERVICE = "service"
_DATASET = "from"
_SPACE = r"([ \t\r\n]*)"
"""What may stand before an allowed address. No comment: where one ends is for the engine to say, and not for us."""
_SPACE_OR_COMMENT = r"((?:[ \t\r\n]|#[^\n]*\n)*)"


def declares_dataset(query: str) -> bool:
    """Return whether a query that parses has a FROM clause."""
    return _uses(query, _DATASET)


def federates(query: str, allowed: Iterable[str] = ()) -> bool:
    """Return whether a query calls an endpoint that is not allowed, in whatever spelling the engine would take.

    An allowed endpoint must be written as `SERVICE <address>`, with nothing between but SILENT and white space.
    Raises SyntaxError for a query that is none, whether or not it calls an endpoint.

    >>> federates("SELECT * { service <http://example.org/> { ?s ?p ?o } }")
    True
    >>> federates('SELECT * { ?s ?p "at your service" } # service')
    False
    """
    if not _stands(_SERVICE, query):
        return False
    copy = query
    for address in allowed:
        copy = _as_graph(copy, _SPACE, rf"(?=<{re.escape(address)}>)")
    if not _uses(copy, _SERVICE):
        return False
    # A mistake elsewhere is told as what it is.
    _parse(_overwritten(_as_graph(query, _SPACE_OR_COMMENT), _SERVICE))
    return True


def _uses(query: str, word: str) -> bool:
    if not _stands(word, query):
        return False
    try:
        _parse(_overwritten(query, word))
    except SyntaxError:
        return True
    return False


def _stands(word: str, query: str) -> bool:
    """Return whether the letters of a word stand in the query, in any spelling."""
    if query.isascii() and "\\" not in query and word not in query.lower():
        # Without escapes, and without letters that differ from ours in case alone, a look is enough: it takes no time.
        return False
    return _letters(word).search(query) is not None


def _parse(query: str) -> None:
    """Raise SyntaxError if the engine does not take the query; it must not call anything."""
    import pyoxigraph as ox

    ox.Store().query(query)


def _overwritten(query: str, word: str) -> str:
    """Return the query with a word that SPARQL does not have in the place of each that there is.

    Lengths stay, and so does case: names that differ in it are different names.
    """
    return _letters(word).sub(lambda match: "".join("X" if c.isupper() else "x" for c in match[0]), query)


def _as_graph(query: str, between: str, ahead: str = "") -> str:
    """Return the query with calls as GRAPH patterns, which may stand where calls may, so that it parses as before."""

    def graph(match: re.Match[str]) -> str:
        return f"GRAPH  {match[1]}{' ' * len(match[2] or '')}{match[3]}"

    call = rf"(?<![:?$@\w-])service(?![\w:.-]){between}(silent\b)?{between}{ahead}"
    return re.sub(call, graph, query, flags=re.IGNORECASE | re.ASCII)


@cache
def _letters(word: str) -> re.Pattern[str]:
    r"""Return the pattern of a word in either case, each letter plain or as an escape (`\u0053`, `\U00000053`)."""
    forms = [
        rf"(?:{letter}|\\+(?:u|U0000)00(?:{ord(letter):02x}|{ord(letter.upper()):02x}))" for letter in word.lower()
    ]
    return re.compile("".join(forms), re.IGNORECASE)
