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
        document = self.by_address.get(address)
        if document is None:
            return self._filled("thing", "node", address)
        return self._filled("record" if document.record else "named", "graph", document.graph)

    def graph(self, address: str) -> str | None:
        """Return the query for what a named graph holds; None if there is no graph of that address."""
        document = self.by_address.get(address)
        return self._filled("graph", "graph", address) if document and document.graph == address else None

    def everything(self) -> str:
        """Return the query for the union of all graphs."""
        return self.queries["everything"]

    def _filled(self, name: str, slot: str, address: str) -> str | None:
        import pyoxigraph as ox

        try:
            term = str(ox.NamedNode(address))
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
