"""Records and their parts as exports read them; each remembers what was read of it, so that loss can be counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RECORDS = ("study", "review", "cohort", "trial")
"""The kinds of records; all other kinds are parts of one."""
_STRUCTURE = frozenset(
    {"finding", "claim", "observation", "harm", "estimate", "reading", "curation", "literatureSearch"},
)
"""The properties that lead to parts: a part that is lost is counted itself, not by what leads to it."""


class Value(NamedTuple):
    """A value: its text or address, its label if it is a term, whether it is an address, and its datatype in XSD."""

    text: str
    label: str
    is_address: bool
    datatype: str = ""


@dataclass(slots=True)
class Part:
    """A record or a part of one: its address, its kind, the address of what it is part of, and what is said of it.

    Statements are kept by the local name of their property, such as `treatment` or `hasPublicationYear`. `stated` are
    those that the record itself makes, and `read` those that an export took.
    """

    iri: str
    kind: str
    owner: str
    said: dict[str, list[Value]] = field(default_factory=lambda: defaultdict(list))
    stated: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)

    def values(self, name: str) -> list[Value]:
        """Return the values of a property, and note that they were read."""
        self.read.add(name)
        return self.said.get(name, [])

    def peek(self, name: str) -> list[Value]:
        """Return the values of a property without noting it: for choosing, not for writing."""
        return self.said.get(name, [])

    def texts(self, name: str) -> list[str]:
        """Return the texts or addresses of the values of a property."""
        return [value.text for value in self.values(name)]

    def labels(self, name: str) -> list[str]:
        """Return the labels of the values of a property."""
        return [value.label for value in self.values(name)]

    def text(self, name: str) -> str | None:
        """Return the first value of a property, if there is one."""
        return next(iter(self.texts(name)), None)

    def label(self, name: str) -> str | None:
        """Return the label of the first value of a property, if there is one."""
        return next(iter(self.labels(name)), None)

    def number(self, name: str) -> int | None:
        """Return the first value of a property as a whole number, if there is one."""
        text = self.text(name)
        return int(text) if text is not None else None

    def unread(self) -> dict[str, int]:
        """Return how many statements of the record itself were not read, by property, parts aside."""
        return {name: len(self.said[name]) for name in sorted(self.stated - self.read - _STRUCTURE)}


def local_name(iri: str) -> str:
    """Return the last step of an address.

    >>> local_name("https://w3id.org/calcigraph/ontology#treatment")
    'treatment'
    """
    return iri.replace("#", "/").rpartition("/")[2]


def gather(rows: Iterable[Mapping[str, Any]], labels: Mapping[str, str]) -> dict[str, Part]:
    """Return the parts that rows of `queries/exchange/parts.rq` tell of, by address, in order of address.

    A row is a binding in the SPARQL JSON results form. The values of a property stand in order of their text.
    """
    parts: dict[str, Part] = {}
    texts: dict[str, str] = {}

    def one(text: str) -> str:
        """Return the one text that stands for all that are equal: addresses come again and again."""
        return texts.setdefault(text, text)

    for row in rows:
        iri = row["part"]["value"]
        part = parts.get(iri)
        if part is None:
            part = parts[one(iri)] = Part(one(iri), one(row["kind"]["value"]), one(row["owner"]["value"]))
        term, name = row["value"], one(local_name(row["property"]["value"]))
        text = one(term["value"])
        value = Value(text, labels.get(text, text), term["type"] == "uri", one(local_name(term.get("datatype", ""))))
        if value not in part.said[name]:
            part.said[name].append(value)
        if row["derived"]["value"] == "false" and name != "type":
            part.stated.add(name)
    for part in parts.values():
        for values in part.said.values():
            values.sort()
    return dict(sorted(parts.items()))
