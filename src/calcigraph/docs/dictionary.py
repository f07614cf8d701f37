"""The data dictionary: the keys of each kind of record and part, from shapes, context, ontology and records."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from calcigraph.docs.ontology import RDFS
from calcigraph.names.vocabulary import VALUES_FROM
from calcigraph.resources import record_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from calcigraph.docs.keys import Key, Keys
    from calcigraph.docs.ontology import Ontology
    from calcigraph.resources import Resources

SH = "http://www.w3.org/ns/shacl#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_FORMS = {
    _XSD + "string": "text",
    _XSD + "integer": "whole number",
    _XSD + "decimal": "number",
    _XSD + "boolean": "true or false",
    _XSD + "gYear": "year, such as 2012",
    _XSD + "gYearMonth": "year and month, such as 2012-05",
    _XSD + "date": "day, such as 2026-11-23",
    _XSD + "language": "language tag, such as en",
    _XSD + "anyURI": "address",
}
_SHORT_LIST = 16
_LONGEST_EXAMPLE = 140
_LONGEST_RECORD = 75
_KEY_LINE = re.compile(r"^\s*(?:- )?([a-z_]+):")


class Entry(NamedTuple):
    """One key of a kind of record: its form, whether it is needed and may be several, and a real value."""

    key: Key
    form: str
    part: str
    root: str
    labels: list[str]
    pattern: str
    needed: bool
    several: bool
    example: str
    example_of: str


class Kind(NamedTuple):
    """A kind of record or part: the class, the key under which it stands, and its keys."""

    iri: str
    id: str
    stands_under: str
    entries: list[Entry]


class Line(NamedTuple):
    """A line of the example record, with the key that it introduces for the first time, if it does."""

    text: str
    key: str


class Check(NamedTuple):
    """A rule that spans keys or records: how much it weighs, and what a curator is told."""

    severity: str
    message: str


Shapes = dict[str, dict[str, list[str]]]


def load_shapes(files: Iterable[Path]) -> Shapes:
    """Return what the shapes say: by shape and property, the values as texts."""
    found: Shapes = defaultdict(lambda: defaultdict(list))
    for path in files:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if not isinstance(quad.subject, ox.Triple):
                value = "" if isinstance(quad.object, ox.Triple) else quad.object.value
                found[quad.subject.value][quad.predicate.value].append(value)
    return found


def dictionary(product: Resources, ontology: Ontology, keys: Keys, shapes: Shapes) -> list[Kind]:
    """Return the kinds of records, then the parts in the order in which they are met."""
    by_target = {target: name for name, said in shapes.items() if _closed(said) for target in _targets(said)}
    examples = _examples(product, keys)
    kinds: list[Kind] = []
    todo = [iri for iri in keys.types.values() if iri in by_target]
    seen = set(todo)
    while todo:
        target = todo.pop(0)
        kind = _kind(target, shapes[by_target[target]], shapes, ontology, keys, by_target, examples)
        kinds.append(kind)
        for entry in kind.entries:
            if entry.part and entry.key.iri not in seen:
                seen.add(entry.key.iri)
                todo.append(entry.key.iri)
    return kinds


def _closed(said: dict[str, list[str]]) -> bool:
    return "true" in said.get(SH + "closed", ())


def _targets(said: dict[str, list[str]]) -> list[str]:
    return [*said.get(SH + "targetClass", ()), *said.get(SH + "targetObjectsOf", ())]


def _kind(
    target: str,
    shape: dict[str, list[str]],
    shapes: Shapes,
    ontology: Ontology,
    keys: Keys,
    by_target: dict[str, str],
    examples: dict[tuple[str, str], tuple[str, str]],
) -> Kind:
    under = next((key.name for key in keys.of(target)), "")
    iri = next(iter(ontology.named(target, RDFS + "range")), target) if under else target
    entries = {
        key.name: _entry(key, shapes[name], ontology, by_target, examples.get((target, key.name), ("", "")))
        for name in shape.get(SH + "property", ())
        for key in keys.of(shapes[name][SH + "path"][0])
    }
    in_order = [entries[name] for name in keys.keys if name in entries]
    return Kind(iri, ontology.terms[iri].page.removeprefix("terms/").removesuffix(".html"), under, in_order)


def _entry(
    key: Key, said: dict[str, list[str]], ontology: Ontology, by_target: dict[str, str], example: tuple[str, str]
) -> Entry:
    part = ""
    if key.iri in by_target:
        part = next(iter(ontology.named(key.iri, RDFS + "range")), "")
    roots = ontology.named(key.iri, VALUES_FROM) if key.labels else []
    return Entry(
        key,
        form=_form(key, said, ontology, part),
        part=part,
        root=roots[0] if roots else "",
        labels=sorted(key.labels) if len(key.labels) <= _SHORT_LIST else [],
        pattern=next(iter(said.get(SH + "pattern", ())), ""),
        needed=int(next(iter(said.get(SH + "minCount", ())), 0)) > 0,
        several=said.get(SH + "maxCount") != ["1"],
        example=example[0],
        example_of=example[1],
    )


def _form(key: Key, said: dict[str, list[str]], ontology: Ontology, part: str) -> str:
    if part:
        return "a map, with a name of yours for each" if key.is_map else "one"
    if key.labels:
        return "a name of"
    if key.type == "@id":
        ranges = ontology.named(key.iri, RDFS + "range")
        known = [ontology.terms[iri].label for iri in ranges if iri in ontology.terms]
        return f"reference to a {known[0]}" if known else "address"
    form = _FORMS.get(key.type, key.type)
    least, most = (next(iter(said.get(SH + name, ())), "") for name in ("minInclusive", "maxInclusive"))
    if least and most:
        return f"{form}, {least} to {most}"
    return f"{form}, {least} or more" if least else form


def _examples(product: Resources, keys: Keys) -> dict[tuple[str, str], tuple[str, str]]:
    """Return a real value of each key, by what the shape of its kind targets, and the record that it is from."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for _, record in records(product):
        for target, key, value in _values(record, keys.types.get(record["type"], ""), keys):
            found.setdefault((target, key), (value, record["id"]))
    return found


def records(product: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the text and the content of each record file, by name."""
    import yaml

    for path in record_files(product.seeds):
        text = path.read_text(encoding="utf-8")
        record = yaml.load(text, Loader=yaml.CSafeLoader)
        if isinstance(record, dict) and {"id", "type"} <= record.keys():
            yield text, record


def _values(node: dict[str, Any], target: str, keys: Keys) -> Iterator[tuple[str, str, str]]:
    for name, value in node.items():
        key = keys.keys.get(name)
        if key is None:
            continue
        parts = list(value.values()) if key.is_map and isinstance(value, dict) else [value]
        for part in parts:
            if isinstance(part, dict):
                yield from _values(part, key.iri, keys)
        if key.is_map and isinstance(value, dict):
            yield target, name, ", ".join(value)
        elif not isinstance(value, dict):
            yield target, name, _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = ", ".join(map(_shown, value)) if isinstance(value, list) else " ".join(str(value).split())
    return text if len(text) <= _LONGEST_EXAMPLE else text[: _LONGEST_EXAMPLE - 1] + "…"


def example_record(product: Resources, keys: Keys) -> tuple[str, list[Line]]:
    """Return the id and the lines of the record that shows the most keys of all those that fit on a page."""
    best: tuple[int, str, str] = (0, "", "")
    for text, record in records(product):
        known = {match[1] for line in text.splitlines() if (match := _KEY_LINE.match(line)) and match[1] in keys.keys}
        if text.count("\n") <= _LONGEST_RECORD and len(known) > best[0]:
            best = (len(known), record["id"], text)
    lines = []
    seen: set[str] = set()
    for text in best[2].splitlines():
        match = _KEY_LINE.match(text)
        name = match[1] if match and match[1] in keys.keys and match[1] not in seen else ""
        seen.add(name)
        lines.append(Line(text, name))
    return best[1], lines


def checks(shapes: Shapes) -> list[Check]:
    """Return what is checked beyond single keys, the gravest first."""
    order = ["Violation", "Warning", "Info"]
    found = set()
    for said in shapes.values():
        for constraint in said.get(SH + "sparql", ()):
            inner = shapes.get(constraint, {})
            severity = [*said.get(SH + "severity", ()), SH + "Violation"][0].removeprefix(SH)
            for message in [*inner.get(SH + "message", ()), *said.get(SH + "message", ())][:1]:
                found.add(Check(severity, message))
    return sorted(found, key=lambda check: (order.index(check.severity), check.message))
