"""The embedded store as something that answers queries with SPARQL JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True)
class LocalEndpoint:
    """A pyoxigraph store; queries see the union of its graphs."""

    store: ox.Store

    def select(self, query: str) -> bytes:
        """Return the results of a SELECT query as SPARQL JSON."""
        results: Any = self.store.query(query, use_default_graph_as_union=True)
        answer: bytes = results.serialize(format=ox.QueryResultsFormat.JSON)
        return answer
