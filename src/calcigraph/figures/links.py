"""What the network shows: publications that claim or found something of treatments, and how they are linked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calcigraph.figures.cells import Cells
from calcigraph.figures.frame import count
from calcigraph.figures.terms import TREATMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calcigraph.figures.data import Data, Row
    from calcigraph.synthesis import Counted

TIMES = "\N{MULTIPLICATION SIGN}"
MUTUAL = frozenset({"same work", "shares patients", "may share patients"})
"""Links that hold in both directions."""


@dataclass(frozen=True, slots=True)
class Node:
    """A record: its citation, what it says in a few words, of which treatments, and whether it found something."""

    record: str
    name: str
    said: str
    year: int | None
    treatments: frozenset[str]
    found: bool
    claims: int
    findings: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link from a record to another, and how they are linked."""

    how: str
    record: str
    other: str


@dataclass(frozen=True, slots=True)
class Network:
    """The records, those that only claim first, the links between them, and how many records have none."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    left_out: int

    @property
    def treatments(self) -> frozenset[str]:
        """The treatments on which something is said."""
        return frozenset(iri for node in self.nodes for iri in node.treatments)


def network_on(data: Data, treatment: str, condition: str) -> Network:
    """Return all records that claim or found something of a treatment, or what is below it, in a condition."""
    treatments, conditions = data.below(treatment), data.below(condition)
    claims: dict[str, list[Row]] = {}
    for row in data.rows("claims"):
        if row["treatment"] in treatments and row["condition"] in conditions:
            claims.setdefault(row["record"], []).append(row)
    findings: dict[str, list[Counted]] = {}
    for one in data.evidence.counts:
        if treatment in one.classes and condition in one.touched:
            findings.setdefault(one.record, []).append(one)
    cells = Cells(data)
    nodes = [
        _node(data, cells, record, claims.get(record, ()), findings.get(record, ())) for record in {*claims, *findings}
    ]
    return Network(tuple(sorted(nodes, key=_order)), _links(data, {node.record for node in nodes}), 0)


def network_of_links(data: Data) -> Network:
    """Return all records that are linked to another; those that found something are studies."""
    links = _links(data, set(data.records))
    linked = {record for link in links for record in (link.record, link.other)}
    nodes = []
    for record in linked:
        row = data.records[record]
        said = f"{row['kind']}, read: {row['read_as']}"
        nodes.append(Node(record, row["label"], said, _year(row), frozenset(), row["kind"] == "study", 0, 0))
    return Network(tuple(sorted(nodes, key=_order)), links, len(data.records) - len(linked))


def _order(node: Node) -> tuple[bool, int, str, str]:
    return node.found, node.year or 9999, node.name, node.record


def _year(row: Row) -> int | None:
    return int(str(row["year"])[:4]) if "year" in row else None


def _node(data: Data, cells: Cells, record: str, claims: Iterable[Row], findings: Iterable[Counted]) -> Node:
    """Return a record with its claims and its findings."""
    row, ones = data.records[record], list(findings)
    stances: dict[str, set[str]] = {}
    for claim in claims:
        level = f" ({claim['level']})" if "level" in claim else ""
        verdict = f": {claim['verdict']}" if "verdict" in claim else ""
        stances.setdefault(f"{claim['stance']}{level}{verdict}", set()).add(claim["claim"])
    said = [
        f"{stance}{f' {TIMES} {len(which)}' if len(which) > 1 else ''}" for stance, which in sorted(stances.items())
    ]
    if said and ones:
        said[0] = f"claims {said[0]}"
    if ones:
        patients = cells.patients(ones)
        told = count(patients.most, "patient") if patients.told else "patients not given"
        retold = ", retold" if all(one.retold for one in ones) else ""
        directions = dict.fromkeys(one.direction for one in ones if one.direction)
        said.insert(0, f"{', '.join(directions) or 'direction not given'}; {told}{retold}")
    return Node(
        record=record,
        name=row["label"],
        said="; ".join(said),
        year=_year(row),
        treatments=frozenset({one.treatment.iri for one in ones} | {claim["treatment"] for claim in claims})
        - {TREATMENT},
        found=bool(ones),
        claims=len({claim["claim"] for claim in claims}),
        findings=len(ones),
    )


def _links(data: Data, records: set[str]) -> tuple[Link, ...]:
    """Return the links between some records, each once."""
    found: dict[tuple[str, str, str], Link] = {}
    for row in data.rows("links"):
        link = Link(row["how"], row["record"], row["other"])
        if {link.record, link.other} <= records:
            ends = sorted((link.record, link.other)) if link.how in MUTUAL else [link.record, link.other]
            found.setdefault((link.how, ends[0], ends[1]), link)
    return tuple(found.values())
