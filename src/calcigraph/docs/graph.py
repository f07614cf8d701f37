"""Ask the graph what the pages need: rows of the queries in `queries/pages`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calcigraph.api import Evidence

Row = dict[str, str]


class Node(NamedTuple):
    """One end of a statement: a named thing (`uri`), a nameless one (`bnode`) or a value (`literal`)."""

    kind: str
    value: str
    datatype: str = ""


def rows(evidence: Evidence, query: str) -> list[Row]:
    """Return the rows of a page query as texts; what is not bound is left out."""
    return [{name: term["value"] for name, term in row.items()} for row in _bindings(evidence, query)]


def nodes(evidence: Evidence, query: str) -> Iterator[dict[str, Node]]:
    """Yield the rows of a page query with the kind and datatype of each value."""
    for row in _bindings(evidence, query):
        yield {name: Node(term["type"], term["value"], term.get("datatype", "")) for name, term in row.items()}


def _bindings(evidence: Evidence, query: str) -> list[Mapping[str, dict[str, str]]]:
    text = evidence.product.page_queries()[query].read_text(encoding="utf-8")
    found: list[Mapping[str, dict[str, str]]] = json.loads(evidence.endpoint.select(text))["results"]["bindings"]
    return found
