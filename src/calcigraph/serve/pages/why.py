"""The page that says why: what is stated of a thing, what a rule derived and from what, and where it was read."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from calcigraph.names.vocabulary import TERMS
from calcigraph.questions.marks import on_records
from calcigraph.questions.trace import address, row_nodes, short, trace
from calcigraph.serve.pages.render import page
from calcigraph.serve.pages.statements import PERCENTAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calcigraph.questions.ask import Endpoint
    from calcigraph.questions.trace import Statement, Trace
    from calcigraph.serve.pages.library import Library


def why_page(library: Library, base: str, name: str) -> str:
    """Return the trace of a record or a part of one, by its whole or short address.

    Raises UnknownName if the graph says nothing of it.
    """
    [one] = traces = _traces(library, [address(name)])
    return _page(library, base, traces, f"Why: {_named(one)}")


def why_row_page(library: Library, base: str, question: str, row: int, given: Mapping[str, str]) -> str:
    """Return the traces of that on which a row of an answer rests; rows count from 1.

    Raises UnknownQuestion, UnknownName or AmbiguousName, and BadParameter if there is no such row or parameter.
    """
    answer = library.evidence.ask(question, **given)
    return _page(library, base, _traces(library, row_nodes(answer, row)), f"Why: row {row} of {question}")


class _Remembered:
    """An endpoint that is asked each thing once: what several numbers were derived from is traced for each of them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.select = cache(endpoint.select)


def _traces(library: Library, nodes: Sequence[str]) -> list[Trace]:
    endpoint = _Remembered(library.endpoint)
    files = library.evidence.product.trace_files()
    return [trace(node, endpoint, files) for node in nodes]


def _page(library: Library, base: str, traces: list[Trace], heading: str) -> str:
    marks = on_records((one.node for one in traces), library.evidence.marks)
    labels = library.names.labels
    said = partial(_said, percentages=frozenset(labels.get(TERMS + name, name) for name in PERCENTAGES))
    told = {"traces": traces, "marks": marks, "heading": heading}
    return page("why.html", base=base, **told, short=short, named=_named, said=said)


def _said(statement: Statement, percentages: frozenset[str]) -> str:
    """Return the value of a statement, a percentage with its sign."""
    return f"{statement.value}\N{NO-BREAK SPACE}%" if statement.property in percentages else statement.value


def _named(one: Trace) -> str:
    """Return a trace's name for people: its label, or what it is of and the publication; else its address."""
    if one.label or one.source is None:
        return one.label or short(one.node)
    part = one.node.partition("#")[2].replace("-", " ")
    return f"{part} in {one.source.citation}" if part else one.source.citation
