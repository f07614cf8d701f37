"""The workers themselves, without HTTP: on a graph in memory and on disk, and what is said when there is none."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from calcigraph.serve.pool import Pool
from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.settings import Limits, Settings
from calcigraph.serve.wire import Job
from calcigraph.store.local import Home

from .conftest import COUNT, TINY, Served

if TYPE_CHECKING:
    from pathlib import Path

NAMED = """
SELECT * { GRAPH ?g { ?s ?p ?o } FILTER(!ISBLANK(?s) && !ISBLANK(?o)) } ORDER BY STR(?s) STR(?p) STR(?o) STR(?g)
"""


async def answers(build: Path, in_memory: int, *queries: str) -> list[bytes]:
    """Return the answers of a pool of workers, each as CSV or as the code of what was refused."""
    pool = Pool(build, Settings(in_memory=in_memory, limits=Limits(seconds=60)), {})
    await pool.start()
    found: list[bytes] = []
    try:
        for query in queries:
            try:
                result = await pool.run(Job(query, "csv", "ntriples"))
            except Refused as refused:
                found.append(refused.code.encode())
            else:
                with result.content:
                    found.append(result.content.read())
    finally:
        await pool.close()
    return found


def test_a_graph_on_disk_is_answered_as_one_in_memory(server: Served, shared_home: Path) -> None:
    """A graph too large for memory is read from disk, by workers that can open nothing more, with the same answers."""
    del server
    made = Home(shared_home).current(TINY)
    assert made is not None
    deep = "SELECT * {" + "{" * 9000 + "?s ?p ?o" + "}" * 9000 + "}"
    asked = (NAMED, "ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", deep, COUNT)
    in_memory = asyncio.run(answers(made.path, 10**6, *asked))
    on_disk = asyncio.run(answers(made.path, 0, *asked))
    assert in_memory == on_disk
    assert len(in_memory[0].splitlines()) > made.info.quads * 0.8
    assert in_memory[1:3] == [Why.FEDERATION.encode(), Why.DEPTH.encode()]
    assert int(in_memory[3].split()[1]) > 1000


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_build_that_cannot_be_read_is_said(own_home: Path) -> None:
    """A build whose graph is gone ends the server with a sentence and exit code 1."""
    [dump] = own_home.glob("builds/*/graph.nq")
    dump.write_text("no quads\n", encoding="utf-8")
    command = [sys.executable, "-m", "calcigraph", "serve", "--port", "0", "--seeds", str(TINY)]
    ran = subprocess.run(
        command, env=os.environ | {"CALCIGRAPH_HOME": str(own_home)}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "could not be started" in ran.stderr.splitlines()[-1]
