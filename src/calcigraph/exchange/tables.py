"""CSV: a table per kind of part, with all that is said of it, described by CSVW metadata and a Frictionless package."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calcigraph.exchange.parts import RECORDS
from calcigraph.exchange.source import NOTE, compact
from calcigraph.names.vocabulary import BASE, DATA_LICENSE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from calcigraph.exchange.formats import Files, Write
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part, Value
    from calcigraph.exchange.source import Source

SEPARATOR = "|"
"""What stands between several values in one cell."""
_PLURALS = {
    "finding": "findings",
    "claim": "claims",
    "observation": "observations",
    "harm": "harms",
    "estimate": "estimates",
    "reading": "readings",
    "curation": "curations",
    "search": "literature-searches",
}
_NUMBERS = {"integer": "integer", "nonNegativeInteger": "integer", "decimal": "number", "double": "number"}
_KINDS = _NUMBERS | {"boolean": "boolean"}
_CSVW = {"integer": "integer", "number": "decimal", "boolean": "boolean", "string": "string"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its property, its type as Frictionless names it, and whether its cells hold several values.

    `labels` tells that it holds the labels of the terms whose addresses stand in another column.
    """

    name: str
    said: str
    about: str
    kind: str
    several: bool
    labels: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its file, its columns beyond those that all have, and the parts that are its rows."""

    file: str
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]


def tables(source: Source, losses: Losses) -> Files:
    """Yield the tables, each as a CSV file, and what describes them."""
    every = list(load_tables(source))
    for table in every:
        yield table.file, _writer(table, source, losses)
    yield "csv-metadata.json", _json(_csvw(every, source))
    yield "datapackage.json", _json(_package(every, source))


def _json(value: Any) -> Write:
    return lambda file: file.write((json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())


def load_tables(source: Source) -> Iterator[Table]:
    """Yield the tables that have rows, each with its columns and the parts that are its rows."""
    names = _names(source)
    for file, kinds in [("records.csv", RECORDS), *((f"{plural}.csv", (kind,)) for kind, plural in _PLURALS.items())]:
        parts = tuple(source.of_kind(*kinds))
        if parts:
            yield Table(file, tuple(_columns(parts, names)), parts)


def _names(source: Source) -> dict[str, tuple[str, str]]:
    """Return, by the local name of a property, the key under which curators write it, and its address."""
    context = json.loads(source.evidence.product.context.read_text(encoding="utf-8"))["@context"]
    prefixes = {key: entry for key, entry in context.items() if isinstance(entry, str)}
    found = {}
    for key, entry in context.items():
        if isinstance(entry, dict):
            prefix, _, local = entry["@id"].partition(":")
            found[local] = (key, prefixes[prefix] + local)
    return found


def _columns(parts: tuple[Part, ...], names: dict[str, tuple[str, str]]) -> Iterator[Column]:
    properties = sorted({name for part in parts for name in part.said} - {"type"})
    for said in sorted(properties, key=lambda name: names.get(name, (_snake(name), ""))[0]):
        key, address = names.get(said, (_snake(said), ""))
        values = [value for part in parts for value in part.peek(said)]
        several = any(len(part.peek(said)) > 1 for part in parts)
        yield Column(key, said, address, "string" if several else _kind(values), several)
        if any(value.is_address and value.label != value.text for value in values):
            yield Column(f"{key}_label", said, "", "string", several, labels=True)


def _kind(values: list[Value]) -> str:
    kinds = {_KINDS.get(value.datatype, "string") for value in values}
    return kinds.pop() if len(kinds) == 1 else "string"


def _snake(name: str) -> str:
    """Return a name in lower case with underscores.

    >>> _snake("derivedLevel")
    'derived_level'
    """
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name).lstrip("_")


def _writer(table: Table, source: Source, losses: Losses) -> Write:
    def write(file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["id", "is_a", "part_of", "record", *(column.name for column in table.columns)])
        for part in table.parts:
            writer.writerow([*start(part, source), *(_cell(part, column, losses) for column in table.columns)])
        text.detach()

    return write


def start(part: Part, source: Source) -> list[str]:
    """Return the cells that each row begins with: what the part is, and to what it belongs."""
    return [compact(part.iri), part.kind, compact(part.owner), compact(source.record(part).iri)]


def _cell(part: Part, column: Column, losses: Losses) -> str:
    values = part.values(column.said)
    texts = [value.label if column.labels else compact(value.text) for value in values]
    if column.several and any(SEPARATOR in text for text in texts):
        losses.add(part.kind, column.said, f"{SEPARATOR} stands between values, so in a value it is written as /")
        texts = [text.replace(SEPARATOR, "/") for text in texts]
    return SEPARATOR.join(texts)


def _csvw(every: list[Table], source: Source) -> dict[str, Any]:
    """Return the description of the tables in CSV on the Web."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": "Calcigraph: evidence for treating calcinosis cutis",
        "dc:license": {"@id": DATA_LICENSE},
        "dc:modified": {"@value": source.stamp, "@type": "xsd:date"},
        "dc:description": NOTE,
        "tables": [
            {
                "url": table.file,
                "dialect": {"lineTerminators": ["\n"]},
                "tableSchema": {
                    "primaryKey": "id",
                    "aboutUrl": "{+id}",
                    "columns": [*map(_csvw_column, (*FIXED, *table.columns))],
                },
            }
            for table in every
        ],
    }


FIXED = tuple(Column(name, "", "", "string", several=False) for name in ("id", "is_a", "part_of", "record"))


def _csvw_column(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {"name": column.name, "titles": column.name, "datatype": _CSVW[column.kind]}
    if column.several:
        described["separator"] = SEPARATOR
    if column.about and not column.labels:
        described["propertyUrl"] = column.about
    if column.name == "id":
        described["required"] = True
    return described


def _package(every: list[Table], source: Source) -> dict[str, Any]:
    """Return the description of the tables as a Frictionless data package."""
    return {
        "name": "calcigraph",
        "title": "Calcigraph: evidence for treating calcinosis cutis",
        "description": NOTE,
        "homepage": BASE,
        "version": source.stamp,
        "licenses": [{"name": "CC0-1.0", "path": DATA_LICENSE}],
        "resources": [_resource(table, every) for table in every],
    }


def _resource(table: Table, every: list[Table]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [*map(_field, (*FIXED, *table.columns))],
        "primaryKey": ["id"],
    }
    if table.file != "records.csv" and any(other.file == "records.csv" for other in every):
        reference = {"resource": "records", "fields": ["id"]}
        schema["foreignKeys"] = [{"fields": ["record"], "reference": reference}]
    return {
        "name": table.file.removesuffix(".csv"),
        "path": table.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.kind}
    if column.about and not column.labels:
        field["rdfType"] = column.about
    if column.several:
        field["description"] = f"Several values, with {SEPARATOR} between."
    if column.name == "id":
        field["constraints"] = {"required": True, "unique": True}
    return field
