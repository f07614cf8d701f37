"""The shapes: those that look at one record, so that data can be split into shards, and those that span records.

The latter stand in `integrity.ttl`. They see all records, reduced to the properties that they name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from calcigraph.names.vocabulary import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from calcigraph.errors import Severity

_SPANNING = "integrity.ttl"
_TRIPLE = re.compile(rb"<[^>]*> <([^>]*)>")


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes as Turtle: those that look at one record, those that span records, and what the latter name.

    `severity` is what results weigh, by the IRI of their shape, where that is not what the shape says.
    """

    local: str
    spanning: str
    spanning_properties: frozenset[str]
    severity: Mapping[str, Severity] = field(default_factory=dict)


def load_shapes(files: Iterable[Path], severity: Mapping[str, Severity] | None = None) -> Shapes:
    """Return the shapes in the files, with the severities that a registry gives to their results."""
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in files]
    spanning = "\n".join(text for name, text in texts if name == _SPANNING)
    named = {
        term.value
        for triple in ox.parse(spanning, format=ox.RdfFormat.TURTLE)
        for term in (triple.object,)
        if isinstance(term, ox.NamedNode)
    }
    prefixes = dict(re.findall(r"@prefix (\w+): <([^>]+)>", spanning))
    for prefix, local in re.findall(r"\b(\w+):(\w+)", spanning):
        if prefix in prefixes:
            named.add(prefixes[prefix] + local)
    return Shapes(
        "\n".join(text for name, text in texts if name != _SPANNING), spanning, frozenset(named), severity or {}
    )


def project(shards: Iterable[bytes], properties: frozenset[str]) -> bytes:
    """Return the triples of the shards whose property is named."""
    wanted = frozenset(name.encode() for name in properties)
    kept = []
    for shard in shards:
        for line in shard.splitlines():
            match = _TRIPLE.match(line)
            if match and match[1] in wanted:
                kept.append(line)
    return b"\n".join(kept) + b"\n"


def record_of(line: bytes, base: str) -> str:
    """Return the id of the record to which the subject of a line of N-Triples belongs.

    >>> record_of(b'<https://example.org/study/a#x> <urn:p> <urn:o> .', "https://example.org/")
    'study/a'
    """
    return line[1 : line.index(b">")].decode().removeprefix(base).partition("#")[0]


def linked(spanning: bytes, base: str) -> set[str]:
    """Return what ties a record to others: its literals, as N-Triples, and the records and addresses that it names.

    `spanning` holds the spanning triples of one record. What all records share, their type, ties none to another.
    """
    ties = set()
    for line in spanning.splitlines():
        subject, predicate, rest = line.decode().split(" ", 2)
        value = rest.removesuffix(" .")
        if value.startswith("<"):
            value = value[1:-1].removeprefix(base).partition("#")[0]
            if value == record_of(subject.encode(), base):
                continue
        if predicate != f"<{RDF_TYPE}>":
            ties.add(value)
    return ties
