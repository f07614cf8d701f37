"""Two readers' trees of one record, field by field: what each wrote, in the form that is compared, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.names.vocabulary import fold
from calcigraph.records.context import XSD, FieldKind
from calcigraph.records.tree import Items, Mapping, Scalar, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from calcigraph.records.context import Field, RecordContext

_OWN = frozenset({"id", "type", "readings", "curation", "read_in"})
"""What each reader says of the own reading; it is not compared."""
_LIKE = ("treatment", "condition", "event", "kind", "claim_kind", "factor", "quantity")
"""What parts are known by, if they have different names."""
_FREE = XSD + "string"


class Place(NamedTuple):
    """Where something stands: file, line and column, from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One field that at least one reader filled: what each wrote, in the form that is compared, and where.

    `path` is the field in the record, such as findings/minocycline/patients, `key` its key; None stands for what a
    reader did not write. A field in `free` words is never the same twice and is only shown; `categorical` ones have
    named values.
    """

    path: str
    key: str
    first: str | None
    second: str | None
    place: Place
    other: Place
    free: bool
    categorical: bool
    resolution: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both readers wrote the same."""
        return self.first == self.second

    @property
    def open(self) -> bool:
        """Whether there is a difference that nobody settled."""
        return not self.agrees and not self.free and not self.resolution


class Comparison:
    """Compares two trees; it exists to carry what values mean."""

    def __init__(self, context: RecordContext, meant: Callable[[str], Sequence[str]], names: tuple[str, str]) -> None:
        self.context = context
        self.meant = meant
        self.names = names

    def nodes(self, first: Mapping, second: Mapping, path: str) -> Iterator[Compared]:
        """Yield the comparison of each field of two nodes."""
        for key in dict.fromkeys((*first.entries, *second.entries)):
            known = self.context.fields.get(key)
            if known is None or key in _OWN:
                continue
            one, other = first.entries.get(key), second.entries.get(key)
            if known.kind is FieldKind.NODES:
                yield from self.parts(one, other, f"{path}{key}/", (first, second))
            elif known.kind is FieldKind.NODE and isinstance(one, Mapping) and isinstance(other, Mapping):
                yield from self.nodes(one, other, f"{path}{key}/")
            elif known.kind is not FieldKind.NODE:
                places = tuple(
                    Place(name, *node.keys.get(key, (node.line, node.column)))
                    for name, node in zip(self.names, (first, second), strict=True)
                )
                yield Compared(
                    f"{path}{key}",
                    key,
                    self.value(known, one),
                    self.value(known, other),
                    places[0],
                    places[1],
                    known.kind is FieldKind.LITERAL and known.datatype == _FREE,
                    known.kind is FieldKind.TERM,
                )

    def parts(
        self, first: Tree | None, second: Tree | None, path: str, owners: tuple[Mapping, Mapping]
    ) -> Iterator[Compared]:
        """Yield the comparison of findings, claims and the like; one that a reader lacks is a difference."""
        ones, others = (tree.entries if isinstance(tree, Mapping) else {} for tree in (first, second))
        matched = self.matched(ones, others)
        for name, one in ones.items():
            other = others.get(matched.get(name, ""))
            if isinstance(one, Mapping) and isinstance(other, Mapping):
                yield from self.nodes(one, other, f"{path}{name}/")
            else:
                yield self.lone(path, name, one, 0, owners)
        for name, other in others.items():
            if name not in matched.values():
                yield self.lone(path, name, other, 1, owners)

    def lone(self, path: str, name: str, tree: Tree, which: int, owners: tuple[Mapping, Mapping]) -> Compared:
        """Return the difference that one reader has a part and the other has not."""
        places = [Place(self.names[at], owners[at].line, owners[at].column) for at in (0, 1)]
        places[which] = Place(self.names[which], tree.line, tree.column)
        texts = ["there", None] if which == 0 else [None, "there"]
        key = path.rstrip("/").rpartition("/")[2]
        return Compared(f"{path}{name}", key, texts[0], texts[1], places[0], places[1], free=False, categorical=False)

    def matched(self, ones: dict[str, Tree], others: dict[str, Tree]) -> dict[str, str]:
        """Return the part of the second reader for each of the first: of the same name, or alone in being alike."""
        found = {name: name for name in ones if name in others}
        left = [name for name in others if name not in found]
        for name, tree in ones.items():
            alike = [other for other in left if self.known_by(others[other]) == self.known_by(tree)]
            if name not in found and len(alike) == 1 and self.known_by(tree):
                found[name] = alike[0]
                left.remove(alike[0])
        return found

    def known_by(self, tree: Tree) -> tuple[str | None, ...]:
        """Return what a part is about; nothing if it says nothing of that."""
        entries = tree.entries if isinstance(tree, Mapping) else {}
        return tuple(
            self.value(self.context.fields[key], entries[key])
            for key in _LIKE
            if key in entries and key in self.context.fields
        )

    def value(self, known: Field, tree: Tree | None) -> str | None:
        """Return the value as it is compared: terms by their label, numbers without signs of form, lists in order."""
        if tree is None:
            return None
        scalars = [one for one in (tree.items if isinstance(tree, Items) else [tree]) if isinstance(one, Scalar)]
        return ", ".join(sorted(self.single(known, one.text) for one in scalars)) or None

    def single(self, known: Field, text: str) -> str:
        """Return one value as it is compared."""
        if known.kind is FieldKind.TERM:
            if text in known.names:
                return text
            labels = [label for label in self.meant(text) if label in known.names]
            return labels[0] if len(labels) == 1 else text
        if known.kind is FieldKind.LITERAL and known.datatype == XSD + "decimal":
            return text.rstrip("0").rstrip(".") if "." in text else text
        return fold(text) if known.datatype == _FREE else text.strip()
