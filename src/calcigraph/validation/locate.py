"""Lead from a validation result back to the file, line and column that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.errors import Problem
from calcigraph.names.nearest import nearest
from calcigraph.records.context import FieldKind
from calcigraph.records.repair import bare_identifier
from calcigraph.records.tree import Items, Mapping, Scalar, parse_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from collections.abc import Mapping as Mapping_

    from calcigraph.records.context import RecordContext
    from calcigraph.validation.report import Result


def locate(
    results: Iterable[Result],
    context: RecordContext,
    files: Mapping_[str, str],
    read: Callable[[str], bytes],
    *,
    known: Collection[str] = (),
) -> list[Problem]:
    """Return each result as a problem with its place.

    `files` gives the file of each record id, `read` the bytes of a file; `known` are the ids of all records, of which
    the nearest are named. A file is parsed again only when a result is about it, so nothing is remembered for the
    records that are sound.
    """
    trees: dict[str, Mapping | None] = {}
    problems = []
    for result in results:
        identifier = result.focus.removeprefix(context.base).partition("#")[0]
        file = files.get(identifier, identifier or "?")
        if identifier in files and file not in trees:
            trees[file] = parse_tree(read(file)).tree
        line, column, text = _place(trees.get(file), identifier, result, context)
        problems.append(described(result, context, known, Place(file, line, column, text)))
    return problems


class Place(NamedTuple):
    """Where something stands in a file, and the text there."""

    file: str
    line: int
    column: int
    text: str


def described(result: Result, context: RecordContext, known_records: Collection[str], place: Place) -> Problem:
    """Return a result as a problem at its place, with the nearest records where one is not known, and a safe repair."""
    known = context.by_iri.get(result.path)
    near: list[str] = []
    value = result.value.removeprefix(context.base)
    if value != result.value and known is not None and known.kind is FieldKind.REFERENCE:
        near = nearest(value, known_records, limit=2) if value not in known_records and "#" not in value else []
    repair = bare_identifier(known.key, place.text) if known is not None and "Pattern" in result.component else ""
    hint = f" Nearest: {', '.join(near)}." if near else ""
    message = _message(result, context) + hint
    return Problem(
        place.file,
        place.line,
        place.column,
        _code(result),
        message,
        result.severity,
        place.text,
        tuple(near),
        "" if repair == place.text else repair,
    )


def _code(result: Result) -> str:
    return result.shape.rpartition("#")[2] or result.component


def _message(result: Result, context: RecordContext) -> str:
    if result.component == "ClosedConstraintComponent":
        known = context.by_iri.get(result.path)
        return f"{known.key if known else result.path}: {result.message}"
    return result.message


def _place(tree: Mapping | None, identifier: str, result: Result, context: RecordContext) -> tuple[int, int, str]:
    if tree is None:
        return 0, 0, ""
    node, at = _find(tree, identifier, result.focus.removeprefix(context.base), context)
    known = context.by_iri.get(result.path)
    if known is None or known.key not in node.entries:
        return *at, ""
    if result.component == "ClosedConstraintComponent":
        return *node.keys[known.key], known.key
    value = node.entries[known.key]
    for scalar in value.items if isinstance(value, Items) else [value]:
        if isinstance(scalar, Scalar) and _same(scalar.text, result.value, known.names):
            return scalar.line, scalar.column, scalar.text
    return *node.keys[known.key], known.key


def _same(text: str, value: str, names: object) -> bool:
    if not value:
        return False
    if isinstance(names, dict) and names.get(text) == value:
        return True
    return text == value or value.endswith((f"/{text}", f"#{text}"))


def _find(tree: Mapping, identifier: str, focus: str, context: RecordContext) -> tuple[Mapping, tuple[int, int]]:
    """Return the map that became the focus node, and where its name stands."""
    todo: list[tuple[Mapping, str, tuple[int, int]]] = [(tree, identifier, (tree.line, tree.column))]
    while todo:
        node, name, at = todo.pop()
        if name == focus:
            return node, at
        for key, value in node.entries.items():
            known = context.fields.get(key)
            if known is None or not isinstance(value, Mapping):
                continue
            joint = "-" if "#" in name else "#"
            if known.kind is FieldKind.NODE:
                todo.append((value, f"{name}{joint}{key}", node.keys[key]))
            elif known.kind is FieldKind.NODES:
                todo += [
                    (child, f"{name}{joint}{local}", value.keys[local])
                    for local, child in value.entries.items()
                    if isinstance(child, Mapping)
                ]
    return tree, (tree.line, tree.column)
