"""Imports: what others published, in named graphs of its own beside the builds, with where it came from and when.

HOME/imports/NAME.nq holds one import: its graphs, and what the graph of provenance says of them. A build takes
imports in only when it is asked to.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

import calcigraph
from calcigraph.build.imports import by_record, graphs_of, import_problems, problem
from calcigraph.errors import BadImport, BadName, ImportFailed, InvalidRecords, Severity, UnknownName
from calcigraph.exchange.importers import read
from calcigraph.exchange.trusty import is_whole
from calcigraph.graph.dataset import GRAPHS, PROVENANCE_GRAPH, triples_of
from calcigraph.names.vocabulary import BASE, RDF_TYPE
from calcigraph.places import appearing_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from calcigraph.errors import Problem
    from calcigraph.resources import Resources
    from calcigraph.store.local import Home

IMPORTS = GRAPHS + "import/"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PROV = "http://www.w3.org/ns/prov#"
_DCT = "http://purl.org/dc/terms/"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NP = "http://www.nanopub.org/nschema#"
_PARTS = 4
"""The graphs of a nanopublication: head, assertion, provenance and publication information."""
_SHARD = 10_000
"""Triples that are validated at a time, beyond which the engine slows down."""


class Imported(NamedTuple):
    """What an import brought: its graph, its numbers of graphs, triples and remarks, and the importers that read it."""

    graph: str
    graphs: int
    triples: int
    importers: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Taken:
    """The quads of an import under their own names."""

    graph: str
    graphs: dict[str, str] = field(default_factory=dict)
    blank: dict[str, ox.NamedNode] = field(default_factory=dict)

    def quad(self, quad: ox.Quad) -> ox.Quad:
        """Return a quad in a graph of the import, with addresses for blank nodes, which could meet others.

        Raises TypeError for a statement about a statement.
        """
        subject = self._named(quad.subject)
        assert not isinstance(subject, ox.Literal)  # noqa: S101 -- no literal is a subject
        return ox.Quad(subject, quad.predicate, self._named(quad.object), self._graph(quad.graph_name))

    def _graph(self, name: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> ox.NamedNode:
        if isinstance(name, ox.DefaultGraph):
            return ox.NamedNode(self.graphs.setdefault("", self.graph))
        return ox.NamedNode(self.graphs.setdefault(name.value, f"{self.graph}/{len(self.graphs) + 1}"))

    def _named(self, term: object) -> ox.NamedNode | ox.Literal:
        if isinstance(term, ox.BlankNode):
            new = ox.NamedNode(f"{self.graph}/node/{len(self.blank) + 1}")
            return self.blank.setdefault(term.value, new)
        if isinstance(term, ox.NamedNode | ox.Literal):
            return term
        message = "it holds a statement about a statement, which has no place in the graph"
        raise TypeError(message)


def take(
    files: Sequence[Path],
    name: str,
    product: Resources,
    home: Home,
    *,
    when: datetime,
    source: str = "",
    prefixes: Mapping[str, str] | None = None,
) -> Imported:
    """Keep what the files hold as the import of that name, in the place of an earlier one.

    `source` is the address from which they come, `prefixes` those of KGX. Raises BadName or BadImport, InvalidRecords
    for what breaks a shape, and ImportFailed if the disk refuses; an earlier import of that name then stays.
    """
    if not _NAME.fullmatch(name):
        raise BadName(f"{name!r} can be no name of an import: write small letters, digits and hyphens.")
    taken = _Taken(IMPORTS + name)
    importers: dict[str, None] = {}
    quads: dict[ox.Quad, None] = {}
    for path in files:
        found = read(path, prefixes or {})
        importers[found.importer] = None
        own = list(found.quads)
        for quad in own:
            try:
                quads[taken.quad(quad)] = None
            except TypeError as error:
                raise BadImport(path, str(error)) from error
        if _check_nanopubs(path, own):
            importers["nanopub"] = None
    if not quads:
        raise BadImport(files[0], "it holds no statement")
    problems = _validated(name, list(quads), product, home)
    if any(one.severity is Severity.VIOLATION for one in problems):
        raise InvalidRecords(problems)
    kept = [*quads, *_provenance(taken, files, tuple(importers), when, source)]
    try:
        home.imports.mkdir(parents=True, exist_ok=True)
        with appearing_file(home.imports / f"{name}.nq") as fresh:
            ox.serialize(kept, str(fresh), format=ox.RdfFormat.N_QUADS)
    except OSError as error:
        raise ImportFailed(f"The import could not be kept in {home.imports}: {error.strerror or error}.") from error
    return Imported(taken.graph, len(taken.graphs), len(quads), tuple(importers), tuple(problems))


def remove(name: str, home: Home) -> None:
    """Take an import away; raises UnknownName with those that there are."""
    there = [path.stem for path in home.import_files()]
    if name not in there:
        raise UnknownName(name, there, kind="import")
    (home.imports / f"{name}.nq").unlink()


def _check_nanopubs(path: Path, quads: Sequence[ox.Quad]) -> bool:
    """Tell whether there are nanopublications; raises BadImport for one that lacks a part or was altered."""
    graphs: dict[str, list[ox.Quad]] = {}
    for quad in quads:
        graphs.setdefault(str(quad.graph_name), []).append(quad)
    heads = {str(quad.graph_name): quad.subject for quad in quads if _is_nanopub(quad)}
    for head, subject in heads.items():
        address = str(subject).strip("<>")
        has = [
            quad for quad in graphs[head] if quad.subject == subject and quad.predicate.value.startswith(_NP + "has")
        ]
        parts = {head} | {str(quad.object) for quad in has}
        own = [quad for part in parts for quad in graphs.get(part, ())]
        if len({quad.graph_name for quad in own}) != _PARTS:
            raise BadImport(path, f"the nanopublication {address} lacks one of its four graphs")
        if re.search(r"RA[\w-]{43}", address) and not is_whole(address, own):
            raise BadImport(path, f"the nanopublication {address} is not what its address says: it was altered")
    return bool(heads)


def _is_nanopub(quad: ox.Quad) -> bool:
    return (
        quad.predicate.value == RDF_TYPE
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value == _NP + "Nanopublication"
        and isinstance(quad.graph_name, ox.NamedNode)
    )


def _validated(name: str, quads: Sequence[ox.Quad], product: Resources, home: Home) -> list[Problem]:
    """Return what breaks a shape: by itself, in shards that keep what is said of a thing together, or beside others."""
    from calcigraph.validation.engines import engine
    from calcigraph.validation.shapes import load_shapes

    shapes = load_shapes(product.shape_files()).local
    shards: list[list[ox.Quad]] = [[]]
    for _, together in sorted(by_record(quads).items()):
        if len(shards[-1]) + len(together) > _SHARD and shards[-1]:
            shards.append([])
        shards[-1] += together
    results = [result for shard in shards for result in engine("pyshifty")(triples_of(shard), shapes)]
    others = {
        path.stem: list(ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS))
        for path in home.import_files()
        if path.stem != name
    }
    # What a shape asks for may be named, and not described.
    graphs = {str(quad.object).strip("<>"): str(quad.graph_name).strip("<>") for quad in quads} | graphs_of(quads)
    compared = [one for one in import_problems(product, others | {name: quads}) if one.file == f"import/{name}"]
    return sorted({*(problem(name, result, graphs) for result in results), *compared})


def _provenance(
    taken: _Taken, files: Sequence[Path], importers: Sequence[str], when: datetime, source: str
) -> Iterator[ox.Quad]:
    """Yield where the import comes from: its files by their digests, its source, when it was made, and by what."""
    provenance, whole = ox.NamedNode(PROVENANCE_GRAPH), ox.NamedNode(taken.graph)

    def said(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(predicate), value, provenance)

    activity = ox.NamedNode(f"{taken.graph}#import")
    yield said(whole, RDF_TYPE, ox.NamedNode(_PROV + "Entity"))
    yield said(whole, _PROV + "wasGeneratedBy", activity)
    time = ox.Literal(when.isoformat(timespec="seconds"), datatype=ox.NamedNode(_XSD + "dateTime"))
    yield said(whole, _PROV + "generatedAtTime", time)
    yield said(activity, RDF_TYPE, ox.NamedNode(_PROV + "Activity"))
    for importer in importers:
        agent = ox.NamedNode(f"{BASE}importer/{importer}/{calcigraph.__version__}")
        yield said(activity, _PROV + "wasAssociatedWith", agent)
    if source:
        yield said(whole, _PROV + "wasDerivedFrom", ox.NamedNode(source))
    for path in files:
        with path.open("rb") as content:
            digest = urlsafe_b64encode(hashlib.file_digest(content, "sha256").digest()).decode().rstrip("=")
        file = ox.NamedNode(f"ni:///sha-256;{digest}")
        yield said(whole, _PROV + "wasDerivedFrom", file)
        yield said(file, _DCT + "title", ox.Literal(path.name))
    for origin, graph in taken.graphs.items():
        if graph != taken.graph:
            yield said(ox.NamedNode(graph), _DCT + "isPartOf", whole)
            if "://" in origin or origin.startswith("urn:"):
                yield said(ox.NamedNode(graph), _PROV + "wasDerivedFrom", ox.NamedNode(origin))
