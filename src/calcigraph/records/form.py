"""The one canonical form of a record: order of keys, layout and quotes; what it says and its comments stay.

Keys stand in the order of the record context, the names that a curator chose in the order they have. A comment stands
on lines of its own, above what it speaks of.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from calcigraph.records.context import XSD, FieldKind
from calcigraph.records.tree import Items, Mapping, Scalar, Tree, parse_tree

if TYPE_CHECKING:
    from calcigraph.records.context import RecordContext

WIDTH = 120
_TEXT = frozenset({XSD + "string", XSD + "language"})
_NOTHING = frozenset({"null", "~", ""})
_BARE = re.compile(r"(?!null$)[+-]?[A-Za-z0-9][A-Za-z0-9.+-]*")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_WHITE = re.compile(r"[ \t\n]+")


def canonical(data: bytes, context: RecordContext) -> str | None:
    """Return the record in its canonical form, or None if the bytes are no YAML that a record may be written in."""
    parsed = parse_tree(data)
    if parsed.faults or parsed.tree is None:
        return None
    return _Form(context, _comments(data.decode("utf-8-sig"))).whole(parsed.tree)


def _comments(text: str) -> dict[int, list[str]]:
    """Return the comments by the line on which they stand, counted from 1: what begins with # outside of a scalar."""
    import yaml

    outside = list(text)
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark.index, token.end_mark.index
            outside[start:end] = ["\n" if letter == "\n" else "x" for letter in text[start:end]]
    found: dict[int, list[str]] = {}
    for match in _COMMENT.finditer("".join(outside)):
        said = text[match.start() : match.end()].rstrip()
        found.setdefault(text.count("\n", 0, match.start()) + 1, []).append(said)
    return found


class _Form:
    """Writes one record; it exists to give each comment out once, in the order of the places they belong to."""

    def __init__(self, context: RecordContext, comments: dict[int, list[str]]) -> None:
        self.order = {key: place for place, key in enumerate(["id", "type", *context.fields])}
        self.context = context
        self.comments = comments
        self.above: dict[int, list[str]] = {}

    def whole(self, tree: Mapping) -> str:
        """Return the text of the record; comments below the last key stay at the end."""
        places = sorted(set(_lines(tree)))
        last: list[str] = []
        for line, said in sorted(self.comments.items()):
            here = next((place for place in places if place >= line), None)
            (last if here is None else self.above.setdefault(here, [])).extend(said)
        return "\n".join([*self.mapping(tree, 0), *last]) + "\n"

    def taken(self, line: int, indent: int) -> list[str]:
        return [" " * indent + comment for comment in self.above.pop(line, ())]

    def mapping(self, tree: Mapping, indent: int) -> list[str]:
        free = len(self.order)
        named = all(isinstance(value, Mapping) for value in tree.entries.values())
        keys = list(tree.entries)
        keys = keys if named else sorted(keys, key=lambda key: self.order.get(key, free))
        lines: list[str] = []
        for key in keys:
            lines += self.taken(tree.keys[key][0], indent)
            lines += self.entry(key, tree.entries[key], indent)
        return lines

    def entry(self, key: str, value: Tree, indent: int) -> list[str]:
        start = " " * indent + _quoted(key) + ":"
        match value:
            case Mapping() if not value.entries:
                return [f"{start} {{}}"]
            case Mapping():
                return [start, *self.mapping(value, indent + 2)]
            case Items() if not value.items:
                return [f"{start} []"]
            case Items():
                return self.items(start, key, value, indent)
            case Scalar():
                return self.scalar(start, key, value, indent + 2)

    def items(self, start: str, key: str, value: Items, indent: int) -> list[str]:
        scalars = [item for item in value.items if isinstance(item, Scalar)]
        if len(scalars) == len(value.items) and not any(item.line in self.above for item in scalars):
            line = f"{start} [{', '.join(self.plain(key, item, flow=True) for item in scalars)}]"
            if len(line) <= WIDTH:
                return [line]
        lines = [start]
        for item in value.items:
            lines += self.taken(item.line, indent)
            if isinstance(item, Scalar):
                lines += self.scalar(" " * indent + "-", key, item, indent + 2)
            else:
                first, *inner = self.entry("-", item, indent)
                lines += [first.replace("'-':", "-", 1), *inner]
        return lines

    def scalar(self, start: str, key: str, scalar: Scalar, indent: int) -> list[str]:
        line = f"{start} {self.plain(key, scalar)}".rstrip()
        words = _words(scalar.text)
        if len(line) <= WIDTH or " " not in words or not words.isprintable():
            return [line]
        folded = textwrap.wrap(words, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
        return [f"{start} >-", *(" " * indent + part for part in folded)]

    def plain(self, key: str, scalar: Scalar, *, flow: bool = False) -> str:
        """Return the value on one line: bare where its key takes numbers or days, quoted where it must be."""
        words = _words(scalar.text)
        if not scalar.quoted and words in _NOTHING:
            return words
        known = self.context.fields.get(key)
        bare = known is not None and known.kind is FieldKind.LITERAL and known.datatype not in _TEXT
        return words if bare and _BARE.fullmatch(words) else _quoted(words, flow=flow)


def _words(text: str) -> str:
    return _WHITE.sub(" ", text).strip(" ")


def _quoted(text: str, *, flow: bool = False) -> str:
    """Return the text as YAML writes it on one line, in quotes where it must be."""
    import yaml

    data = yaml.safe_dump([text], default_flow_style=flow, allow_unicode=True, width=float("inf"))
    return data.strip()[1:-1].strip() if flow else data.strip()[2:].strip()


def _lines(tree: Tree) -> list[int]:
    """Return the lines on which keys and items begin."""
    if isinstance(tree, Scalar):
        return [tree.line]
    if isinstance(tree, Items):
        return [line for item in tree.items for line in [item.line, *_lines(item)]]
    return [line for key, value in tree.entries.items() for line in [tree.keys[key][0], *_inner(value)]]


def _inner(value: Tree) -> list[int]:
    return [] if isinstance(value, Scalar) else _lines(value)
