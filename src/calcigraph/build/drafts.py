"""Leave out of a store what drafts state: they are validated like all records, and do not count as evidence yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.graph.dataset import PROVENANCE_GRAPH, graph_of
from calcigraph.names.vocabulary import BASE, TERMS

if TYPE_CHECKING:
    import pyoxigraph as ox


def drafts(store: ox.Store) -> list[str]:
    """Return the identifiers of the records whose curation has the status draft."""
    import pyoxigraph as ox

    found = store.quads_for_pattern(None, ox.NamedNode(TERMS + "status"), ox.NamedNode(TERMS + "DraftRecord"))
    return sorted({_record(quad.subject).removeprefix(BASE) for quad in found})


def leave_out(store: ox.Store, records: list[str]) -> None:
    """Take the records out of a store that holds no more than what is stated, with every link to them."""
    import pyoxigraph as ox

    for record in records:
        graph = ox.NamedNode(graph_of(record))
        nodes = {quad.subject for quad in store.quads_for_pattern(None, None, None, graph)}
        gone = [quad for node in nodes for quad in store.quads_for_pattern(None, None, node)]
        gone += store.quads_for_pattern(graph, None, None, ox.NamedNode(PROVENANCE_GRAPH))
        store.remove_graph(graph)
        for quad in gone:
            store.remove(quad)


def _record(node: object) -> str:
    return str(getattr(node, "value", "")).partition("#")[0]
