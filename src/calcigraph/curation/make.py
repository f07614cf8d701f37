"""Make a draft: from the bytes of an input to the text of a record."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.curation.draft import draft, identifier, kind_of, required_properties
from calcigraph.curation.formats import read_source
from calcigraph.curation.known import known_records, mine, near, refuse
from calcigraph.curation.suggest import suggest
from calcigraph.names.vocabulary import load_vocabulary
from calcigraph.records.context import context_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcigraph.curation.source import Source
    from calcigraph.resources import Resources


class Draft(NamedTuple):
    """A draft: its address, its text, and the records to look at before it is completed."""

    id: str
    text: str
    near: list[str]


def record(data: bytes, product: Resources, *, kind: str | None = None, by: str | None = None) -> Draft:
    """Return the draft of a record for the publication or trial in `data`.

    Raises BadSource if the data cannot be read, and AlreadyThere if the publication has its record.
    """
    return of_source(read_source(data, context_of(product)), product, kind=kind, by=by)


def of_source(
    source: Source,
    product: Resources,
    *,
    kind: str | None = None,
    by: str | None = None,
    answers: Mapping[str, str] | None = None,
) -> Draft:
    """Return the draft for what a source states; `answers` are values for keys that would say FILL.

    Raises AlreadyThere if the publication has its record.
    """
    context = context_of(product)
    known = known_records(product.seeds)
    refuse(source, known)
    if similar := mine(source.similar, known):
        source.facts["similar_to"] = similar
    suggestions = suggest(source, load_vocabulary(product.ontology_files(), more=product.namespaces), context)
    name = identifier(source, "trial" if source.registry else kind or kind_of(source), [one.id for one in known])
    text = draft(
        source,
        suggestions,
        required_properties(product),
        context,
        record=name,
        day=f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}",
        by=by,
        answers=answers or {},
    )
    told = near(source, [item.value for item in suggestions.get("treatment", ())], known)
    told += [f"{one}: it cites this one" for one in mine(source.cited_by, known)]
    return Draft(name, text, told)
