"""Ask the graph what the pages need: rows of the queries in `queries/pages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.questions.answers import bindings, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.api import Evidence

Row = dict[str, str]


class Node(NamedTuple):
    """One end of a statement: a named thing (`uri`), a nameless one (`bnode`) or a value (`literal`)."""

    kind: str
    value: str
    datatype: str = ""


def rows(evidence: Evidence, query: str) -> list[Row]:
    """Return the rows of a page query as texts; what is not bound is left out."""
    return texts(_results(evidence, query))


def nodes(evidence: Evidence, query: str) -> Iterator[dict[str, Node]]:
    """Yield the rows of a page query with the kind and datatype of each value."""
    for row in bindings(_results(evidence, query)):
        yield {name: Node(term["type"], term["value"], term.get("datatype", "")) for name, term in row.items()}


def _results(evidence: Evidence, query: str) -> bytes:
    return evidence.endpoint.select(evidence.product.page_queries()[query].read_text(encoding="utf-8"))
