"""Ask a question: names become terms, terms fill the slots, and rows come back typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from calcigraph.errors import BadParameter
from calcigraph.names.identifiers import bare
from calcigraph.names.nearest import nearest
from calcigraph.questions.answers import Answer, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.questions.catalog import Parameter, Question


class Endpoint(Protocol):
    """Whatever answers a SPARQL query with SPARQL JSON results: the embedded store, or a distant one."""

    def select(self, query: str) -> bytes:
        """Return the results of the query as SPARQL JSON."""
        ...


def ask(question: Question, parameters: Mapping[str, str | None], endpoint: Endpoint, vocabulary: Vocabulary) -> Answer:
    """Return the answer; a parameter is a name in any form, or is left out to ask for all.

    Raises BadParameter for a parameter that the question does not take, UnknownName or AmbiguousName
    for a name that leads to no term or to several.
    """
    query = question.fill(bind(question, parameters, vocabulary))
    results = json.loads(endpoint.select(query))
    columns = tuple(results["head"]["vars"])
    terms = tuple([tuple([row.get(column) for column in columns]) for row in results["results"]["bindings"]])
    rows = tuple([tuple([value_of(term) for term in row]) for row in terms])
    return Answer(question.name, columns, rows, terms)


def bind(question: Question, parameters: Mapping[str, str | None], vocabulary: Vocabulary) -> dict[str, str]:
    """Return the serialised terms for the question's slots, so that no text ever enters a query."""
    for name in parameters:
        if name not in question.parameters:
            near = nearest(name, question.parameters, limit=2) or list(question.parameters)
            message = f"The question {question.name!r} has no parameter {name!r}. It takes: {', '.join(near)}."
            raise BadParameter(message)
    for name, parameter in question.parameters.items():
        if parameter.required and not (parameters.get(name) or "").strip():
            message = f"The question {question.name!r} needs --{name}: {parameter.about}."
            raise BadParameter(message)
    return {
        name: _terms(question.parameters[name], value, vocabulary)
        for name, value in parameters.items()
        if value is not None
    }


def remarks(question: Question, parameters: Mapping[str, str | None], vocabulary: Vocabulary) -> list[str]:
    """Return how names were understood that led to a term which they do not mean exactly."""
    found = []
    for name, value in parameters.items():
        root = question.parameters[name].root
        if root is not None and value is not None:
            found.append(vocabulary.remark(value, root=root))
    return [remark for remark in found if remark is not None]


def _terms(parameter: Parameter, value: str, vocabulary: Vocabulary) -> str:
    import pyoxigraph as ox

    if parameter.root is not None:
        return str(ox.NamedNode(vocabulary.find(value, root=parameter.root)))
    identifier = bare(value)
    try:
        literals = [
            str(ox.Literal(form)) for form in dict.fromkeys((identifier, identifier.lower(), identifier.upper()))
        ]
    except ValueError as error:
        message = f"--{parameter.name} holds a sign that is no text: {error}."
        raise BadParameter(message) from error
    iris = []
    for candidate in (value.strip(), *vocabulary.expansions(value)):
        try:
            iris.append(str(ox.NamedNode(candidate)))
        except ValueError:
            continue
    return " ".join([*literals, *iris])
