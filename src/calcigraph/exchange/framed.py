"""JSON-LD: each record as a tree, framed with the record context, as curators write it; all else in expanded form.

The context of the document is the record context without the datatype `xsd:string`, which plain strings have anyway.
"""

from __future__ import annotations

import json
from itertools import chain, groupby, repeat
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from calcigraph.exchange.rdf import GRAPHS, quads
from calcigraph.names.vocabulary import BASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.source import Source

_RECORDS = tuple(GRAPHS + kind for kind in ("study/", "review/", "trial/", "cohort/"))
_ID = "@id"


def jsonld(source: Source, losses: Losses) -> Files:
    """Yield the graph as one JSON-LD document, written graph by graph."""
    del losses
    context = load_context(source)

    def write(file: BinaryIO) -> None:
        file.write(b'{"@context":' + _json(context) + b',\n"@graph":[')
        between = chain([b"\n"], repeat(b",\n"))
        file.writelines(sign + _json(node) for sign, node in zip(between, _graphs(source, context), strict=False))
        file.write(b"\n]}\n")

    yield "calcigraph.jsonld", write


def load_context(source: Source) -> dict[str, Any]:
    """Return the record context, without the datatype that plain strings have anyway."""
    table: dict[str, Any] = json.loads(source.evidence.product.context.read_text(encoding="utf-8"))["@context"]
    return {
        key: {k: v for k, v in entry.items() if (k, v) != ("@type", "xsd:string")} if isinstance(entry, dict) else entry
        for key, entry in table.items()
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _graphs(source: Source, context: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a node for each run of quads of one graph; the graphs of records are framed."""
    for graph, run in groupby(quads(source), key=lambda quad: quad.graph_name):
        name = graph.value
        if name.startswith(_RECORDS):
            yield {_ID: name, "@graph": [framed(BASE + name.removeprefix(GRAPHS), run, context)]}
        else:
            for node in _expanded(run):
                yield {_ID: name, "@graph": [node]}


def framed(record: str, statements: Iterable[ox.Quad], context: dict[str, Any]) -> dict[str, Any]:
    """Return the statements of a record as one tree, in the terms of the context."""
    from pyld import jsonld as processor

    triples = [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in statements]
    lines: Any = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    text = "\n".join(sorted(lines.decode().splitlines())) + "\n"
    expanded = processor.from_rdf(text, {"format": "application/n-quads"})
    frame = {"@context": _narrowed(context, triples), _ID: record, "@embed": "@once"}
    tree: dict[str, Any] = processor.frame(expanded, frame, {"omitGraph": True, "base": BASE})
    del tree["@context"]
    moved: dict[str, Any] = {}
    referring = {key for key, entry in context.items() if isinstance(entry, dict) and entry.get("@type") == _ID}
    whole: dict[str, Any] = _filled(_referred(tree, referring, moved), moved)
    return whole


def _referred(value: Any, referring: set[str], moved: dict[str, Any]) -> Any:
    """Return a tree whose references are addresses; the parts that framing had put there are moved out."""
    if isinstance(value, list):
        return [_referred(entry, referring, moved) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _addresses(entry, referring, moved) if key in referring else _referred(entry, referring, moved)
        for key, entry in value.items()
    }


def _addresses(value: Any, referring: set[str], moved: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_addresses(entry, referring, moved) for entry in value]
    if not isinstance(value, dict):
        return value
    moved[value["id"]] = {key: _referred(entry, referring, moved) for key, entry in value.items() if key != "id"}
    return value["id"]


def _filled(value: Any, moved: dict[str, Any]) -> Any:
    """Return a tree with the parts that were moved out where their record holds them."""
    if isinstance(value, dict):
        return {key: _filled(entry or moved.get(key, entry), moved) for key, entry in value.items()}
    return value


def _narrowed(context: dict[str, Any], triples: Iterable[ox.Triple]) -> dict[str, Any]:
    """Return the context with only those keys and names that some triples use: it gives the same tree, much sooner."""
    every = list(triples)
    used = {triple.object.value for triple in every if isinstance(triple.object, ox.NamedNode)}
    properties = {triple.predicate.value for triple in every}
    prefixes = {key: entry for key, entry in context.items() if isinstance(entry, str)}

    def whole(compact: str) -> str:
        prefix, _, local = compact.partition(":")
        return prefixes[prefix] + local

    narrowed: dict[str, Any] = dict(context)
    for key, entry in context.items():
        if not isinstance(entry, dict):
            continue
        if whole(entry[_ID]) not in properties:
            del narrowed[key]
        elif "@context" in entry:
            names = {name: term for name, term in entry["@context"].items() if whole(term) in used}
            narrowed[key] = entry | {"@context": names}
    return narrowed


def _expanded(statements: Iterable[ox.Quad]) -> Iterator[dict[str, Any]]:
    """Yield a node in expanded form for each run of statements on one subject."""
    for subject, run in groupby(statements, key=lambda quad: quad.subject):
        node: dict[str, Any] = {_ID: _address(subject)}
        for quad in run:
            node.setdefault(quad.predicate.value, []).append(_value(quad.object))
        yield node


def _address(term: Any) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(term.value)


def _value(term: Any) -> dict[str, str]:
    if not isinstance(term, ox.Literal):
        return {_ID: _address(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == "http://www.w3.org/2001/XMLSchema#string":
        return {"@value": term.value}
    return {"@value": term.value, "@type": term.datatype.value}
