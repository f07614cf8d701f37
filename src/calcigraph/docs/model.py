"""The diagram of the model: boxes and lines from a layout, words from the ontology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.docs.ontology import RDFS
from calcigraph.docs.render import TEMPLATES
from calcigraph.names.vocabulary import TERMS, VALUES_FROM

if TYPE_CHECKING:
    from calcigraph.docs.ontology import Ontology

HEAD, ROW, PAD = 25, 17, 6
"""Heights of a box's head and rows, and the room below them."""


class Box(NamedTuple):
    """A class at its place: its label, the rows of its properties, and how many terms are below it."""

    iri: str
    label: str
    group: str
    x: int
    y: int
    width: int
    height: int
    rows: list[Row]
    kinds: list[str]
    members: int


class Row(NamedTuple):
    """A property in a box: at which height, and on which side its line leaves, if it has one."""

    iri: str
    label: str
    y: int
    side: str


class Edge(NamedTuple):
    """A line from a class by a property to a class, as the path that draws it."""

    start: str
    prop: str
    end: str
    group: str
    path: str


class Diagram(NamedTuple):
    """The whole: its size, the names of its columns, its boxes and its lines."""

    width: int
    height: int
    columns: list[dict[str, Any]]
    boxes: list[Box]
    edges: list[Edge]


def load_layout() -> dict[str, Any]:
    """Return the layout: where each box stands, which properties it shows, and where their lines lead."""
    import yaml

    layout: dict[str, Any] = yaml.safe_load((TEMPLATES / "model.yaml").read_text(encoding="utf-8"))
    return layout


def diagram(ontology: Ontology, layout: dict[str, Any]) -> Diagram:
    """Return the diagram; raises KeyError for a class or property that the ontology does not have."""
    boxes = {name: _box(ontology, name, place) for name, place in layout["boxes"].items()}
    edges = []
    entered: dict[tuple[str, str], int] = {}
    for name, place in layout["boxes"].items():
        for prop, target in _properties(place):
            if target:
                edges.append(_edge(boxes[name], _iri(prop, ontology), boxes[target["to"]], target, entered))
    return Diagram(layout["width"], layout["height"], layout["columns"], list(boxes.values()), edges)


def fits(ontology: Ontology, start: str, prop: str, end: str) -> bool:
    """Tell whether the ontology lets a property lead from one class to the other."""
    domains = ontology.named(prop, RDFS + "domain")
    ranges = [*ontology.named(prop, RDFS + "range"), *ontology.named(prop, VALUES_FROM)]
    starts, ends = ({iri, *ontology.above(iri), *ontology.below(iri)} for iri in (start, end))
    return (not domains or bool(starts & set(domains))) and (not ranges or bool(ends & set(ranges)))


def _iri(name: str, ontology: Ontology) -> str:
    prefix, colon, local = name.partition(":")
    return ontology.prefixes[prefix] + local if colon else TERMS + name


def _properties(place: dict[str, Any]) -> list[tuple[str, dict[str, Any] | None]]:
    return [next(iter(row.items())) if isinstance(row, dict) else (row, None) for row in place.get("rows", [])]


def _box(ontology: Ontology, name: str, place: dict[str, Any]) -> Box:
    term = ontology.terms[_iri(name, ontology)]
    rows = []
    y = place["y"] + HEAD
    for prop, target in _properties(place):
        known = ontology.terms[_iri(prop, ontology)]
        side = "" if target is None else target.get("side", "right")
        rows.append(Row(known.iri, known.label, y + ROW // 2, side))
        y += ROW
    kinds = [ontology.terms[_iri(kind, ontology)].iri for kind in place.get("kinds", [])]
    y += 20 if kinds else 0
    height = y + (PAD if rows or kinds else 0) - place["y"]
    members = len(ontology.below(term.iri)) - 1 if place.get("count") else 0
    x, y, width = place["x"], place["y"], place["width"]
    return Box(term.iri, term.label, place["group"], x, y, width, height, rows, kinds, members)


def _edge(start: Box, prop: str, end: Box, target: dict[str, Any], entered: dict[tuple[str, str], int]) -> Edge:
    """Return a curve from the property's row to the side of the other box; each line enters a little lower."""
    row = next(row for row in start.rows if row.iri == prop)
    x1 = start.x + (start.width if row.side == "right" else 0)
    enters = target.get("enters", "left" if row.side == "right" else "right")
    place = entered[end.iri, enters] = entered.get((end.iri, enters), 0) + 1
    out = 1 if row.side == "right" else -1
    if enters in {"top", "bottom"}:
        x2 = end.x + target.get("at", end.width // 2)
        y2 = end.y if enters == "top" else end.y + end.height
        toward = (x2, y2 + (-40 if enters == "top" else 40))
    else:
        x2 = end.x + (0 if enters == "left" else end.width)
        y2 = end.y + target.get("at", 5 + 7 * place)
        toward = (x2 + (-1 if enters == "left" else 1) * target.get("bend", max(36, abs(x2 - x1) // 2)), y2)
    leave = (x1 + out * target.get("bend", max(36, abs(x2 - x1) // 2)), row.y)
    path = f"M{x1} {row.y}C{leave[0]} {leave[1]} {toward[0]} {toward[1]} {x2} {y2}"
    return Edge(start.iri, prop, end.iri, start.group, path)
