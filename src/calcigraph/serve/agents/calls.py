"""What the tools answer: rows with the sources of each, the profile, the trace, and names that are like a text."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from calcigraph.errors import BadParameter, UnknownQuestion
from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import BASE, TERMS, fold
from calcigraph.questions.answers import value_of
from calcigraph.questions.ask import remarks
from calcigraph.questions.trace import row_nodes, short
from calcigraph.serve.agents.sources import named_in, of, publications
from calcigraph.serve.agents.tools import FIND, MOST_ROWS, PROFILE, ROWS, WHY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcigraph.api import Evidence
    from calcigraph.questions.answers import Value

Given = dict[str, Any]
_ROOTS = ("Treatment", "Condition", "EvidenceLevel")
_WINDOW = ("limit", "offset")


class Desk:
    """The evidence as it answers agents."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    def call(self, tool: str, given: Given) -> dict[str, Any]:
        """Return what a tool answers, with its sources.

        Raises UnknownQuestion for a tool that there is not, and for what it is given BadParameter, UnknownName or
        AmbiguousName, each with the nearest.
        """
        own = {FIND: self._find, PROFILE: self._profile, WHY: self._why}
        if tool in own:
            return own[tool](given)
        if tool not in self.evidence.questions:
            raise UnknownQuestion(tool, nearest(tool, [*own, *self.evidence.questions], limit=3))
        return self._ask(tool, given)

    @cached_property
    def _known(self) -> dict[str, dict[str, Any]]:
        return publications(self.evidence)

    @cached_property
    def _found_by(self) -> dict[str, str]:
        """The publications by what they are looked for."""
        return {
            " ".join(str(source.get(part, "")) for part in ("citation", "authors", "title", "doi", "pmid")): record
            for record, source in self._known.items()
        }

    def _ask(self, name: str, given: Given) -> dict[str, Any]:
        question = self.evidence.questions[name]
        limit = _number(given, "limit", ROWS, 1, MOST_ROWS)
        offset = _number(given, "offset", 0, 0, None)
        parameters = _texts({key: value for key, value in given.items() if key not in _WINDOW})
        answer = self.evidence.answer(question, parameters)
        rows: list[Given] = []
        used: list[str] = []
        for place in range(offset, min(offset + limit, len(answer))):
            row = {
                column: _plain(value_of(term))
                for column, term in zip(answer.columns, answer.terms[place], strict=True)
                if term is not None
            }
            sources = of(row_nodes(answer, place + 1), self._known)
            used += sources
            rows.append(row | {"rests_on": [short(record) for record in sources]})
        return {
            "question": question.summary,
            "columns": dict(question.columns) | {"rests_on": "The records on which the row rests, as in `sources`"},
            "rows": rows,
            "total": len(answer),
            "offset": offset,
            "sources": self._sources(of(used, self._known)),
            "notes": remarks(question, parameters, self.evidence.names),
        }

    def _profile(self, given: Given) -> dict[str, Any]:
        from calcigraph.synthesis.profiles.forms import to_json

        asked = _texts(_only(given, "treatment", "condition", "route"))
        if "treatment" not in asked:
            message = "The profile needs treatment: a treatment or a class of treatments."
            raise BadParameter(message)
        made = self.evidence.profile(asked["treatment"], condition=asked.get("condition"), route=asked.get("route"))
        text = to_json(made)
        told: dict[str, Any] = json.loads(text)
        return told | {"sources": self._sources(named_in(text, self._known))}

    def _why(self, given: Given) -> dict[str, Any]:
        asked = _only(given, "address", "question", "row", "parameters")
        if ("address" in asked) == ("question" in asked):
            message = "Give address, or question with row and its parameters."
            raise BadParameter(message)
        if "address" in asked:
            traces = [self.evidence.why(_texts(asked)["address"])]
        else:
            row = _number(asked, "row", None, 1, None)
            parameters = asked.get("parameters", {})
            if not isinstance(parameters, dict):
                message = 'parameters is an object, such as {"condition": "JDM"}.'
                raise BadParameter(message)
            answer = self.evidence.ask(_texts({"question": asked["question"]})["question"], **_texts(parameters))
            traces = self.evidence.why_row(answer, row)
        told = [dataclasses.asdict(one) for one in traces]
        addresses = named_in(json.dumps(told), self._known)
        stated = {BASE + trace.source.record for trace in traces if trace.source is not None}
        return {"traces": told, "sources": self._sources(of([*stated, *addresses], self._known))}

    def _find(self, given: Given) -> dict[str, Any]:
        limit = _number(given, "limit", 10, 1, ROWS)
        text = _texts({key: value for key, value in _only(given, "text", "limit").items() if key == "text"}).get("text")
        if text is None:
            message = "The search needs text."
            raise BadParameter(message)
        names = self.evidence.names
        exact = [term for form in (text, *names.expansions(text)) for term in names.names.get(fold(form), ())]
        like = [term for name in nearest(fold(text), _spoken(names.names), limit=limit) for term in names.names[name]]
        kinds = {term: root for root in _ROOTS for term in names.members.get(TERMS + root, ())}
        terms = [
            {"term": short(term), "label": names.labels[term], "kind": names.labels[TERMS + kinds[term]]}
            if term in kinds
            else {"term": short(term), "label": names.labels[term]}
            for term in list(dict.fromkeys([*exact, *like]))[:limit]
        ]
        found = [self._found_by[one] for one in nearest(text, self._found_by, limit=limit)]
        return {"terms": terms, "publications": [self._known[record] for record in found]}

    def _sources(self, found: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return the sources by their short address; one that is marked says how it stands."""
        marks = self.evidence.marks
        return {
            short(record): source | ({"standing": [mark.words for mark in marks[record]]} if record in marks else {})
            for record, source in found.items()
        }


def _spoken(names: Mapping[str, list[str]]) -> list[str]:
    """Return the names that people type: no addresses."""
    return [name for name in names if "/" not in name]


def _only(given: Given, *allowed: str) -> Given:
    for name in given:
        if name not in allowed:
            near = nearest(name, allowed, limit=2) or list(allowed)
            message = f"There is no parameter {name!r} here. There are: {', '.join(near)}."
            raise BadParameter(message)
    return given


def _texts(given: Given) -> dict[str, str]:
    """Return the parameters that say something; raises BadParameter for one that is no text."""
    for name, value in given.items():
        if value is not None and not isinstance(value, str):
            message = f"{name} is a text, not {value!r}."
            raise BadParameter(message)
    return {name: value for name, value in given.items() if value is not None and value.strip()}


def _number(given: Given, name: str, default: int | None, least: int, most: int | None) -> int:
    value = given.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least or (most is not None and value > most):
        bounds = f"from {least} to {most}" if most is not None else f"of {least} or more"
        message = f"{name} is a whole number {bounds}, not {value!r}."
        raise BadParameter(message)
    return value


def _plain(value: Value) -> str | int | float | bool | None:
    return float(value) if isinstance(value, Decimal) else value
