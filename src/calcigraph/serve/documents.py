"""The addresses of the project: which are documents, and the query that gives what is said at each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calcigraph.questions.answers import rows
from calcigraph.questions.catalog import fill

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
        return fill(self.queries[name], {slot: term})


def read_queries(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the texts of the queries by name."""
    return {name: path.read_text(encoding="utf-8") for name, path in files.items()}


def read_documents(results: bytes, queries: Mapping[str, str]) -> Documents:
    """Return the documents that the query `documents` found, from its results in SPARQL JSON."""
    found: dict[str, Document] = {}
    for row in rows(results):
        found.setdefault(row["document"], Document(row["graph"], row["record"]))
    return Documents(found, queries)
