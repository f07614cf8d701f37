"""Trace an answer: what is stated of a thing, what a rule derived of it and from what, down to the papers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calcigraph.errors import BadParameter, UnknownName
from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import BASE, LABEL, TERMS
from calcigraph.questions.answers import PARTS, texts
from calcigraph.questions.catalog import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from calcigraph.questions.answers import Answer
    from calcigraph.questions.ask import Endpoint

_RECORD = re.compile(r"(?:study|review|trial|cohort)/")
_SHORT = re.compile(r"[a-z-]+/[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about a thing; a derived one has its rule, and where the rule gives them its reason and inputs."""

    property: str
    value: str
    graph: str
    rule: str | None = None
    derives: str | None = None
    because: str | None = None
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading on which a thing rests: the part of the source, how much of it, and whose account it was."""

    part: str
    extent: str | None
    account_of: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """The record that a thing stands in, its citation, the pages that show its publication, and what was read of it."""

    record: str
    citation: str
    title: str
    journal: str | None
    pages: tuple[str, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A thing, what is stated and derived of it, its source, and the traces of what it was derived from."""

    node: str
    label: str | None
    stated: tuple[Statement, ...]
    derived: tuple[Statement, ...]
    source: Source | None
    inputs: tuple[Trace, ...] = field(default=())


def address(name: str, *, base: str = BASE) -> str:
    """Return the address of a thing from its whole or its short form; `base` is that of a registry's own records.

    >>> address("study/robertson-2003#minocycline")
    'https://w3id.org/calcigraph/study/robertson-2003#minocycline'

    Raises UnknownName for what has neither form.
    """
    written = name.strip()
    if written.startswith("cg:"):
        return TERMS + written.removeprefix("cg:")
    if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", written):
        return written
    if _SHORT.fullmatch(written):
        return (base if _RECORD.match(written) else BASE) + written
    raise UnknownName(
        name, ["study/robertson-2003", "study/robertson-2003#minocycline", "treatments:1"], kind="address"
    )


def short(iri: str) -> str:
    """Return the short form of an address of the project; any other is returned as it is.

    >>> short("https://w3id.org/calcigraph/ontology#Rituximab")
    'cg:Rituximab'
    """
    return iri.replace(TERMS, "cg:").removeprefix(BASE)


def trace(node: str, endpoint: Endpoint, files: Mapping[str, Path]) -> Trace:
    """Return the trace of a thing, with the traces of everything that it was derived from.

    `files` are the queries of the folder `queries/trace` by name. Raises UnknownName, with the
    nearest things, if nothing is said of the node.
    """
    queries = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    found = _trace(node, endpoint, queries, frozenset())
    if found is None:
        things = [short(row["thing"]) for row in texts(endpoint.select(queries["things"]))]
        raise UnknownName(short(node), nearest(short(node), things, limit=3), kind="thing in the graph")
    return found


def row_nodes(answer: Answer, row: int, *, base: str = BASE) -> list[str]:
    """Return the addresses of the records and parts on which a row of an answer rests; rows count from 1.

    Terms of the ontology are not among them; `base` is that of a registry's own records. Raises BadParameter if the
    answer has no such row.
    """
    if not 1 <= row <= len(answer):
        message = f"The answer has {len(answer)} rows; there is no row {row}."
        raise BadParameter(message)
    terms = dict(zip(answer.columns, answer.terms[row - 1], strict=True))
    nodes = [term["value"] for name, term in terms.items() if term and (term["type"] == "uri" or name == PARTS)]
    addresses = [single for value in nodes for single in value.split()]
    ours = [one for one in dict.fromkeys(addresses) if one.startswith((BASE, base)) and not one.startswith(TERMS)]
    wanted = [one for one in ours if one.startswith(BASE) or _RECORD.match(one.removeprefix(base))]
    covered = {one.partition("#")[0] for one in wanted if "#" in one}
    return [one for one in wanted if "#" in one or one not in covered]


def _trace(node: str, endpoint: Endpoint, queries: Mapping[str, str], above: frozenset[str]) -> Trace | None:
    rows = _select(queries["statements"], node, endpoint)
    if not rows:
        return None
    statements = list(_statements(rows, _select(queries["reasons"], node, endpoint)))
    derived = tuple(statement for statement in statements if statement.rule)
    inputs = []
    for other in dict.fromkeys(name for statement in derived for name in statement.inputs):
        if other != node and other not in above:
            deeper = _trace(other, endpoint, queries, above | {node})
            if deeper is not None:
                inputs.append(deeper)
    return Trace(
        node,
        next((statement.value for statement in statements if statement.property == LABEL), None),
        tuple(statement for statement in statements if not statement.rule),
        derived,
        _source(_select(queries["source"], node, endpoint)),
        tuple(inputs),
    )


def _select(query: str, node: str, endpoint: Endpoint) -> list[dict[str, str]]:
    import pyoxigraph as ox

    try:
        term = str(ox.NamedNode(node))
    except ValueError as error:
        raise UnknownName(node, [], kind="address") from error
    return texts(endpoint.select(fill(query, {"node": term})))


def _statements(rows: Iterable[dict[str, str]], reasons: Iterable[dict[str, str]]) -> Iterable[Statement]:
    why: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in reasons:
        why.setdefault((row["property"], row["value"], row["rule"]), []).append(row)
    for row in rows:
        because = why.get((row["property"], row["value"], row.get("rule", "")), [])
        yield Statement(
            row.get("property_label") or short(row["property"]),
            row.get("value_label") or short(row["value"]),
            short(row["graph"]),
            _maybe(row.get("rule")),
            row.get("derives"),
            because[0]["because"] if because else None,
            tuple(dict.fromkeys(one["input"] for one in because)),
        )


def _source(rows: list[dict[str, str]]) -> Source | None:
    if not rows:
        return None
    first = rows[0]
    pages = tuple(dict.fromkeys(row["page"] for row in rows if "page" in row))
    readings = [Reading(row["part"], row.get("extent"), _maybe(row.get("account")), row.get("address")) for row in rows]
    return Source(
        short(first["record"]),
        first["record_label"],
        first["title"],
        first.get("journal"),
        pages,
        tuple(dict.fromkeys(readings)),
    )


def _maybe(iri: str | None) -> str | None:
    return short(iri) if iri else None
