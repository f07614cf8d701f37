"""Turn the bytes of a record file into a tree that knows where each key and value stands.

YAML's own guesses about types (`yes`, dates, octal numbers) are never used: a scalar stays the
text that the curator wrote, and the record context says what it means.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

MAX_BYTES = 1 << 20
MAX_DEPTH = 16
MAX_OPENINGS = 5_000
"""Lists and maps that a file may open; the parser below recurses in C, and some 50,000 would exhaust its stack."""
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "map", "seq")
)
_NO_ALIAS = "Anchors and aliases are not allowed: write the value out."


@dataclass(slots=True)
class Scalar:
    """A text value; line and column count from 1."""

    text: str
    line: int
    column: int
    quoted: bool = False


@dataclass(slots=True)
class Items:
    """A list."""

    items: list[Tree]
    line: int
    column: int


@dataclass(slots=True)
class Mapping:
    """A map from keys, which know their place, to values."""

    entries: dict[str, Tree]
    keys: dict[str, tuple[int, int]]
    line: int
    column: int


Tree = Scalar | Items | Mapping


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the text: place, code and what to do."""

    line: int
    column: int
    code: str
    message: str


@dataclass(slots=True)
class Parsed:
    """The tree, if there is one, and the faults met on the way."""

    tree: Mapping | None
    faults: list[Fault] = field(default_factory=list)


class _Refused(Exception):
    """The tree has a form that no record has."""

    def __init__(self, node: yaml.Node, code: str, message: str) -> None:
        self.fault = Fault(node.start_mark.line + 1, node.start_mark.column + 1, code, message)


def parse_tree(data: bytes) -> Parsed:
    """Return the tree of a record file and all faults of its form."""
    if len(data) > MAX_BYTES:
        return _refuse(
            1, 1, "file-too-large", f"The file has more than {MAX_BYTES:,} bytes: a record has a few thousand."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        return _refuse(
            line,
            column,
            "not-utf8",
            f"Byte 0x{data[error.start]:02x} is not UTF-8: save the file in the encoding UTF-8.",
        )
    if not text.strip():
        return _refuse(1, 1, "empty-file", "The file is empty: write a record, or delete the file.")
    if sum(text.count(opening) for opening in ("[", "{", "- ", "? ")) > MAX_OPENINGS:
        return _refuse(1, 1, "too-deep", f"The file opens more than {MAX_OPENINGS:,} lists and maps: write it flatter.")
    return _compose(text)


def _refuse(line: int, column: int, code: str, message: str) -> Parsed:
    return Parsed(None, [Fault(line, column, code, message)])


def _compose(text: str) -> Parsed:
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        return _broken(error)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        return _refuse(line, column, "broken-yaml", "A control character stands here: remove it.")
    if root is None:
        return _refuse(1, 1, "empty-file", "The file holds only comments: write a record, or delete the file.")
    faults: list[Fault] = []
    try:
        tree = _convert(root, faults, set(), depth=0)
    except _Refused as refused:
        return Parsed(None, [refused.fault])
    if not isinstance(tree, Mapping):
        if not faults:
            faults.append(Fault(tree.line, tree.column, "not-a-map", "A record is a map of keys and values."))
        return Parsed(None, faults)
    return Parsed(tree, faults)


def _broken(error: yaml.MarkedYAMLError) -> Parsed:
    mark = error.problem_mark or error.context_mark
    line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
    if error.context and "expected a single document" in error.context:
        return _refuse(line, column, "several-documents", "The file holds several documents: one record per file.")
    if error.problem and "undefined alias" in error.problem:
        return _refuse(line, column, "alias", _NO_ALIAS)
    return _refuse(line, column, "broken-yaml", f"The YAML is broken here: {error.problem or error.context}.")


def _convert(node: yaml.Node, faults: list[Fault], seen: set[int], *, depth: int) -> Tree:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if id(node) in seen:
        raise _Refused(node, "alias", _NO_ALIAS)
    if depth > MAX_DEPTH:
        raise _Refused(node, "too-deep", f"Values are nested more than {MAX_DEPTH} deep: a record needs five.")
    seen.add(id(node))
    if node.tag not in _TAGS:
        faults.append(Fault(line, column, "tag", f"The tag {node.tag} is not allowed: remove it."))
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, line, column, node.style is not None)
    if isinstance(node, yaml.SequenceNode):
        return Items([_convert(child, faults, seen, depth=depth + 1) for child in node.value], line, column)
    entries: dict[str, Tree] = {}
    keys: dict[str, tuple[int, int]] = {}
    for key_node, value_node in node.value:
        place = key_node.start_mark.line + 1, key_node.start_mark.column + 1
        key = key_node.value
        if not isinstance(key_node, yaml.ScalarNode):
            faults.append(Fault(*place, "bad-key", "A key is a word, not a list or a map."))
        elif key in entries:
            first = keys[key][0]
            faults.append(Fault(*place, "duplicate-key", f"The key {key!r} stands already in line {first}: keep one."))
        else:
            entries[key] = _convert(value_node, faults, seen, depth=depth + 1)
            keys[key] = place
    return Mapping(entries, keys, line, column)
