"""What is served: one build with its workers, names and kept answers; a newer build takes its place while it runs."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from calcigraph.errors import CalcigraphError
from calcigraph.questions.marks import by_record
from calcigraph.serve.ahead import make_ahead
from calcigraph.serve.cache import Cache, Kept
from calcigraph.serve.documents import Documents, read_documents, read_queries
from calcigraph.serve.marked import Marked
from calcigraph.serve.pages.kept import Pages
from calcigraph.serve.pages.library import Library
from calcigraph.serve.pool import Pool
from calcigraph.serve.wanted import everybodys
from calcigraph.serve.wire import Job

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.questions.catalog import Question
    from calcigraph.resources import Resources
    from calcigraph.serve.hits import Reply
    from calcigraph.serve.line import Line
    from calcigraph.serve.metrics import Metrics
    from calcigraph.serve.repeats import Key, Repeat
    from calcigraph.serve.settings import Settings
    from calcigraph.store.local import Build, BuildInfo, Home

log = logging.getLogger("calcigraph.serve")
_LOOK_SECONDS = 1.0
_OPEN_SECONDS = 300.0
"""How long a query of the server's own may take while a build is opened: a large one is read from disk."""
_CANNOT_BE_SERVED = (CalcigraphError, OSError, ValueError, TypeError, LookupError)
"""What goes wrong with a folder that cannot be read, and with a build that is damaged or of another version."""


@dataclass(frozen=True)
class Serving:
    """One build as it is served."""

    info: BuildInfo
    names: Vocabulary
    pool: Pool
    cache: Cache[Kept]
    """Results of queries, and pages, by what was asked."""
    hits: Cache[Reply]
    """Answers as they were sent, by request."""
    repeats: Cache[Repeat]
    """The same in bytes, by the bytes of the request."""
    metrics: Metrics
    documents: Documents
    library: Library
    pages: Pages
    ahead: asyncio.Task[None]
    """What makes pages before anybody asks for them."""
    marked: Marked

    @property
    def digest(self) -> str:
        """The digest of the build."""
        return self.info.digest

    async def close(self) -> None:
        """End all workers, once the pages that are asked for and the queries that run are done."""
        self.ahead.cancel()
        await self.library.close()
        await self.pool.close()


@dataclass
class Current:
    """What is served now. `serving` is read once per request, which keeps it to its end."""

    product: Resources
    home: Home
    settings: Settings
    metrics: Metrics
    questions: Mapping[str, Question]
    line: Line | None = None
    """To the supervisor, where this is one of several processes."""
    failed: CalcigraphError | None = None
    """Why the server could not start."""
    _serving: Serving | None = None
    _watching: asyncio.Task[None] | None = None
    _closing: set[asyncio.Task[None]] = field(default_factory=set)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes with which graphs are written, and addresses are shown."""
        return prefixes(self.product)

    @property
    def serving(self) -> Serving:
        """The build that is served now."""
        assert self._serving is not None, "the server has not started"  # noqa: S101
        return self._serving

    def repeat(self, key: Key) -> Repeat | None:
        """Return what was sent for a request of these bytes, if it is kept."""
        return self.serving.repeats.get(key)

    @property
    def ready(self) -> bool:
        """Whether queries are answered, by this process and by all others that serve from the same socket."""
        return bool(self._answering) and all(self.builds)

    @property
    def builds(self) -> list[str]:
        """The digests of what all processes serve, this one alone if there is no other."""
        return [self._answering] if self.line is None else self.line.builds

    @property
    def _answering(self) -> str:
        """The digest of the build from which this process answers, or nothing if it does not."""
        return "" if self._serving is None or self._serving.pool.broken else self._serving.digest

    async def start(self, made: Build) -> None:
        """Serve the build, and look for newer ones from now on; raises PoolFailed."""
        try:
            self._serving = await self._open(made)
        except CalcigraphError as error:
            self.failed = error
            raise
        self._tell()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End all workers, once the queries that run are answered."""
        if self._watching is not None:
            self._watching.cancel()
        await asyncio.gather(*self._closing, self.serving.close(), return_exceptions=True)

    async def _open(self, made: Build) -> Serving:
        pool = Pool(made.path, self.settings, self.prefixes, self.metrics.ended)
        await pool.start()
        try:
            return await self._filled(made, pool)
        except BaseException:
            await pool.close()
            raise

    async def _filled(self, made: Build, pool: Pool) -> Serving:
        from calcigraph.names.vocabulary import Vocabulary

        queries = read_queries(self.product.linked_queries())
        found = await pool.fetch(Job(queries["documents"], "json", None, seconds=_OPEN_SECONDS))
        documents = read_documents(found, queries)
        names = Vocabulary.from_json(made.names())
        marks = self.product.marked.read_text(encoding="utf-8")
        marked = Marked(by_record(await pool.fetch(Job(marks, "json", None, seconds=_OPEN_SECONDS))))
        self.metrics.opened(made.info)
        limits = self.settings.limits
        library = Library(self.product, pool, names, made.info, waiting=limits.waiting)
        most = limits.cache // 8
        cache, hits, repeats = Cache[Kept](3 * most), Cache["Reply"](4 * most), Cache["Repeat"](most)
        pages = Pages(library, cache)
        wanted = everybodys(self.settings.base, self.questions.values())
        ahead = asyncio.create_task(make_ahead(library, pages, wanted))
        return Serving(
            made.info, names, pool, cache, hits, repeats, self.metrics, documents, library, pages, ahead, marked
        )

    def _tell(self) -> None:
        """Tell the supervisor, if there is one, from which build this process answers."""
        if self.line is not None:
            self.line.say(self._answering)

    async def _watch(self) -> None:
        """Put a newer build, or new workers, in the place of what is served, as long as the server runs.

        Whatever is wrong with the folder of builds or with a build is told once, and looked at again: it may be mended.
        """
        refused: tuple[str, ...] = ()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._tell()
            made = None
            try:
                made = self.home.current(self.product.seeds)
                if made is not None and (
                    self.serving.pool.broken or made.path.name not in {self.serving.digest, *refused}
                ):
                    await self._put_in_place(made)
            except _CANNOT_BE_SERVED as error:
                told, refused = refused, (made.path.name if made else "", str(error))
                if refused != told:
                    log.exception("The build %s cannot be served; the one before stays. %s", *refused)

    async def _put_in_place(self, made: Build) -> None:
        """Serve the build from now on; requests that run keep what they have."""
        newer = await self._open(made)
        older, self._serving = self.serving, newer
        self._tell()
        log.info("Serving build %s.", newer.digest)
        task = asyncio.create_task(older.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def prefixes(product: Resources) -> dict[str, str]:
    """Return the prefixes with which graphs are written: those of the record context and of the ontology's core."""
    import pyoxigraph as ox

    context = json.loads(product.context.read_text(encoding="utf-8"))["@context"]
    known = {name: iri for name, iri in context.items() if isinstance(iri, str) and iri.endswith(("#", "/"))}
    known.pop("@base", None)
    parser = ox.parse(path=str(product.core), format=ox.RdfFormat.TURTLE)
    for _ in parser:
        pass
    return known | dict(parser.prefixes)
