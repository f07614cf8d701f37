"""The keys of the record format, as the record context declares them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Key(NamedTuple):
    """A key: the property that it stands for, its type in the context, whether it holds a map, and its labels.

    `labels` gives the term for each name that the key takes.
    """

    name: str
    iri: str
    type: str
    is_map: bool
    labels: Mapping[str, str]


class Keys(NamedTuple):
    """The keys by name, and the classes that `type` takes by their name in a record."""

    keys: dict[str, Key]
    types: dict[str, str]

    def of(self, iri: str) -> list[Key]:
        """Return the keys that stand for a property."""
        return [key for key in self.keys.values() if key.iri == iri]

    def naming(self, term: str) -> list[tuple[Key, str]]:
        """Return the keys that take a term as their value, and how it is written there."""
        return [(key, label) for key in self.keys.values() for label, iri in key.labels.items() if iri == term]


def load_keys(context: Path) -> Keys:
    """Return what the record context declares, in its order."""
    table: dict[str, Any] = json.loads(context.read_text(encoding="utf-8"))["@context"]
    prefixes = {name: value for name, value in table.items() if isinstance(value, str) and "://" in value}

    def expand(name: str) -> str:
        prefix, colon, local = name.partition(":")
        return prefixes[prefix] + local if colon and prefix in prefixes else name

    keys = {
        name: Key(
            name,
            expand(entry["@id"]),
            expand(entry.get("@type", "@id")),
            is_map=entry.get("@container") == "@id",
            labels={label: expand(term) for label, term in entry.get("@context", {}).items()},
        )
        for name, entry in table.items()
        if isinstance(entry, dict) and "@id" in entry
    }
    types = {
        name: expand(value)
        for name, value in table.items()
        if isinstance(value, str) and ":" in value and "://" not in value
    }
    return Keys(keys, types)
