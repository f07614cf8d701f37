"""The page of a record: the publication or trial, what was read of it, and every finding, claim and observation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.names.vocabulary import TERMS
from calcigraph.serve.pages.links import local, outside
from calcigraph.serve.pages.render import page
from calcigraph.serve.pages.statements import PERCENTAGES, Thing, Things, Value, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calcigraph.serve.pages.library import Library, Row

_SCHEMA = {"RegisteredTrial": "MedicalTrial"}
_HEAD = frozenset(
    [
        "type",
        "label",
        "title",
        "authorName",
        "firstAuthor",
        "publicationName",
        "hasPublicationYear",
        "number",
        "volume",
        "pageRange",
        "doi",
        "hasPubMedId",
        "hasPubMedCentralId",
        "finding",
        "claim",
        "observation",
        "reading",
        "curation",
        "locator",
        "readAs",
        "sourceAddress",
        "studiesTreatment",
        "studiesCondition",
        "registryIdentifier",
    ]
)
"""Properties of a record that its head or its other parts show."""
_PART = frozenset(["type", "label", "treatment", "condition", "result", "statement", "readIn", "harm"])
_COUNTED = ("patients", "responders", "complete", "partial", "improved", "unchanged", "worse")
_TOLD = ("direction", "stance", "statedLevel", "verdict", "verdictReason", "dose", "duration", "route", "proportion")
"""What of a part is told at first sight, besides its counts."""
_PLACES = ("onPage", "inTable", "inFigure", "inSection", "inSentence")
_READ = frozenset({"type", "label", "curator", "wasAssociatedWith"})


class Part(NamedTuple):
    """A finding, claim or observation: what it is on, what it says, its counts, its harms, and where it was read."""

    thing: Thing
    heading: list[Value]
    conditions: list[Value]
    text: Value | None
    counts: list[tuple[str, str, Value]]
    told: list[tuple[str, str, list[Value]]]
    rows: list[tuple[str, str, list[Value]]]
    harms: list[list[tuple[str, str, list[Value]]]]
    places: list[str]
    read_in: list[Value]


def record_page(library: Library, base: str, iri: str, triples: bytes) -> str:
    """Return the page of a record from what is said of it, as N-Triples."""
    things = Things(triples, library)
    thing = things.by_iri[iri]
    for reading in thing.all("reading"):
        part = things.by_iri[reading.iri or ""].one("part")
        things.labels.setdefault(reading.iri or "", part.text if part else "a part")
    row = library.records[iri]
    parts = {name: [_part(things, value) for value in thing.all(name)] for name in ("finding", "claim", "observation")}
    return page(
        "record.html",
        base=base,
        iri=iri,
        record=row,
        marks=library.evidence.marks.get(iri, ()),
        authors=row["authors"].split("\t") if "authors" in row else [],
        places=outside(row),
        rows=things.rows(thing, _HEAD),
        parts_of={name: found for name, found in parts.items() if found},
        read=_read(things, thing),
        readings=[(_fragment(value), _below(things, value, _READ)) for value in thing.all("reading")],
        curation=[(_fragment(value), _below(things, value, _READ)) for value in thing.all("curation")],
        formats=("ttl", "jsonld", "nt", "rdf"),
        schema=_schema(row, iri),
    )


def _part(things: Things, value: Value) -> Part:
    thing = things.by_iri.get(value.iri or "", Thing(value.iri or "", {}))
    counts = [(name, TERMS + name, one) for name in _COUNTED for one in thing.all(name)]
    return Part(
        thing=thing,
        heading=thing.all("treatment") or thing.all("kind"),
        conditions=thing.all("condition"),
        text=thing.one("result") or thing.one("statement"),
        counts=[(things.labels.get(iri, name), iri, one) for name, iri, one in counts],
        told=[_told(things, name, found) for name in _TOLD if (found := thing.all(name))],
        rows=things.rows(thing, _PART | frozenset(_COUNTED)),
        harms=[_below(things, one, _READ) for one in thing.all("harm")],
        places=_places(things, value.iri or ""),
        read_in=[Value(things.labels.get(one.iri or "", one.text), one.iri) for one in thing.all("readIn")],
    )


def _told(things: Things, name: str, values: list[Value]) -> tuple[str, str, list[Value]]:
    shown = [one._replace(text=f"{one.text}\N{NO-BREAK SPACE}%") for one in values] if name in PERCENTAGES else values
    return plain(things.labels.get(TERMS + name, name)), TERMS + name, shown


def _places(things: Things, part: str) -> list[str]:
    """Return where in the source the numbers of a part stand."""
    told = []
    for locator in things.by_iri.values():
        if any(one.iri == part for one in locator.all("locatesIn")):
            numbers = ", ".join(one.text for one in locator.all("locates"))
            where = [
                f"{things.labels.get(TERMS + name, name)} {one.text}" for name in _PLACES for one in locator.all(name)
            ]
            told.append(f"{numbers}: {', '.join(where)}")
    return sorted(told)


def _below(things: Things, value: Value, without: Iterable[str]) -> list[tuple[str, str, list[Value]]]:
    thing = things.by_iri.get(value.iri or "")
    return things.rows(thing, frozenset(without)) if thing else []


def _read(things: Things, thing: Thing) -> list[str]:
    """Return which parts of the source were read, each with how much of it, where that is said."""
    told = []
    for value in thing.all("reading"):
        reading = things.by_iri[value.iri or ""]
        part, extent, account = (reading.one(name) for name in ("part", "extent", "accountOf"))
        words = f"the account in {account.text}" if account else part.text if part else "a part"
        told.append(words + (f" ({extent.text})" if extent else ""))
    return told


def _fragment(value: Value) -> str:
    return (value.iri or "").partition("#")[2]


def _schema(row: Row, iri: str) -> Row:
    node = {
        "@context": "https://schema.org/",
        "@id": iri,
        "@type": _SCHEMA.get(local(row["kind"]), "MedicalScholarlyArticle"),
        "name": row.get("title", row["label"]),
        "author": [{"@type": "Person", "name": name} for name in row.get("authors", "").split("\t") if name],
        "datePublished": str(row.get("year", "")),
        "isPartOf": {"@type": "Periodical", "name": row["journal"]} if "journal" in row else None,
        "sameAs": [address for _, address in outside(row)],
    }
    return {name: value for name, value in node.items() if value}
