"""The pages of questions: their list, and each as a form with its answer, its address, its SPARQL and downloads."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from calcigraph.names.vocabulary import BASE
from calcigraph.questions.answers import PARTS, heading
from calcigraph.questions.ask import remarks
from calcigraph.serve.pages.links import HERE, href
from calcigraph.serve.pages.render import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from calcigraph.questions.answers import Answer
    from calcigraph.questions.catalog import Question
    from calcigraph.serve.pages.library import Library

FORMATS = ("csv", "tsv", "json", "xml")
_MOST = 500
"""Rows that a page shows; downloads have all."""
_LABEL = "_label"
_CHOICES = 400
"""Names that a field suggests at most."""


class Cell(NamedTuple):
    """A value in a table: its text, where it leads, and whether it is a number."""

    text: str
    link: str
    number: bool


def questions_page(base: str, questions: Iterable[Question]) -> str:
    """Return the list of all questions, by what they are about."""
    groups: dict[str, list[Question]] = {}
    for question in questions:
        groups.setdefault(question.tags[0], []).append(question)
    return page("questions.html", base=base, groups=sorted(groups.items()))


def question_page(library: Library, base: str, question: Question, given: Mapping[str, str]) -> str:
    """Return a question as a form, with its answer if all that it needs is given.

    Raises UnknownName or AmbiguousName for a name, and BadParameter for a parameter that the question does not take.
    """
    from calcigraph.questions.ask import bind

    needed = [one.name for one in question.parameters.values() if one.required and one.name not in given]
    answer = None if needed else library.evidence.answer(question, given)
    query = "?" + urlencode(given) if given else ""
    path = f"{base}/questions/{question.name}"
    filled = question.fill(bind(question, given, library.names)) if not needed else question.fill({})
    address = f"{HERE}questions/{question.name}{query}"
    wanted = address + ("&" if given else "?") + "format=csv"
    return page(
        "question.html",
        base=base,
        question=question,
        given=given,
        needed=needed,
        choices={name: _choices(library, one.root) for name, one in question.parameters.items()},
        notes=remarks(question, given, library.names),
        marks=library.evidence.marks_on(answer) if answer is not None else (),
        head=_shown(answer) if answer is not None else (),
        rows=_rows(answer, base) if answer is not None else (),
        total=len(answer) if answer is not None else 0,
        why=f"{base}/why?{urlencode({'question': question.name, **given})}&row=",
        address=address,
        curl=f"curl {shlex.quote(wanted)}",
        downloads=[(name, f"{path}{query}{'&' if given else '?'}format={name}") for name in FORMATS],
        sparql=f"{path}.rq{query}",
        console=f"{base}/sparql#{urlencode({'query': _without_header(filled)})}",
        query=filled,
    )


def _without_header(query: str) -> str:
    return "\n".join(line for line in query.splitlines() if not line.startswith("#+"))


def _choices(library: Library, root: str | None) -> Sequence[str]:
    members = library.names.members.get(root or "", ())
    return sorted(library.names.labels[iri] for iri in members if iri in library.names.labels)[:_CHOICES]


def _shown(answer: Answer) -> list[tuple[str, str]]:
    return [(column, heading(column)) for column in answer.shown]


def _rows(answer: Answer, base: str) -> list[tuple[list[Cell], bool]]:
    """Return the rows as cells, and whether each rests on records, so that why can be asked."""
    numeric = {
        column
        for place, column in enumerate(answer.columns)
        if any(row[place] is not None and not isinstance(row[place], str | bool) for row in answer.rows)
    }
    places = {column: place for place, column in enumerate(answer.columns)}
    rows = []
    for values, terms in list(zip(answer.rows, answer.terms, strict=True))[:_MOST]:
        cells = []
        for column in answer.shown:
            value = values[places[column]]
            beside = places.get(column.removesuffix(_LABEL)) if column.endswith(_LABEL) else None
            term = terms[beside] if beside is not None else None
            link = href(term["value"], base) if term and term["type"] == "uri" else ""
            text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            cells.append(Cell(text, link, column in numeric))
        rows.append((cells, any(_record(term, column) for column, term in zip(answer.columns, terms, strict=True))))
    return rows


def _record(term: Mapping[str, str] | None, column: str) -> bool:
    if term is None or not (term["type"] == "uri" or column == PARTS):
        return False
    return term["value"].startswith(BASE) and not term["value"].startswith(BASE + "ontology")
