"""The page that says why: what is stated of a thing, what a rule derived and from what, and where it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.questions.trace import short
from calcigraph.serve.pages.render import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcigraph.questions.trace import Trace
    from calcigraph.serve.pages.library import Library


def why_page(library: Library, base: str, name: str) -> str:
    """Return the trace of a record or a part of one, by its whole or short address.

    Raises UnknownName if the graph says nothing of it.
    """
    return _page(base, [library.evidence.why(name)], f"Why: {short(name)}")


def why_row_page(library: Library, base: str, question: str, row: int, given: Mapping[str, str]) -> str:
    """Return the traces of that on which a row of an answer rests; rows count from 1.

    Raises UnknownQuestion, UnknownName or AmbiguousName, and BadParameter if there is no such row or parameter.
    """
    answer = library.evidence.ask(question, **given)
    traces = library.evidence.why_row(answer, row)
    return _page(base, traces, f"Why: row {row} of {question}")


def _page(base: str, traces: list[Trace], heading: str) -> str:
    return page("why.html", base=base, traces=traces, heading=heading, short=short)
