"""What others publish, read as quads: RDF in any syntax, KGX, SSSOM. Nothing is fetched, and growth has bounds."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from calcigraph.errors import BadImport
from calcigraph.graph.dataset import mapping_quads
from calcigraph.graph.endings import rdf_format
from calcigraph.names.mappings import all_prefixes, expand, read_header, read_mappings
from calcigraph.names.vocabulary import LABEL, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from calcigraph.resources import Resources

MOST_BYTES = 2**30
"""Bytes that a file may have: some 10⁷ triples."""
_ENTITY = 1000
"""Characters that an entity of an XML document may stand for: enough for an address."""
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TABLES = ("tsv", "jsonl")
_SSSOM = frozenset({"subject_id", "predicate_id", "object_id", "mapping_justification"})
_EDGE = frozenset({"subject", "predicate", "object"})
_NODE = frozenset({"id", "category"})
_LISTS = "|"


class Read(NamedTuple):
    """What a file holds: the importer that read it, and its quads."""

    importer: str
    quads: Iterator[ox.Quad]


def known_prefixes(product: Resources) -> dict[str, str]:
    """Return the prefixes that KGX may use without naming them: those of our mappings, and those in a table of ours."""
    with (product.exchange / "prefixes.tsv").open(encoding="utf-8", newline="") as file:
        listed = {row["prefix"]: row["address"] for row in csv.DictReader(file, delimiter="\t")}
    return all_prefixes(read_mappings(product.mappings)[0]) | listed


def read(path: Path, prefixes: Mapping[str, str]) -> Read:
    """Return what a file holds; `prefixes` expand the identifiers of KGX.

    The quads are read as they are asked for, and raise BadImport, as this does, for what cannot be read.
    """
    ending = path.suffix.removeprefix(".").lower()
    if path.stat().st_size > MOST_BYTES:
        raise BadImport(path, f"it has more than {MOST_BYTES:,} bytes: split it")
    if ending in _TABLES:
        return _table(path, prefixes)
    form = rdf_format(path)
    if form is None:
        known = "ttl, nt, nq, trig, rdf, owl, jsonld, n3, or tsv and jsonl for KGX and SSSOM"
        raise BadImport(path, f"its ending names no known format: {known}")
    if form == ox.RdfFormat.RDF_XML:
        _check_entities(path)
    return Read("rdf", _parsed(path, form))


def _parsed(path: Path, form: ox.RdfFormat) -> Iterator[ox.Quad]:
    try:
        yield from ox.parse(path=str(path), format=form, base_iri=f"urn:file:{path.name}", rename_blank_nodes=True)
    except SyntaxError as error:
        if "LoadDocumentCallback" in str(error.msg):
            raise BadImport(
                path, "it names a context elsewhere, and nothing is fetched: write the context out"
            ) from error
        place = f"line {error.lineno}, column {error.offset}" if error.lineno else ""
        raise BadImport(path, f"it is no {form.name}: {error.msg}", place) from error
    except (ValueError, OSError) as error:
        raise BadImport(path, f"it cannot be read as {form.name}: {error}") from error


def _check_entities(path: Path) -> None:
    """Raise BadImport for entities that name other entities or files, or that are long, as they could grow."""
    from xml.parsers import expat

    def declared(name: str, _parameter: bool, value: str | None, _base: Any, system: str | None, *_: Any) -> None:  # noqa: FBT001
        if system is not None:
            raise BadImport(path, f"its entity {name!r} stands in another file, and nothing is fetched: write it out")
        if value is None or "&" in value or "%" in value or len(value) > _ENTITY:
            what = "is long or made of others, and could grow without bound"
            raise BadImport(path, f"its entity {name!r} {what}: write it out")

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    # The declarations stand before the first element; what follows is left to the parser of RDF/XML.
    parser.StartElementHandler = _stop
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except _Enough:
        return
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        raise BadImport(path, f"it is no XML: {expat.ErrorString(error.code)}", place) from error


class _Enough(Exception):
    """The declarations of an XML document were read."""


def _stop(*_: object) -> None:
    raise _Enough


def _table(path: Path, prefixes: Mapping[str, str]) -> Read:
    try:
        columns = _columns(path)
        if columns >= _SSSOM:
            return Read("sssom", iter(_mappings(path)))
        if columns >= _EDGE:
            return Read("kgx", _kgx(path, prefixes, edges=True))
        if columns >= _NODE:
            return Read("kgx", _kgx(path, prefixes, edges=False))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadImport(path, f"it cannot be read: {error}") from error
    wanted = (
        "subject, predicate, object (KGX edges), id, category (KGX nodes), or subject_id, predicate_id, object_id, "
    )
    raise BadImport(path, f"its columns are not those of KGX or SSSOM: {wanted}mapping_justification")


def _columns(path: Path) -> frozenset[str]:
    with path.open(encoding="utf-8", newline="") as file:
        line = next((line for line in file if not line.startswith("#")), "")
    if path.suffix == ".jsonl":
        return frozenset(json.loads(line or "{}"))
    return frozenset(line.rstrip("\r\n").split("\t"))


def _mappings(path: Path) -> list[ox.Quad]:
    try:
        header = read_header(path)
        missing = sorted({"mapping_set_id", "license", "curie_map"} - set(header or ()))
        if missing:
            raise BadImport(path, f"its header lacks {', '.join(missing)}")
        header.setdefault("mapping_set_version", "")
        _, rows = read_mappings(path)
        for number, row in enumerate(rows, start=1):
            lacking = sorted(name for name in _SSSOM if not row.get(name))
            if lacking:
                raise BadImport(path, f"the mapping lacks {', '.join(lacking)}", f"row {number}")
        return list(mapping_quads(path))
    except KeyError as error:
        raise BadImport(path, f"its header does not say what the prefix or key {error.args[0]!r} is") from error
    except ValueError as error:
        raise BadImport(path, f"it cannot be read as SSSOM: {error}") from error


def _kgx(path: Path, prefixes: Mapping[str, str], *, edges: bool) -> Iterator[ox.Quad]:
    known = {"biolink": "https://w3id.org/biolink/vocab/", **prefixes}
    for number, row in enumerate(_rows(path), start=1):
        try:
            yield from _edge(row, known) if edges else _node(row, known)
        except KeyError as error:
            what = f"no prefix {error.args[0]!r} is known: name it with --prefix {error.args[0]}=ADDRESS"
            raise BadImport(path, what, f"row {number}") from error
        except ValueError as error:
            raise BadImport(path, str(error), f"row {number}") from error


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            for line in filter(str.strip, file):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise BadImport(path, f"a line is no object: {line[:40]!r}")
                yield row
            return
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield {name: value.split(_LISTS) if _LISTS in value else value for name, value in row.items() if value}


def _edge(row: Mapping[str, Any], prefixes: Mapping[str, str]) -> Iterator[ox.Quad]:
    missing = sorted((_EDGE | {"id"}) - row.keys())
    if missing:
        raise ValueError(f"the edge lacks {', '.join(missing)}")
    edge = _iri(row["id"], prefixes)
    parts = [_iri(row[name], prefixes) for name in ("subject", "predicate", "object")]
    for name, part in zip(("subject", "predicate", "object"), parts, strict=True):
        yield ox.Quad(edge, ox.NamedNode(_RDF + name), part)
    if str(row.get("negated", "")).lower() != "true":
        subject, predicate, value = parts
        yield ox.Quad(subject, predicate, value)
    yield from _slots(edge, row, prefixes, _EDGE)


def _node(row: Mapping[str, Any], prefixes: Mapping[str, str]) -> Iterator[ox.Quad]:
    if "id" not in row:
        message = "the node lacks id"
        raise ValueError(message)
    node = _iri(row["id"], prefixes)
    if "name" in row:
        yield ox.Quad(node, ox.NamedNode(LABEL), ox.Literal(str(row["name"])))
    yield from _slots(node, row, prefixes, frozenset({"name"}))


def _slots(
    thing: ox.NamedNode, row: Mapping[str, Any], prefixes: Mapping[str, str], done: Iterable[str]
) -> Iterator[ox.Quad]:
    """Yield the other slots: categories as types, identifiers with a known prefix as addresses, all else as text."""
    for name, value in row.items():
        if name in (*done, "id"):
            continue
        slot = ox.NamedNode(RDF_TYPE if name == "category" else prefixes["biolink"] + name.replace(" ", "_"))
        for one in value if isinstance(value, list) else [value]:
            yield ox.Quad(thing, slot, _value(one, prefixes, must=name == "category"))


def _value(value: Any, prefixes: Mapping[str, str], *, must: bool) -> ox.NamedNode | ox.Literal:
    if isinstance(value, dict):
        return ox.Literal(json.dumps(value, sort_keys=True, ensure_ascii=False))
    text = str(value)
    prefix = text.partition(":")[0]
    if must or (":" in text and " " not in text and prefix in prefixes):
        return _iri(text, prefixes)
    return ox.Literal(text)


def _iri(curie: Any, prefixes: Mapping[str, str]) -> ox.NamedNode:
    text = str(curie)
    return ox.NamedNode(text if "://" in text else expand(text, prefixes))
