"""The addresses of the project: which are documents, and the query that gives what is said at each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BASE = "https://w3id.org/calcigraph/"


@dataclass(frozen=True, slots=True)
class Document:
    """A document: the named graph that holds what it says, and whether it is a curated record."""

    graph: str
    record: bool


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of one build by address, and the queries by name."""

    by_address: Mapping[str, Document]
    queries: Mapping[str, str]

    def query(self, address: str) -> str | None:
        """Return the query for what is said at an address; None if the address is none."""
        import pyoxigraph as ox

        document = self.by_address.get(address)
        if document is None:
            name, slot, node = "thing", "node", address
        else:
            name, slot, node = "record" if document.record else "graph", "graph", document.graph
        try:
            term = str(ox.NamedNode(node))
        except ValueError:
            return None
        return self.queries[name].replace(f"VALUES ?asked_{slot} {{ UNDEF }}", f"VALUES ?asked_{slot} {{ {term} }}")


def read_queries(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the texts of the queries by name."""
    return {name: path.read_text(encoding="utf-8") for name, path in files.items()}


def read_documents(results: bytes, queries: Mapping[str, str]) -> Documents:
    """Return the documents that the query `documents` found, from its results in SPARQL JSON."""
    found: dict[str, Document] = {}
    for row in json.loads(results)["results"]["bindings"]:
        record = row["record"]["value"] == "true"
        found.setdefault(row["document"]["value"], Document(row["graph"]["value"], record))
    return Documents(found, queries)
