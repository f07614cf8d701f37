"""The tools that agents are offered: one per question file, and the profile, the trace and the search of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mcp_types as types

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.questions.catalog import Parameter, Question

ROWS = 50
"""Rows of an answer that are given unless a limit is named."""
MOST_ROWS = 1000
FIND, PROFILE, WHY = "find-names", "profile", "why"
INSTRUCTIONS = (
    "Calcigraph holds what publications report on treating calcinosis cutis. Each tool is a question with a fixed "
    "query. Names of treatments, conditions and levels may be labels, synonyms or identifiers; an unknown one is "
    "answered with the nearest. Each row names the records on which it rests, and `sources` gives their address, DOI "
    "and PubMed page: cite them. `why` leads from a row or an address to what was stated and what a rule derived. "
    "Response in a case series is a reported response, not efficacy. This is a research tool, not medical advice."
)
_EXAMPLES = 5
_PLAIN = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_TEXT = {"type": "string", "minLength": 1}
_SOURCES = {
    "type": "object",
    "description": "The publications by the address of their record",
    "additionalProperties": {
        "type": "object",
        "required": ["iri", "citation"],
        "properties": {
            "iri": {"type": "string"},
            "citation": {"type": "string"},
            "title": {"type": "string"},
            "doi": {"type": "string"},
            "pmid": {"type": "string"},
            "registry_id": {"type": "string"},
            "read_as": {"type": "string", "description": "Which part of the source was read"},
            "standing": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Whether the source was retracted, doubted, corrected or superseded: tell it",
            },
            "pages": {"type": "array", "items": {"type": "string"}},
        },
    },
}
_ANSWER = {
    "type": "object",
    "required": ["question", "columns", "rows", "total", "sources"],
    "properties": {
        "question": {"type": "string"},
        "columns": {"type": "object", "additionalProperties": {"type": "string"}},
        "rows": {"type": "array", "items": {"type": "object"}},
        "total": {"type": "integer", "description": "Rows that there are"},
        "offset": {"type": "integer"},
        "sources": _SOURCES,
        "notes": {"type": "array", "items": {"type": "string"}},
    },
}
_MADE = {"type": "object", "required": ["sources"], "properties": {"sources": _SOURCES}}
_FOUND = {
    "type": "object",
    "required": ["terms", "publications"],
    "properties": {
        "terms": {"type": "array", "items": {"type": "object"}},
        "publications": {"type": "array", "items": {"type": "object"}},
    },
}


def tools(questions: Iterable[Question], names: Vocabulary) -> list[types.Tool]:
    """Return all tools; the examples of a parameter are terms that there are."""
    return [_find(), _profile(), _why(), *(_question(one, names) for one in questions)]


def _question(question: Question, names: Vocabulary) -> types.Tool:
    columns = "\n".join(f"- {name}: {about}" for name, about in question.columns.items())
    properties = {one.name: _parameter(one, names) for one in question.parameters.values()}
    return _tool(
        question.name,
        question.summary,
        f"{question.description}\n\nColumns:\n{columns}",
        properties | _window(),
        [one.name for one in question.parameters.values() if one.required],
        _ANSWER,
    )


def _parameter(parameter: Parameter, names: Vocabulary) -> dict[str, Any]:
    described: dict[str, Any] = {"description": f"{parameter.about}. A label, a synonym or an identifier."} | _TEXT
    if parameter.root is not None:
        terms = [names.labels[term] for term in names.members.get(parameter.root, ()) if term != parameter.root]
        described["examples"] = sorted(terms)[:_EXAMPLES]
    return described


def _window() -> dict[str, Any]:
    return {
        "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_ROWS,
            "default": ROWS,
            "description": "Rows to give; `total` says how many there are",
        },
        "offset": {"type": "integer", "minimum": 0, "default": 0, "description": "Rows to pass over"},
    }


def _find() -> types.Tool:
    about = (
        "Find treatments, conditions and other terms by label, synonym or identifier of another vocabulary, and "
        "publications by author, title, DOI or PubMed identifier. Give what is found to the other tools."
    )
    text = {"text": _TEXT | {"description": "What to look for; typing errors are forgiven"}}
    limit = {"type": "integer", "minimum": 1, "maximum": ROWS, "default": 10, "description": "Of each kind, at most"}
    return _tool(FIND, "What is called so?", about, text | {"limit": limit}, ["text"], _FOUND)


def _profile() -> types.Tool:
    about = (
        "Weigh the evidence on a treatment or class, in a condition with its subtypes or in all: studies by design and "
        "level, pooled reported response, harms, claims and whether the findings bear them out, contradictions, "
        "trials, gaps, and a plain reading."
    )
    properties = {
        "treatment": _TEXT | {"description": "A treatment or a class of treatments, by any of its names"},
        "condition": _TEXT | {"description": "A condition, by any of its names"},
        "route": _TEXT | {"description": "The route by which it was given"},
    }
    return _tool(PROFILE, "What does the evidence on a treatment add up to?", about, properties, ["treatment"], _MADE)


def _why() -> types.Tool:
    about = (
        "Trace an address, or a row of an answer, down to the papers: what was stated, what a rule derived, from what "
        "and for which reason, and which part of the source was read. Give `address`, or `question` with `row` and its "
        "`parameters`; rows count from 1, from the first of the whole answer."
    )
    properties = {
        "address": _TEXT | {"description": "Such as study/robertson-2003#minocycline"},
        "question": _TEXT | {"description": "The name of a question"},
        "row": {"type": "integer", "minimum": 1},
        "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
    }
    return _tool(WHY, "Why does an answer say so?", about, properties, [], _MADE)


def _tool(
    name: str,
    title: str,
    about: str,
    properties: dict[str, Any],
    required: list[str],
    gives: dict[str, Any],
) -> types.Tool:
    takes = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return types.Tool(
        name=name,
        title=title,
        description=f"{title} {about}",
        input_schema=takes,
        output_schema=gives,
        annotations=_PLAIN,
    )
