"""Publish: send the named graphs that changed to a store that others run, and say what was sent.

The digest of each graph is kept in the store, in a graph of its own. A graph is sent again if the digest is another one
than here, if there is none, or if the store holds another number of triples than the graph has.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from string import Template
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from calcigraph.errors import ExportFailed, PublishFailed
from calcigraph.graph.dataset import GRAPHS
from calcigraph.questions.answers import rows
from calcigraph.store.endpoint import LocalEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from calcigraph.api import Evidence
    from calcigraph.exchange.distant import DistantStore, Services

PUBLISHED = GRAPHS + "published"
"""The graph in a distant store that holds the digests of the others."""
_DIGEST = "ni:///sha-256;"
_IDENTIFIER = ox.NamedNode("http://purl.org/dc/terms/identifier")
_TOGETHER = 64 * 2**20
"""Bytes of an update from which on the rest goes into another one."""
_SHOWN = 5
_AGAIN = "run it again to compare and go on."


class Graph(NamedTuple):
    """A named graph: its address, its number of triples, and the SHA-256 of its sorted N-Triples, as in RFC 6920."""

    name: str
    triples: int
    digest: str


class Plan(NamedTuple):
    """What a store lacks: the graphs to send, those to take away, and how many are the same."""

    send: tuple[Graph, ...]
    delete: tuple[str, ...]
    same: tuple[Graph, ...]

    @property
    def steps(self) -> int:
        """How many graphs are to be touched."""
        return len(self.send) + len(self.delete)


@dataclass(frozen=True)
class Publication:
    """The evidence on its way to a store; raises ExportFailed for evidence that is itself distant."""

    evidence: Evidence
    store: DistantStore
    services: Services

    def plan(self, *, everything: bool = False) -> Plan:
        """Return what the store lacks, or with `everything` as if it held nothing that can be kept.

        Raises PublishFailed if the store does not answer, or not in SPARQL JSON.
        """
        query = self._text("graphs")
        held = {str(row["graph"]): row for row in self._rows(query)}
        local = self._graphs
        same = {
            one.name
            for one in local
            if one.name in held
            and not everything
            and held[one.name].get("digest") == one.digest
            and held[one.name]["triples"] == one.triples
        }
        gone = held.keys() - {one.name for one in local} - {PUBLISHED}
        return Plan(
            tuple(one for one in local if one.name not in same),
            tuple(sorted(gone)),
            tuple(one for one in local if one.name in same),
        )

    def run(self, plan: Plan, progress: Callable[[int], None] = lambda _: None) -> None:
        """Send what the store lacks; `progress` is told how many graphs were dealt with since the last time.

        By update, what fits into one request changes all at once in a store that takes a request whole or not at
        all. By the Graph Store Protocol, each graph changes at once. Raises PublishFailed, with what the store then
        holds.
        """
        if not plan.steps:
            return
        done = 0

        def count(graphs: int) -> None:
            nonlocal done
            done += graphs
            progress(graphs)

        try:
            if self.services.update:
                self._update(plan, count)
            else:
                self._put(plan, count)
        except PublishFailed as error:
            raise PublishFailed(f"{error} {_left(done, plan.steps)}") from error
        self._check()

    def shown_by_default(self) -> bool:
        """Tell whether the store's default graph is the union of its named graphs, as questions need it."""
        answer = json.loads(self.store.select(self.services.query, self._text("union")))
        return bool(answer["boolean"])

    def _check(self) -> None:
        """Raise PublishFailed if the store does not hold what it took."""
        left = self.plan()
        if left.steps:
            names = [*(one.name for one in left.send), *left.delete]
            some = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
            raise PublishFailed(
                f"The store took everything, and {len(names)} graphs are not there as they were sent: {some}."
            )

    @property
    def _local(self) -> ox.Store:
        if not isinstance(self.evidence.endpoint, LocalEndpoint):
            message = (
                "What is published comes from a build on this machine, and this evidence is at a distant endpoint."
            )
            raise ExportFailed(message)
        return self.evidence.endpoint.store

    @cached_property
    def _graphs(self) -> list[Graph]:
        """The named graphs here, by name: a build does not change, so what is sent is compared with the same again."""
        return [self._graph(name) for name in sorted(name.value for name in self._local.named_graphs())]

    def _lines(self, name: str) -> list[bytes]:
        """Return the triples of a named graph as lines of N-Triples, in one order for the same triples."""
        quads = self._local.quads_for_pattern(None, None, None, ox.NamedNode(name))
        text = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
        return sorted((text or b"").splitlines(keepends=True))

    def _graph(self, name: str) -> Graph:
        lines = self._lines(name)
        digest = hashlib.sha256()
        for line in lines:
            digest.update(line)
        return Graph(name, len(lines), _DIGEST + urlsafe_b64encode(digest.digest()).decode().rstrip("="))

    def _text(self, query: str) -> str:
        return self.evidence.product.publish_queries()[query].read_text(encoding="utf-8")

    def _rows(self, query: str) -> list[dict[str, object]]:
        answer = self.store.select(self.services.query, query)
        try:
            return list(rows(answer))
        except (ValueError, KeyError) as error:
            message = f"The store at {self.services.query} did not answer in SPARQL JSON: is it a SPARQL endpoint?"
            raise PublishFailed(message) from error

    def _update(self, plan: Plan, count: Callable[[int], None]) -> None:
        drop, insert = Template(self._text("drop")), self._text("insert")
        before, _, after = insert.partition("$graphs")
        for graphs, gone in self._requests(plan):
            with _body() as body:
                for name in (*gone, *(one.name for one in graphs)):
                    body.write(drop.substitute(graph=name).encode())
                body.write(before.encode())
                for one in graphs:
                    body.write(f"GRAPH <{one.name}> {{\n".encode())
                    body.writelines(self._lines(one.name))
                    body.write(b"}\n")
                body.write(f"GRAPH <{PUBLISHED}> {{\n".encode())
                body.write(_descriptions(graphs))
                body.write(b"}\n" + after.encode())
                self.store.update(self.services.update, body)
            count(len(graphs) + len(gone))

    def _requests(self, plan: Plan) -> Iterator[tuple[list[Graph], Sequence[str]]]:
        """Yield the graphs and the graphs to take away of each request; a graph is never cut in two."""
        together: list[Graph] = []
        size = 0
        for one in plan.send:
            more = sum(map(len, self._lines(one.name)))
            if together and size + more > _TOGETHER:
                yield together, ()
                together, size = [], 0
            together.append(one)
            size += more
        yield together, plan.delete

    def _put(self, plan: Plan, count: Callable[[int], None]) -> None:
        # Digests go first: what is cut off in the middle has none, and is sent again the next time.
        self._put_descriptions(plan.same)
        for name in plan.delete:
            self.store.delete(self.services.graph_store, name)
            count(1)
        for one in plan.send:
            with _body() as body:
                body.writelines(self._lines(one.name))
                self.store.put(self.services.graph_store, one.name, body)
            count(1)
        self._put_descriptions((*plan.same, *plan.send))

    def _put_descriptions(self, graphs: Iterable[Graph]) -> None:
        with _body() as body:
            body.write(_descriptions(graphs))
            self.store.put(self.services.graph_store, PUBLISHED, body)


@contextmanager
def _body() -> Iterator[BinaryIO]:
    """Give a file for the body of a request, so that a large one needs no memory and can be sent again."""
    with tempfile.TemporaryFile() as file:
        yield file


def _descriptions(graphs: Iterable[Graph]) -> bytes:
    """Return the digests of graphs as N-Triples."""
    triples = [ox.Triple(ox.NamedNode(one.name), _IDENTIFIER, ox.Literal(one.digest)) for one in graphs]
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def _left(done: int, steps: int) -> str:
    if not done:
        return f"The store still holds the old data, unless the answer was lost on the way: {_AGAIN}"
    return f"{done} of {steps} graphs were dealt with, and the others hold the old data: {_AGAIN}"
