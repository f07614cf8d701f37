"""The API described by OpenAPI 3.1, from the headers of the question files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcigraph import __version__
from calcigraph.serve.formats import GRAPHS, SOLUTIONS
from calcigraph.serve.problems import STATUS, Why

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.questions.catalog import Parameter, Question

_CAUTION = (
    "Calcigraph is a research tool, not medical advice. Response in a case series is a reported response, not efficacy."
)
_EXAMPLES = 5
_RESULTS = {
    "type": "object",
    "required": ["head"],
    "properties": {
        "head": {"type": "object", "properties": {"vars": {"type": "array", "items": {"type": "string"}}}},
        "results": {
            "type": "object",
            "required": ["bindings"],
            "properties": {
                "bindings": {
                    "type": "array",
                    "items": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Term"}},
                }
            },
        },
        "boolean": {"type": "boolean"},
    },
}
_TERM = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"type": "string"},
        "value": {},
        "datatype": {"type": "string"},
        "xml:lang": {"type": "string"},
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["title", "status", "detail", "code"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what would be right"},
        "code": {"type": "string", "enum": [why.value for why in Why]},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "nearest": {"type": "array", "items": {"type": "string"}},
    },
}
_HEADERS = {
    "Link": {
        "description": "The notices on sources that the rows name and that were retracted, doubted, corrected or "
        "superseded: each with the record as its anchor",
        "schema": {"type": "string"},
    }
}
_LISTED = {
    "type": "object",
    "required": ["questions"],
    "properties": {
        "questions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "summary", "description", "parameters", "columns", "address"],
                "properties": {"name": {"type": "string"}, "summary": {"type": "string"}},
            },
        }
    },
}


def describe(questions: Iterable[Question], names: Vocabulary, base: str) -> dict[str, Any]:
    """Return the description; the examples of a parameter are terms that there are."""
    paths: dict[str, Any] = {
        "/questions": {"get": _listing()},
        "/sparql": {"get": _by_get(), "post": _by_post()},
    }
    for question in questions:
        paths[f"/questions/{question.name}"] = {"get": _question(question, names)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Calcigraph",
            "summary": "The evidence for treating calcinosis cutis",
            "description": _CAUTION,
            "version": __version__,
            "license": {"name": "CC0 1.0 (data), MIT (code)"},
        },
        "servers": [{"url": base or "/"}],
        "paths": paths,
        "components": {"schemas": {"Results": _RESULTS, "Term": _TERM, "Problem": _PROBLEM, "Questions": _LISTED}},
    }


def _question(question: Question, names: Vocabulary) -> dict[str, Any]:
    columns = "\n".join(f"- `{name}`: {about}" for name, about in question.columns.items())
    return {
        "operationId": question.name,
        "summary": question.summary,
        "description": f"{question.description}\n\nColumns:\n\n{columns}\n",
        "tags": list(question.tags),
        "parameters": [*(_parameter(one, names) for one in question.parameters.values()), _format()],
        "responses": _responses("The rows that answer the question", graphs=False),
    }


def _parameter(parameter: Parameter, names: Vocabulary) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": f"{parameter.about}. A label, a synonym or an identifier, in any form.",
        "schema": {"type": "string"},
    }
    if parameter.required:
        described["schema"]["minLength"] = 1
    if parameter.root is not None:
        terms = [names.labels[term] for term in names.members.get(parameter.root, ()) if term != parameter.root]
        described["schema"]["examples"] = sorted(terms)[:_EXAMPLES]
    return described


def _format(*, graphs: bool = False) -> dict[str, Any]:
    known = [one.name for one in (*SOLUTIONS, *(GRAPHS if graphs else ()))]
    return {
        "name": "format",
        "in": "query",
        "description": "The format, in the place of the Accept header; empty is as if it were not there",
        "schema": {"type": "string", "enum": [*known, ""]},
    }


def _listing() -> dict[str, Any]:
    said = {"200": {"description": "All questions", "content": {"application/json": {"schema": _ref("Questions")}}}}
    said["200"]["content"]["text/html"] = {"schema": {"type": "string"}}  # type: ignore[index]
    return {"operationId": "questions", "summary": "What can be asked", "responses": said | _errors()}


def _dataset() -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "schema": {"type": "array", "items": {"type": "string", "format": "iri"}}}
        for name in ("default-graph-uri", "named-graph-uri")
    ]


def _by_get() -> dict[str, Any]:
    query = {
        "name": "query",
        "in": "query",
        "description": "A SPARQL 1.1 query; without one, the endpoint describes itself",
        "schema": {"type": "string"},
    }
    return {
        "operationId": "sparqlByGet",
        "summary": "Ask in SPARQL, or read the description of the endpoint",
        "parameters": [query, *_dataset(), _format(graphs=True)],
        "responses": _responses("The result of the query", graphs=True),
    }


def _by_post() -> dict[str, Any]:
    form = {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}
    return {
        "operationId": "sparqlByPost",
        "summary": "Ask in SPARQL",
        "parameters": [*_dataset(), _format(graphs=True)],
        "requestBody": {
            "required": True,
            "content": {
                "application/sparql-query": {"schema": {"type": "string"}},
                "application/x-www-form-urlencoded": {"schema": form},
            },
        },
        "responses": _responses("The result of the query", graphs=True),
    }


def _responses(about: str, *, graphs: bool) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for form in (*SOLUTIONS, *(GRAPHS if graphs else ())):
        for media in form.media_types:
            content[media] = {"schema": _ref("Results") if form.name == "json" else {"type": "string"}}
    if graphs:
        content["text/html"] = {"schema": {"type": "string"}}
        content["application/json"] = content["application/ld+json"] = {"schema": {}}
    return {
        "200": {"description": about, "headers": _HEADERS, "content": content},
        "304": {"description": "The client has this answer already"},
        **_errors(),
    }


def _errors() -> dict[str, Any]:
    return {
        str(int(status)): {
            "description": status.phrase,
            "content": {
                "application/problem+json": {"schema": _ref("Problem")},
                "text/plain": {"schema": {"type": "string"}},
                "text/html": {"schema": {"type": "string"}},
            },
        }
        for status in sorted(set(STATUS.values()))
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
