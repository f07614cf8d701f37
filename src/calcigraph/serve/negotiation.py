"""Content negotiation: what a client asks for by `Accept` or `format=`, held against what there is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.names.nearest import nearest
from calcigraph.serve.formats import SHORT
from calcigraph.serve.problems import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph.serve.formats import Format


_LONGEST = 512
_REMEMBERED = 256
"""Headers that are remembered with what they chose, if they are not longer than that."""


class Choice(NamedTuple):
    """The format that was chosen, and the media type by which it was asked for."""

    format: Format
    media_type: str

    @property
    def content_type(self) -> str:
        """The Content-Type header of the answer."""
        return self.format.content_type(self.media_type)


def choose(accept: str | None, asked: str | None, offers: Sequence[Format]) -> Choice | None:
    """Return the best of the offers, or None if none is acceptable.

    `asked` is a format by name or media type, and goes before `Accept`. Without either, the first offer
    is chosen, as it is among equals. Raises Refused for an `Accept` that cannot be read.
    """
    if asked is not None:
        return _by_name(asked, offers)
    if accept is None or not accept.strip():
        return Choice(offers[0], offers[0].media_type)
    if len(accept) > _LONGEST:
        return _best(accept, tuple(offers))
    return _known(accept, tuple(offers))


def _best(accept: str, offers: tuple[Format, ...]) -> Choice | None:
    """Return the best of the offers by a header that says what the client takes; raises Refused if it says nothing."""
    import mimeparse

    # Of equals the last one is taken, and a format's own media type goes before the others.
    known = {media: offer for offer in reversed(offers) for media in reversed(offer.media_types)}
    for offer in reversed(offers):
        known[offer.media_type] = known.pop(offer.media_type)
    try:
        found = mimeparse.best_match(list(known), accept)
    except mimeparse.MimeTypeParseException as error:
        message = f"The Accept header cannot be read: {error}. Write, for example, Accept: {offers[0].media_type}."
        raise Refused(Why.ACCEPT, message) from error
    if not found:
        return None
    first = next(offer for offer in offers if found in offer.media_types)
    return Choice(first, found)


_known = lru_cache(_REMEMBERED)(_best)
"""Clients are of few kinds, and each says the same each time."""


def choose_any(accept: str | None, asked: str | None, *kinds: Sequence[Format]) -> list[Choice | None]:
    """Return the best offer of each kind of answer.

    Raises Refused if none is acceptable, with all that there is, and for a format that is not known.
    """
    offers = [offer for kind in kinds for offer in kind]
    found = [choose(accept, asked, kind) for kind in kinds]
    if any(found):
        return found
    if asked is not None:
        names = list(dict.fromkeys([*(offer.name for offer in offers), *SHORT]))
        near = nearest(asked, names, limit=2)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        listed = ", ".join(dict.fromkeys(offer.name for offer in offers))
        message = f"There is no format {asked!r} here.{hint} There are: {listed}."
        raise Refused(Why.FORMAT, message)
    raise not_acceptable(accept, offers)


def not_acceptable(accept: str | None, offers: Sequence[Format]) -> Refused:
    """Return the error that says what there is, where nothing of it was acceptable."""
    listed = ", ".join(dict.fromkeys(offer.media_type for offer in offers))
    return Refused(Why.NOT_ACCEPTABLE, f"Nothing that Accept: {accept} names can be given here. There are: {listed}.")


def _by_name(asked: str, offers: Sequence[Format]) -> Choice | None:
    wanted = asked.strip().lower()
    # A plus in a query string is a space unless it is escaped, and people do not escape it.
    wanted = SHORT.get(wanted, wanted).replace(" ", "+")
    for offer in offers:
        if wanted == offer.name:
            return Choice(offer, offer.media_type)
        media = wanted.partition(";")[0].strip()
        if media in offer.media_types:
            return Choice(offer, media)
    return None
