"""Read record files: every key and value is checked against the record context, every problem is gathered.

What comes out is JSON-LD with names already written as IRIs, so that the parser need not look them
up again; the test suite holds it equal to what any JSON-LD processor makes of the YAML and the context.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calcigraph.errors import Problem
from calcigraph.names.nearest import nearest
from calcigraph.records.context import XSD, Field, FieldKind, RecordContext
from calcigraph.records.repair import only_near, well_formed
from calcigraph.records.tree import Items, Mapping, Scalar, Tree, parse_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_FORMS: dict[str, tuple[re.Pattern[str], str]] = {
    XSD + "integer": (re.compile(r"\d{1,9}"), "a whole number, 0 or more"),
    XSD + "decimal": (_NUMBER, "a number such as 24.7"),
    XSD + "boolean": (re.compile(r"true|false"), "true or false"),
    XSD + "gYear": (re.compile(r"\d{4}"), "a year such as 2003"),
    XSD + "gYearMonth": (re.compile(r"\d{4}-(0[1-9]|1[0-2])"), "a month such as 2018-07"),
    XSD + "date": (re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"), "a day such as 2018-07-31"),
    XSD + "language": (re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"), "a language tag such as fr"),
}
FILL = "FILL"
"""What a draft says where a person must write."""
_RECORD_ID = re.compile(r"(study|review|trial|cohort)/[A-Za-z0-9][A-Za-z0-9.-]*")
_LOCAL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


@dataclass(slots=True)
class Document:
    """One record as JSON-LD without its context, with the file it came from."""

    id: str
    file: str
    data: dict[str, Any]


@dataclass(slots=True)
class ReadResult:
    """A record, if the file holds a sound one, the identifier it claims, and the problems."""

    document: Document | None
    claimed_id: str | None = None
    problems: list[Problem] = field(default_factory=list)


def no_synonyms(_: str) -> list[str]:
    """Return no label: what a reader uses that knows no synonyms."""
    return []


def read_record(
    data: bytes, file: str, context: RecordContext, *, labels_of: Callable[[str], list[str]] = no_synonyms
) -> ReadResult:
    """Return the record in the bytes of a file, or the reasons why there is none.

    `file` is the name that problems show; its last part must agree with the record's id. `labels_of`
    gives the labels of the terms that a synonym or identifier may mean, for the hint in a problem.
    """
    return _Reader(file, context, labels_of).read(data)


class _Reader:
    """Reads one file; it exists to gather problems under one file name."""

    def __init__(self, file: str, context: RecordContext, labels_of: Callable[[str], list[str]]) -> None:
        self.file = file
        self.context = context
        self.labels_of = labels_of
        self.problems: list[Problem] = []
        self.record = ""
        self.addresses: dict[str, int] = {}

    def read(self, data: bytes) -> ReadResult:
        parsed = parse_tree(data)
        for fault in parsed.faults:
            self.problem(fault.line, fault.column, fault.code, fault.message)
        if parsed.tree is None:
            return ReadResult(None, None, self.problems)
        identifier = self.identify(parsed.tree)
        kind = self.type_of(parsed.tree, identifier)
        self.record = identifier or "study/unknown"
        body = self.node(parsed.tree, self.record, skip=("id", "type"))
        if self.problems or identifier is None or kind is None:
            return ReadResult(None, identifier, self.problems)
        document = {"@id": self.context.base + identifier, "@type": self.context.types[kind], **body}
        return ReadResult(Document(identifier, self.file, document), identifier)

    def problem(
        self,
        line: int,
        column: int,
        code: str,
        message: str,
        text: str = "",
        near: Sequence[str] = (),
        repair: str = "",
    ) -> None:
        self.problems.append(
            Problem(self.file, line, column, code, message, text=text, nearest=tuple(near), repair=repair)
        )

    def identify(self, tree: Mapping) -> str | None:
        value = tree.entries.get("id")
        if not isinstance(value, Scalar):
            self.problem(
                tree.line, tree.column, "missing-id", "The record has no id: add one such as `id: study/name-2003`."
            )
            return None
        if not _RECORD_ID.fullmatch(value.text):
            self.problem(
                value.line,
                value.column,
                "bad-id",
                f"{value.text!r} is not a record id: write study/, review/, trial/ or cohort/ and a name of letters, "
                "digits, dots and hyphens.",
                value.text,
            )
            return None
        stem = self.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        if stem != "<stdin>" and value.text.split("/", 1)[1] != stem:
            self.problem(
                value.line,
                value.column,
                "id-is-not-file-name",
                f"The id {value.text!r} and the file name {stem!r} differ: make them agree.",
                value.text,
            )
        return value.text

    def type_of(self, tree: Mapping, identifier: str | None) -> str | None:
        value = tree.entries.get("type")
        if isinstance(value, Scalar) and value.text in self.context.types:
            if identifier is not None and not identifier.startswith(f"{value.text}/"):
                self.problem(
                    value.line,
                    value.column,
                    "type-is-not-id",
                    f"The type is {value.text!r} and the id is {identifier!r}: an id begins with its type.",
                )
            return value.text
        expected = ", ".join(self.context.types)
        place = value if value is not None else tree
        self.problem(
            place.line, place.column, "bad-type", f"The record's type is missing or unknown: write one of {expected}."
        )
        return None

    def node(self, tree: Mapping, iri: str, skip: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return the properties of one node; `iri` is relative to the base."""
        body: dict[str, Any] = {}
        for key, value in tree.entries.items():
            if key in skip:
                continue
            place = tree.keys[key]
            known = self.context.fields.get(key)
            if known is None:
                near = nearest(key, self.context.fields, limit=2)
                hint = f" Nearest: {', '.join(near)}." if near else ""
                repair = only_near(key, [name for name in self.context.fields if name not in tree.entries])
                self.problem(*place, "unknown-key", f"There is no key {key!r}.{hint}", key, near, repair)
            else:
                converted = self.value(known, value, iri, place)
                if converted is not None:
                    body[known.iri] = converted
        return body

    def value(self, known: Field, tree: Tree, owner: str, place: tuple[int, int]) -> Any:
        match known.kind:
            case FieldKind.NODES:
                return self.nodes(known, tree, owner)
            case FieldKind.NODE:
                if not isinstance(tree, Mapping):
                    self.problem(tree.line, tree.column, "wrong-type", f"{known.key} is a map of keys and values.")
                    return None
                child = self.child(owner, known.key, place)
                return {"@id": self.context.base + child, **self.node(tree, child)}
            case FieldKind.LITERAL:
                return self.each(known, tree, self.literal)
            case FieldKind.TERM:
                return self.each(known, tree, self.term)
            case FieldKind.REFERENCE:
                return self.each(known, tree, self.reference)

    def child(self, owner: str, name: str, place: tuple[int, int]) -> str:
        """Return the address of a part of the record; each name makes an address of its own."""
        address = f"{owner}-{name}" if "#" in owner else f"{owner}#{name}"
        if address in self.addresses:
            self.problem(
                *place,
                "name-taken",
                f"{name!r} makes the address {address}, which line {self.addresses[address]} has: choose another name.",
            )
        self.addresses.setdefault(address, place[0])
        return address

    def nodes(self, known: Field, tree: Tree, owner: str) -> list[dict[str, Any]] | None:
        if not isinstance(tree, Mapping):
            self.problem(
                tree.line,
                tree.column,
                "wrong-type",
                f"{known.key} is a map from names of your choice to what they hold.",
            )
            return None
        result = []
        for name, value in tree.entries.items():
            line, column = tree.keys[name]
            if not _LOCAL_NAME.fullmatch(name):
                self.problem(
                    line,
                    column,
                    "bad-name",
                    f"{name!r} cannot be part of an address: use letters, digits, dots, hyphens.",
                )
            elif not isinstance(value, Mapping):
                self.problem(value.line, value.column, "wrong-type", f"{name} is a map of keys and values.")
            else:
                child = self.child(owner, name, (line, column))
                result.append({"@id": self.context.base + child, **self.node(value, child)})
        return result

    def each(self, known: Field, tree: Tree, convert: Callable[[Field, Scalar], Any]) -> list[Any] | None:
        scalars = tree.items if isinstance(tree, Items) else [tree]
        if not scalars:
            self.problem(
                tree.line, tree.column, "empty-value", f"{known.key} is empty: give a value or leave the key out."
            )
            return None
        values = []
        for scalar in scalars:
            if not isinstance(scalar, Scalar):
                self.problem(
                    scalar.line,
                    scalar.column,
                    "wrong-type",
                    f"{known.key} takes one value or a list of values, not a map.",
                )
            elif not scalar.text.strip() or (scalar.text in ("null", "~") and not scalar.quoted):
                self.problem(
                    scalar.line,
                    scalar.column,
                    "empty-value",
                    f"{known.key} is empty: give a value or leave the key out.",
                )
            elif scalar.text == FILL:
                self.problem(
                    scalar.line, scalar.column, "to-fill", f"{known.key} is not filled yet: write what the source says."
                )
            else:
                values.append(convert(known, scalar))
        return [value for value in values if value is not None] or None

    def literal(self, known: Field, scalar: Scalar) -> dict[str, str] | None:
        form = _FORMS.get(known.datatype)
        if form is not None and not form[0].fullmatch(scalar.text):
            repair = well_formed(known.datatype, scalar.text)
            message = f"{known.key} is {form[1]}, not {scalar.text!r}."
            self.problem(scalar.line, scalar.column, "wrong-type", message, scalar.text, repair=repair)
            return None
        return {"@value": " ".join(scalar.text.split()), "@type": known.datatype}

    def term(self, known: Field, scalar: Scalar) -> dict[str, str] | None:
        iri = known.names.get(scalar.text)
        if iri is None:
            meant = [label for label in self.labels_of(scalar.text) if label in known.names]
            near = meant or nearest(scalar.text, known.names, limit=3)
            hint = f" Nearest: {', '.join(repr(name) for name in near)}." if near else ""
            repair = meant[0] if len(meant) == 1 else only_near(scalar.text, known.names)
            message = f"{scalar.text!r} is no value of {known.key}.{hint}"
            self.problem(scalar.line, scalar.column, "unknown-term", message, scalar.text, near, repair)
            return None
        return {"@id": iri}

    def reference(self, known: Field, scalar: Scalar) -> dict[str, str] | None:
        text = scalar.text
        if _IRI.fullmatch(text):
            return {"@id": text}
        if _RECORD_ID.fullmatch(text.split("#", 1)[0]):
            return {"@id": self.context.base + text}
        if _LOCAL_NAME.fullmatch(text):
            return {"@id": self.context.base + f"{self.record}#{text}"}
        self.problem(
            scalar.line,
            scalar.column,
            "bad-reference",
            f"{known.key} is a record such as study/name-2003, a name in this record, or an address; {text!r} is none.",
            text,
        )
        return None
