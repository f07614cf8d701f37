"""Take out of a graph what the withdrawn sources said, before anything is derived from it.

What was retracted or superseded keeps its record: its bibliography, its readings and its standing. Its findings, claims
and observations are gone, so that no question, level, total, pool or claim can rest on them; the build keeps them in a
file beside the graph, for views of a day on which they still stood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcigraph.graph.dataset import INFERRED, graph_of, rule_quads
from calcigraph.names.vocabulary import BASE, TERMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyoxigraph as ox

    from calcigraph.resources import Resources

_RULE = "withdrawn"
_DERIVES = "which parts of a record are gone because its source was retracted or superseded, and on which treatments"
_KEPT = ("reading", "curation")
"""What a record keeps when its source is withdrawn."""


def withdraw(product: Resources, store: ox.Store) -> list[ox.Quad]:
    """Remove what withdrawn sources said from the store, note in it that it did, and return what was removed."""
    text = product.notices.read_text(encoding="utf-8")
    rows: Any = store.query(text, use_default_graph_as_union=True)
    records = {row["record"] for row in rows if row["withdrawn"].value == "true"}
    removed: dict[ox.Quad, None] = {}
    noted: list[ox.Quad] = []
    for record in sorted(records, key=lambda one: str(one.value)):
        parts = _parts(store, record)
        noted += _noted(store, record, parts)
        for part in parts:
            removed |= dict.fromkeys(store.quads_for_pattern(part, None, None))
            removed |= dict.fromkeys(store.quads_for_pattern(None, None, part))
    for quad in removed:
        store.remove(quad)
    if noted:
        store.extend([*noted, *rule_quads(_RULE, _DERIVES, INFERRED + _RULE)])
    return list(removed)


def _parts(store: ox.Store, record: ox.NamedNode) -> list[ox.NamedNode]:
    """Return the parts of a record that go with its source."""
    import pyoxigraph as ox

    graph = ox.NamedNode(graph_of(record.value.removeprefix(BASE)))
    kept = {
        quad.object
        for name in _KEPT
        for quad in store.quads_for_pattern(record, ox.NamedNode(TERMS + name), None, graph)
    }
    subjects = {quad.subject: None for quad in store.quads_for_pattern(None, None, None, graph)}
    return [
        one
        for one in subjects
        if isinstance(one, ox.NamedNode) and one.value.startswith(record.value + "#") and one not in kept
    ]


def _noted(store: ox.Store, record: ox.NamedNode, parts: list[ox.NamedNode]) -> Iterator[ox.Quad]:
    import pyoxigraph as ox

    graph = ox.NamedNode(INFERRED + _RULE)
    gone = frozenset(parts)
    for quad in store.quads_for_pattern(record, None, None):
        if quad.object in gone:
            yield ox.Quad(record, ox.NamedNode(TERMS + "withdrawnPart"), quad.object, graph)
    for part in parts:
        for quad in store.quads_for_pattern(part, ox.NamedNode(TERMS + "treatment"), None):
            yield ox.Quad(record, ox.NamedNode(TERMS + "withdrawnOn"), quad.object, graph)
