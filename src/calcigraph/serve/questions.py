"""`/questions`: what can be asked, and each question as an address with its parameters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from calcigraph.errors import UnknownQuestion
from calcigraph.names.nearest import nearest
from calcigraph.questions.ask import bind, remarks
from calcigraph.serve import wanted
from calcigraph.serve.answering import Asking, give
from calcigraph.serve.formats import PAGE, SOLUTIONS, Format
from calcigraph.serve.negotiation import choose, choose_any
from calcigraph.serve.openapi import describe
from calcigraph.serve.protocol import parse_fields, single
from calcigraph.serve.replies import reply
from calcigraph.serve.views import give_page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from calcigraph.questions.catalog import Question
    from calcigraph.serve.serving import Current

_JSON = Format("json", ("application/json",), "json")
_QUERY_TYPE = "application/sparql-query; charset=utf-8"
_FORMAT_NAMES = ("format", "output")
_QUERY_ENDING = ".rq"
NOTE = "Calcigraph-Note"
"""The header that tells how a name was understood that means no term exactly."""


async def listing(request: Request) -> Response:
    """Give the list of all questions."""
    current: Current = request.app.state.current
    asked = single(parse_fields(request.scope["query_string"]), "format")
    [choice] = choose_any(request.headers.get("accept"), asked, (_JSON, PAGE))
    base = current.settings.base
    if choice is not None and choice.format is PAGE:
        return await give_page(request, wanted.listing(base, current.questions.values()))
    listed = [_summary(question, f"{base}/questions/{name}") for name, question in current.questions.items()]
    return reply(request, json.dumps({"questions": listed}, ensure_ascii=False, indent=1), _JSON.media_type)


async def answer(request: Request) -> Response:
    """Answer a question: its parameters are those of the address, its names are as forgiving as the command line's."""
    current: Current = request.app.state.current
    serving = current.serving
    name: str = request.path_params["name"]
    text_asked = name.endswith(_QUERY_ENDING)
    question = _find(name.removesuffix(_QUERY_ENDING), current)
    fields = parse_fields(request.scope["query_string"])
    form = single(fields, "format") or single(fields, "output")
    named = {field for field, value in fields if field not in _FORMAT_NAMES and value.strip()}
    given = {field: value for field in sorted(named) if (value := single(fields, field)) is not None}
    if not text_asked and _for_people(request, form):
        return await give_page(request, wanted.question(current.settings.base, question, given))
    query = question.fill(bind(question, given, serving.names))
    if text_asked:
        return reply(request, query, _QUERY_TYPE)
    response = await give(request, serving, Asking(query, form or None))
    notes = remarks(question, given, serving.names)
    if notes:
        response.headers[NOTE] = " ".join(notes).encode("ascii", "replace").decode()
    return response


async def openapi(request: Request) -> Response:
    """Describe the questions and the endpoint, by OpenAPI 3.1."""
    current: Current = request.app.state.current
    described = describe(current.questions.values(), current.serving.names, current.settings.base)
    return reply(request, json.dumps(described, ensure_ascii=False, indent=1), "application/json")


def _for_people(request: Request, form: str | None) -> bool:
    """Tell whether a page is asked for, rather than one of the formats for programs."""
    if form:
        return form in (PAGE.name, *PAGE.media_types)
    chosen = choose(request.headers.get("accept"), None, (*SOLUTIONS, PAGE))
    return chosen is not None and chosen.format is PAGE


def _find(name: str, current: Current) -> Question:
    if name not in current.questions:
        raise UnknownQuestion(name, nearest(name, current.questions, limit=3))
    return current.questions[name]


def _summary(question: Question, address: str) -> dict[str, Any]:
    return {
        "name": question.name,
        "summary": question.summary,
        "description": question.description,
        "asked_by": list(question.asked_by),
        "tags": list(question.tags),
        "parameters": {p.name: {"about": p.about, "required": p.required} for p in question.parameters.values()},
        "columns": dict(question.columns),
        "address": address,
        "sparql": address + _QUERY_ENDING,
    }
