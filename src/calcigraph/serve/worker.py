"""A worker: the process that runs queries, one after the other, and may be ended at any moment.

It has the graph and one socket, to the server. Once its limits are set it can open no file and no connection,
whatever a query says, and it ends when it takes too much memory or time. The server reads from the way it ended what
was the matter.
"""

from __future__ import annotations

import json
import os
import re
import signal
from typing import TYPE_CHECKING, Any, NoReturn

from calcigraph.serve import guard, wire
from calcigraph.serve.formats import rdf_format
from calcigraph.serve.problems import Refused, Why

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    import pyoxigraph as ox

    from calcigraph.serve.settings import Settings

_GRACE = 2.0
"""Seconds after which a worker ends itself if the server has not ended it: the server may be gone."""
_SHOWN = 100
"""Characters of a line that are shown before and after the place of an error."""
_WITH_PREFIXES = frozenset({"turtle", "trig", "rdfxml"})
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


class _Writer:
    """Sends what is written as frames, and refuses to write more than a limit."""

    def __init__(self, connection: socket.socket, limit: int) -> None:
        self._connection = connection
        self._limit = limit
        self._written = 0
        self._pending = bytearray()

    def write(self, data: bytes) -> int:
        self._written += len(data)
        if self._written > self._limit:
            message = f"The answer is larger than {self._limit:,} bytes. Ask for less: LIMIT, or fewer columns."
            raise Refused(Why.SIZE, message, limit_bytes=self._limit)
        self._pending += data
        if len(self._pending) >= wire.CHUNK:
            self._connection.sendall(wire.frame(wire.DATA, bytes(self._pending)))
            self._pending.clear()
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is pending goes with the last frame."""

    def end(self, facts: Mapping[str, Any]) -> None:
        """Send what is pending, and that this was all."""
        last = wire.frame(wire.END, json.dumps(facts).encode())
        self._connection.sendall((wire.frame(wire.DATA, bytes(self._pending)) if self._pending else b"") + last)


def work(connection: socket.socket, store: ox.Store, settings: Settings, prefixes: Mapping[str, str]) -> NoReturn:
    """Answer jobs until the server closes the socket; ends the process."""
    limits = settings.limits
    memory = Memory()
    most = confine(memory, limits.memory, network=bool(settings.services))
    code = 0
    # A head and what follows it come in one call of the system.
    reader = connection.makefile("rb")
    try:
        while (received := wire.receive(reader)) is not None:
            job = wire.Job.from_bytes(received[1])
            signal.setitimer(signal.ITIMER_REAL, (job.seconds or limits.seconds) + _GRACE)
            writer = _Writer(connection, limits.result)
            try:
                form = _answer(job, store, settings, prefixes, writer)
            except Refused as refused:
                problem = {"code": refused.code, "message": str(refused), "facts": refused.facts}
                connection.sendall(wire.frame(wire.ERROR, json.dumps(problem).encode()))
            else:
                writer.end({"form": form, "spent": memory.taken() > most - limits.memory // 2})
            signal.setitimer(signal.ITIMER_REAL, 0)
    except MemoryError:
        # Python says it by an exception, the engine by ending the process: the server is to read both alike.
        os.write(2, b"memory allocation failed")
        os.kill(os.getpid(), signal.SIGABRT)
    except OSError:
        code = 1
    os._exit(code)


class Memory:
    """How much address space this process takes; it can still be asked when no file can be opened any more."""

    def __init__(self) -> None:
        self._file = os.open("/proc/self/statm", os.O_RDONLY)
        self._page = os.sysconf("SC_PAGE_SIZE")

    def taken(self) -> int:
        """Return the bytes that this process takes now."""
        return int(os.pread(self._file, 64, 0).split()[0]) * self._page


def confine(memory: Memory, more: int, *, network: bool) -> int:
    """Take from this process what a query must not have, for good; return the bytes that it may take in all.

    It may take `more` bytes than it has now. Files that are open cannot be written to, and no core is written.
    Without `network`, no file or connection can be opened: the system gives out no further descriptor.
    """
    import resource

    most = memory.taken() + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if not network:
        # The limit bounds the number of a descriptor, and new ones take the lowest that is free: none is below it.
        lowest = os.dup(0)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, lowest))
    return most


def _answer(job: wire.Job, store: ox.Store, settings: Settings, prefixes: Mapping[str, str], writer: _Writer) -> str:
    import pyoxigraph as ox

    try:
        if guard.federates(job.query, settings.services):
            message = "This endpoint calls no other one: SERVICE is not allowed."
            if settings.services:
                named = ", ".join(f"<{address}>" for address in settings.services)
                message = f"SERVICE is allowed for these endpoints alone, each written like this: {named}."
            raise Refused(Why.FEDERATION, message)
        results: Any = store.query(job.query, **_dataset(job))
    except SyntaxError as error:
        raise syntax(job.query, str(error)) from error
    except (RuntimeError, OSError) as error:
        raise Refused(Why.EVALUATION, f"The query cannot be answered: {error}.") from error
    graph = isinstance(results, ox.QueryTriples)
    name = job.graph if graph else job.solutions
    if name is None:
        raise Refused(Why.NOT_ACCEPTABLE, "", form="graph" if graph else "solutions")
    try:
        _write(results, name, prefixes, writer)
    except (RuntimeError, OSError) as error:
        raise Refused(Why.EVALUATION, f"The query cannot be answered: {error}.") from error
    return "graph" if graph else "solutions"


def _dataset(job: wire.Job) -> dict[str, Any]:
    """Return the dataset of the protocol, which goes before that of the query; without either, the union of all."""
    import pyoxigraph as ox

    if job.default_graphs is None and job.named_graphs is None:
        return {} if guard.declares_dataset(job.query) else {"use_default_graph_as_union": True}
    try:
        default, named = (
            [ox.NamedNode(iri) for iri in graphs or ()] for graphs in (job.default_graphs, job.named_graphs)
        )
    except ValueError as error:
        raise Refused(Why.DATASET, f"The name of a graph is no absolute IRI: {error}.") from error
    return {"default_graph": default, "named_graphs": named}


def _write(results: Any, name: str, prefixes: Mapping[str, str], writer: _Writer) -> None:
    import pyoxigraph as ox

    out: Any = writer  # what the engine calls of a file is `write` and `flush`
    if not isinstance(results, ox.QueryTriples):
        results.serialize(out, format=getattr(ox.QueryResultsFormat, name.upper()))
        return
    form = rdf_format(name)
    if name in _WITH_PREFIXES:
        ox.serialize(results, out, format=form, prefixes=dict(prefixes))
    else:
        results.serialize(out, format=form)


def syntax(query: str, said: str) -> Refused:
    """Return the error that shows where in the query the parser stopped; lines and columns count from 1."""
    place = _PLACE.match(said)
    if place is None:
        return Refused(Why.SYNTAX, f"The query cannot be parsed: {said}")
    line, column, what = int(place[1]), int(place[2]), place[3]
    lines = query.split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    start = max(0, column - 1 - _SHOWN)
    mark = " " * (column - 1 - start) + "^"
    what = what.replace("[_]", "white space")
    # The engine counts a keyword that it tried and that is not there into the place.
    begin = f"Line {line}, near column {column}: the query cannot be read further; {what}."
    message = f"{begin}\n\n{shown[start : column - 1 + _SHOWN]}\n{mark}"
    return Refused(Why.SYNTAX, message, line=line, column=column)
