"""Read question files: the header makes the command's help, the API and the documentation.

A header is YAML behind `#+`, as grlc has it. A parameter is a slot in the query, which holds what is asked when the
parameter is not given. Files have the form that grlc fills, `BIND(COALESCE(?__NAME_iri, …) AS ?asked_NAME)`; engines
get it as `VALUES ?asked_NAME { … }`, which takes several terms and lets them choose the order of joins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calcigraph.errors import BadParameter, BadQuestion, UnknownQuestion
from calcigraph.names.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_TERMS = "https://w3id.org/calcigraph/ontology#"
_SLOT = re.compile(r"VALUES \?asked_(\w+) \{ ([^{}]*) \}")
_GRLC_SLOT = re.compile(
    r"BIND\((?:COALESCE\()?(?P<variable>\?_\w+)(?:, (?P<held>[^\s()]+)\))? AS \?asked_(?P<name>[A-Za-z0-9]+)\)"
)
_REQUIRED = frozenset({"summary", "description", "asked_by", "tags", "example", "parameters", "columns"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: a term below `root`, or an identifier when there is no root."""

    name: str
    about: str
    root: str | None
    required: bool

    @property
    def variable(self) -> str:
        """The variable from which grlc reads the parameter: `_` is required, `__` is not, and `_iri` is a term."""
        return f"?{'_' if self.required else '__'}{self.name}{'_iri' if self.root else ''}"


@dataclass(frozen=True, slots=True)
class Question:
    """One question file: what it asks, whose question it is, what it takes, what it answers, and its text."""

    name: str
    summary: str
    description: str
    asked_by: tuple[str, ...]
    tags: tuple[str, ...]
    example: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, str]
    text: str

    def fill(self, terms: Mapping[str, str]) -> str:
        """Return the query with serialised terms in the slots, as VALUES; what is not named is as the file has it."""
        return fill(_with_values(self.text), terms)


def fill(query: str, terms: Mapping[str, str]) -> str:
    """Return a query with serialised terms in its slots, by name; a slot that is not named stays as it is."""

    def slot(match: re.Match[str]) -> str:
        name = match[1]
        return f"VALUES ?asked_{name} {{ {terms[name]} }}" if name in terms else match[0]

    return _SLOT.sub(slot, query)


def _with_values(query: str) -> str:
    return _GRLC_SLOT.sub(lambda slot: f"VALUES ?asked_{slot['name']} {{ {slot['held'] or 'UNDEF'} }}", query)


def load_question(path: Path) -> Question:
    """Return the question in the file; raises BadQuestion when its header and its query do not fit."""
    import yaml

    text = path.read_text(encoding="utf-8")
    head = "\n".join(line[3:] for line in text.splitlines() if line.startswith("#+ "))
    try:
        header: Any = yaml.load(head, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        message = f"{path.name}: the header is no YAML: {error}"
        raise BadQuestion(message) from error
    missing = sorted(_REQUIRED - set(header or ()))
    if missing:
        message = f"{path.name}: the header lacks {', '.join(missing)}."
        raise BadQuestion(message)
    parameters = {name: _parameter(name, entry, path) for name, entry in (header["parameters"] or {}).items()}
    slots = [match[1] for match in _SLOT.finditer(_with_values(text))]
    if sorted(slots) != sorted(parameters):
        message = (
            f"{path.name}: the header has the parameters {sorted(parameters)}, the query the slots {sorted(slots)}."
        )
        raise BadQuestion(message)
    for slot in _GRLC_SLOT.finditer(text):
        expected = parameters[slot["name"]].variable
        if slot["variable"] != expected:
            line = text.count("\n", 0, slot.start()) + 1
            message = (
                f"{path.name}:{line}: the slot of the parameter {slot['name']} has the variable {slot['variable']}. "
                f"Write {expected}, from which grlc reads what the header says."
            )
            raise BadQuestion(message)
    return Question(
        name=path.stem,
        summary=header["summary"],
        description=header["description"],
        asked_by=tuple(header["asked_by"]),
        tags=tuple(header["tags"]),
        example=header["example"],
        parameters=parameters,
        columns=header["columns"],
        text=text,
    )


def _parameter(name: str, entry: Mapping[str, Any], path: Path) -> Parameter:
    root = entry.get("from")
    if root is None and entry.get("type") != "identifier":
        message = f"{path.name}: the parameter {name} says neither `from: cg:Class` nor `type: identifier`."
        raise BadQuestion(message)
    return Parameter(
        name=name,
        about=entry["about"],
        root=_TERMS + root.removeprefix("cg:") if root else None,
        required=bool(entry.get("required", False)),
    )


def catalog(files: Iterable[Path]) -> dict[str, Question]:
    """Return all questions in the files by name."""
    return {path.stem: load_question(path) for path in files}


def find_question(name: str, files: Iterable[Path]) -> Question:
    """Return the question of that name; raises UnknownQuestion with the nearest ones."""
    paths = {path.stem: path for path in files}
    if name not in paths:
        raise UnknownQuestion(name, nearest(name, paths, limit=3))
    return load_question(paths[name])


def asked_by(questions: Iterable[Question], who: str | None) -> list[Question]:
    """Return the questions that someone would ask, or all of them; raises BadParameter for one who asks none."""
    every = list(questions)
    if who is None:
        return every
    found = [question for question in every if who in question.asked_by]
    if not found:
        people = sorted({name for question in every for name in question.asked_by})
        message = f"No question is asked by {who!r}. There are those of: {', '.join(people)}."
        raise BadParameter(message)
    return found
