"""The record context: which keys a record may have and which values each key takes.

`ontology/context.jsonld` is the only mapping from keys to properties. A key with a scoped context
takes its values from the names in it; those names are written there by `calcigraph.names.vocabulary`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from calcigraph.resources import Resources

XSD = "http://www.w3.org/2001/XMLSchema#"


class FieldKind(Enum):
    """What sort of value a key takes."""

    LITERAL = "literal"
    TERM = "term"
    REFERENCE = "reference"
    NODE = "node"
    NODES = "nodes"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record: its property, the kind of its values and, for terms, their names."""

    key: str
    iri: str
    kind: FieldKind
    datatype: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordContext:
    """The keys of records by name and by property, the record types, and the base of all records."""

    base: str
    fields: Mapping[str, Field]
    by_iri: Mapping[str, Field]
    types: Mapping[str, str]
    prefixes: Mapping[str, str]

    def expand(self, curie: str) -> str:
        """Return the IRI of a compact one; anything else is returned as it is."""
        prefix, colon, local = curie.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else curie


def load_context(path: Path) -> RecordContext:
    """Return the record context that the file holds."""
    return _record_context(_table(path))


def context_of(product: Resources) -> RecordContext:
    """Return the record context of the product: ours, and with a registry its keys, its terms and its base too."""
    own = product.registry
    if own is None:
        return load_context(product.context)
    from calcigraph.names.vocabulary import fill_context

    table = _table(product.context) | (_table(own.context) if own.context else {}) | product.namespaces
    if own.base:
        table["@base"] = own.base
    filled = fill_context({"@context": table}, product.ontology_files(), more=product.namespaces)
    return _record_context(filled["@context"])


def _table(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["@context"]
    return table


def _record_context(table: dict[str, Any]) -> RecordContext:
    prefixes = {k: v for k, v in table.items() if isinstance(v, str) and v.endswith(("#", "/")) and k[0] != "@"}

    def expand(curie: str) -> str:
        prefix, _, local = curie.partition(":")
        return prefixes[prefix] + local

    types = {
        k: expand(v)
        for k, v in table.items()
        if isinstance(v, str) and v[0] != "@" and k[0] != "@" and k not in prefixes
    }
    fields = {key: _field(key, entry, expand) for key, entry in table.items() if isinstance(entry, dict)}
    return RecordContext(
        base=table["@base"],
        fields=fields,
        by_iri={f.iri: f for f in fields.values()},
        types=types,
        prefixes=prefixes,
    )


def _field(key: str, entry: dict[str, Any], expand: Any) -> Field:
    iri = expand(entry["@id"])
    if entry.get("@container") == "@id":
        return Field(key, iri, FieldKind.NODES)
    match entry.get("@type"):
        case "@vocab":
            return Field(key, iri, FieldKind.TERM, names={k: expand(v) for k, v in entry["@context"].items()})
        case "@id":
            return Field(key, iri, FieldKind.REFERENCE)
        case None:
            return Field(key, iri, FieldKind.NODE)
        case datatype:
            return Field(key, iri, FieldKind.LITERAL, datatype=expand(datatype))
