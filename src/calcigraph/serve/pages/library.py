"""What pages are made from: the evidence of one build, asked through the server's workers, each thing fetched once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from calcigraph.api import Evidence
from calcigraph.figures.cells import Cells
from calcigraph.figures.data import Data
from calcigraph.names.vocabulary import TERMS
from calcigraph.questions.answers import rows
from calcigraph.questions.catalog import fill
from calcigraph.serve.pages.search import Index
from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.wire import Job
from calcigraph.synthesis.proportions import Proportion, summarize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calcigraph.figures.cells import Cell
    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.resources import Resources
    from calcigraph.serve.pool import Pool
    from calcigraph.store.local import BuildInfo

    Row = dict[str, Any]

Made = TypeVar("Made")
_LOOK_SECONDS = 0.05
"""How often what is made ahead looks whether somebody waits."""


class GaveWay(Exception):
    """What was being made ahead was left, because somebody waits for something."""


@dataclass
class PoolEndpoint:
    """The workers as an endpoint for code that waits: it is called in a thread, and the server goes on meanwhile."""

    pool: Pool
    loop: asyncio.AbstractEventLoop
    gives_way: Callable[[], bool] | None = None
    """Whether what asks is to be left now; only what is made ahead ever is."""

    def select(self, query: str) -> bytes:
        """Return the results of the query as SPARQL JSON."""
        return self._wait(Job(query, "json", None))

    def construct(self, query: str) -> bytes:
        """Return the triples of the query as N-Triples."""
        return self._wait(Job(query, None, "ntriples"))

    def _wait(self, job: Job) -> bytes:
        return asyncio.run_coroutine_threadsafe(self._giving_way(job, self.gives_way), self.loop).result()

    async def _giving_way(self, job: Job, gives_way: Callable[[], bool] | None) -> bytes:
        """Return the results; a query of what is to be left is ended, and GaveWay raised."""
        if gives_way is None:
            return await self.pool.fetch(job)
        task = asyncio.create_task(self.pool.fetch(job))
        while not gives_way():
            if (await asyncio.wait({task}, timeout=_LOOK_SECONDS))[0]:
                return await task
        task.cancel()
        await asyncio.wait({task})
        raise GaveWay


class Library:
    """The evidence of one build for its pages. They are made one after the other, in a thread of their own."""

    def __init__(self, product: Resources, pool: Pool, names: Vocabulary, info: BuildInfo, *, waiting: int) -> None:
        self.endpoint = PoolEndpoint(pool, asyncio.get_running_loop())
        self.evidence = Evidence(product, self.endpoint, lambda: names, info=info)
        self.names = names
        self._queries = {name: path.read_text(encoding="utf-8") for name, path in product.site_queries().items()}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pages")
        self._quiet = asyncio.Event()
        self._waiting = 0
        self._most = waiting
        self._closing = False
        # The libraries of figures take a second to load, and nobody should wait for it.
        self._thread.submit(summarize, [Proportion(1, 2), Proportion(1, 3)])

    async def run(self, make: Callable[[Library], Made]) -> Made:
        """Return what is made of this in its thread; raises Refused if too much waits for it already."""
        if self._waiting >= self._most:
            raise Refused(Why.BUSY, "Too many pages are being made at this moment. Ask again in a few seconds.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, make, self)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._quiet.set()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for a page or for a worker, or the end: what is made ahead is left then."""
        return self._closing or self._waiting > 0 or self.endpoint.pool.waiting > 0

    async def run_ahead(self, make: Callable[[Library], Made]) -> Made:
        """Return what is made of this before anybody asks for it; raises GaveWay as soon as somebody waits.

        A query is ended for it. What runs in the thread itself goes on to the next query or its end.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._behind, make)

    def _behind(self, make: Callable[[Library], Made]) -> Made:
        self.endpoint.gives_way = lambda: self.wanted
        try:
            return make(self)
        finally:
            self.endpoint.gives_way = None

    async def close(self) -> None:
        """Wait for the pages that are being made, leave what is made ahead, and make no more."""
        if self._closing:
            return
        self._closing = True
        while self._waiting:
            self._quiet.clear()
            await self._quiet.wait()
        # What was made ahead is left at its next query; this comes behind it.
        await asyncio.get_running_loop().run_in_executor(self._thread, int)
        self._thread.shutdown(wait=False)

    def rows(self, query: str, node: str | None = None) -> list[Row]:
        """Return the rows of a query in `queries/site`, perhaps on a thing; what is not bound is left out."""
        return rows(self.endpoint.select(self._filled(query, node)))

    def triples(self, query: str, node: str) -> bytes:
        """Return what a query in `queries/site` tells of a thing, as N-Triples."""
        return self.endpoint.construct(self._filled(query, node))

    def _filled(self, query: str, node: str | None) -> str:
        import pyoxigraph as ox

        text = self._queries[query]
        return text if node is None else fill(text, {"node": str(ox.NamedNode(node))})

    @cached_property
    def data(self) -> Data:
        """What the evidence map is made from."""
        return Data(self.evidence)

    @cached_property
    def _cells(self) -> Cells:
        return Cells(self.data)

    @cached_property
    def _known_cells(self) -> dict[tuple[str, str], Cell]:
        return {}

    def cell(self, treatment: str, condition: str) -> Cell:
        """Return the cell of the evidence map of a treatment and a condition, by IRI."""
        known = self._known_cells
        if (treatment, condition) not in known:
            known[treatment, condition] = self._cells.cell(treatment, condition)
        return known[treatment, condition]

    @cached_property
    def records(self) -> Mapping[str, Row]:
        """Each record by IRI: its kind, citation, title, identifiers and authors."""
        return {row["record"]: row for row in reversed(self.rows("records"))}

    @cached_property
    def touched(self) -> Mapping[str, frozenset[str]]:
        """The treatments and conditions that each record is on, by IRI."""
        touched: dict[str, set[str]] = {}
        for row in self.rows("touched"):
            terms = touched.setdefault(row["record"], set())
            terms |= {row[column] for column in ("term", "component") if column in row}
        return {record: frozenset(terms) for record, terms in touched.items()}

    @cached_property
    def terms(self) -> Mapping[str, Row]:
        """Each term of the ontology by IRI: its definition, its kind and its synonyms."""
        return {row["term"]: row for row in reversed(self.rows("terms"))}

    @cached_property
    def doses(self) -> Mapping[str, Row]:
        """Dose, duration, route and follow-up by finding."""
        return {str(row["finding"]): row for row in self.evidence.ask("doses")}

    @cached_property
    def index(self) -> Index:
        """All that can be searched for."""
        return Index(self)

    def below(self, name: str) -> frozenset[str]:
        """Return the terms below the one of that local name, and itself."""
        return self.data.below(TERMS + name)
