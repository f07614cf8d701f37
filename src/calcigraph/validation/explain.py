"""Say why what stands at a line of a record passes or fails: rule by rule, of all shapes that look at it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.records.context import FieldKind
from calcigraph.records.tree import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from calcigraph.records.context import RecordContext
    from calcigraph.validation.report import Result


class Spot(NamedTuple):
    """A node of a record: its IRI, the property that leads to it, what it holds, and the property at the line."""

    focus: str
    by: str
    node: Mapping
    asked: str


class Verdict(NamedTuple):
    """One rule that looks at a node: its name, its shape, what it says, and what was found against it."""

    rule: str
    shape: str
    says: str
    against: tuple[str, ...]


def spot(tree: Mapping, identifier: str, line: int, context: RecordContext) -> Spot:
    """Return the node in whose lines the line stands; without a key there, all of the node is asked for."""
    node, name, by = tree, identifier, ""
    while True:
        before = [(place[0], key) for key, place in node.keys.items() if place[0] <= line]
        key = max(before)[1] if before else ""
        known, value = context.fields.get(key), node.entries.get(key)
        if known is None or not isinstance(value, Mapping) or line < value.line:
            at_name = known is not None and not isinstance(value, Mapping)
            return Spot(context.base + name, by, node, known.iri if known is not None and at_name else "")
        joint = "-" if "#" in name else "#"
        if known.kind is FieldKind.NODES:
            children = [(place[0], child) for child, place in value.keys.items() if place[0] <= line]
            key = max(children)[1] if children else ""
            value = value.entries.get(key)
            if not isinstance(value, Mapping):
                return Spot(context.base + name, by, node, known.iri)
        node, name, by = value, f"{name}{joint}{key}", known.iri


def verdicts(place: Spot, kind: str, results: Iterable[Result], shapes: str, context: RecordContext) -> list[Verdict]:
    """Return each rule that looks at a node, or at the property asked for, with what was found against it.

    `kind` is the IRI of the record's type, `shapes` the shapes as Turtle.
    """
    from rdflib import SH, Graph

    rules = Graph().parse(data=shapes, format="turtle")
    mine = [result for result in results if result.focus == place.focus]
    held = {context.fields[key].iri for key in place.node.entries if key in context.fields}
    looking = {
        *(rules.subjects(SH.targetClass, _iri(kind)) if not place.by else ()),
        *(rules.subjects(SH.targetObjectsOf, _iri(place.by)) if place.by else ()),
        *(shape for iri in held for shape in rules.subjects(SH.targetSubjectsOf, _iri(iri))),
    }
    found = [verdict for shape in looking for verdict in _of_shape(rules, shape, mine, place.asked)]
    return sorted(set(found), key=lambda verdict: (not verdict.against, verdict.shape, verdict.rule))


def _of_shape(rules: Any, shape: Any, mine: list[Result], asked: str) -> Iterator[Verdict]:
    from rdflib import SH

    own = [result for result in mine if result.shape == str(shape)]
    for rule in rules.objects(shape, SH.property):
        if asked and str(rules.value(rule, SH.path)) != asked:
            continue
        against = tuple(result.message for result in mine if result.shape == str(rule))
        yield Verdict(_local(rule), _local(shape), str(rules.value(rule, SH.message) or ""), against)
    for rule in rules.objects(shape, SH.sparql):
        says = str(rules.value(rule, SH.message) or "")
        if asked and not re.search(rf":{re.escape(_local(asked))}\b", str(rules.value(rule, SH.select))):
            continue
        form = re.compile(re.sub(r"\\\{\\\?\w+\\\}", ".*", re.escape(says)))
        yield Verdict(_local(rule), _local(shape), says, tuple(r.message for r in own if form.fullmatch(r.message)))
    whole = tuple(r.message for r in own if "SPARQL" not in r.component and (not asked or r.path in ("", asked)))
    if says := rules.value(shape, SH.message):
        yield Verdict(_local(shape), _local(shape), str(says), whole)


def _iri(text: str) -> Any:
    from rdflib import URIRef

    return URIRef(text)


def _local(iri: Any) -> str:
    return str(iri).rpartition("#")[2]
