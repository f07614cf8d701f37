"""Serve one graph by calcigraph, Oxigraph's own server and rdflib-endpoint, and let wrk ask each of them the same.

The questions are the project's own files, posted as they are, to one server at a time: the others are halted, so that
what one still does for nobody is not taken from the next. `calcigraph` runs twice: once with its kept answers off,
which is compared with the peers, and once as it is, whose repeated answers and pages are measured. Every server gives
the same number of rows, or the table says which does not. Needs `wrk` (Debian) and, of PyPI, `oxigraph` and
`rdflib-endpoint`.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import httpx
from measure import calcigraph_command, table, verdict, versions
from synthetic import write

import calcigraph
from calcigraph.questions.ask import bind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

QUESTIONS = ("treatments", "treatments condition=cg:SystemicSclerosis", "contradictions", "prevalence", "lookup")
"""Each with what is asked for, as names of terms."""
PAGES = ("", "treatments", "questions/treatments", "term/Minocycline")
CONNECTIONS = (1, 4, 32)
SIZES, FULL = (10_000,), (10_000, 170_000)
"""Triples that records state; with what rules derive, the graph of the last has a million."""
_SMALL, _LONGER = 10_000, 5
"""Triples from which on a measurement takes so many times as long, as questions do."""
SAME, FASTER, KEPT, TAIL, PAGE_MS = 0.9, 10.0, 5.0, 3.0, 20.0
_WAIT_SECONDS = 600.0
_DRAIN_SECONDS = 20.0
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: answers a second, milliseconds in the middle and at 99 of 100, and answers that were no 200."""

    rate: float
    p50: float
    p99: float
    failed: int


def program(name: str, install: str) -> str:
    """Return the path of a program; raises click.UsageError with how to install it."""
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        message = f"There is no {name}: {install}."
        raise click.UsageError(message)
    return found


def load(address: str, script: Path | None, connections: int, seconds: int) -> Load:
    """Let wrk ask the address over that many connections, warmed by one second."""
    wrk = [program("wrk", "apt-get install wrk"), "--latency", "-t1", f"-c{connections}", "--timeout", "30s"]
    told = [*wrk, *(["-s", str(script)] if script else []), address]
    subprocess.run([*told, "-d1s"], capture_output=True, check=True)
    said = subprocess.run([*told, f"-d{seconds}s"], capture_output=True, check=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    late = re.search(r"timeout (\d+)", said)
    if rate is None:
        message = f"wrk said no rate: {said}"
        raise click.ClickException(message)
    return Load(
        float(rate[1]),
        _milliseconds(said, "50%"),
        _milliseconds(said, "99%"),
        sum(int(one[1]) for one in (failed, late) if one),
    )


def _milliseconds(said: str, part: str) -> float:
    found = re.search(rf"{part}\s+([\d.]+)(us|ms|s|m)", said)
    return float(found[1]) * _UNITS[found[2]] if found else float("nan")


def posting(folder: Path, name: str, query: str) -> Path:
    """Write the script that makes wrk post a query."""
    script = folder / (re.sub(r"\W+", "-", name) + ".lua")
    script.write_text(
        f'wrk.method = "POST"\nwrk.body = [==[{query}]==]\n'
        'wrk.headers["Content-Type"] = "application/sparql-query"\nwrk.headers["Accept"] = "text/csv"\n',
        encoding="utf-8",
    )
    return script


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its endpoint, and its process, which leads a group of its own."""

    address: str
    pid: int

    def alone(self, others: Iterable[Server]) -> None:
        """Halt the others, and let this one finish what it was asked before: some go on when nobody waits any more."""
        for other in others:
            os.killpg(other.pid, signal.SIGCONT if other is self else signal.SIGSTOP)
        end = time.monotonic() + _DRAIN_SECONDS
        while time.monotonic() < end and _worked(self.pid):
            pass


@contextmanager
def server(command: list[str], address: str, **more: Any) -> Iterator[Server]:
    """Run a server until the block ends; its SPARQL endpoint answers when the block begins."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    with subprocess.Popen(command, **quiet, **more) as running:
        try:
            end = time.monotonic() + _WAIT_SECONDS
            while time.monotonic() < end and running.poll() is None:
                try:
                    httpx.post(address, data={"query": "ASK {}"}, timeout=5).raise_for_status()
                    break
                except httpx.HTTPError:
                    time.sleep(0.1)
            else:
                message = f"{command[0]} did not answer."
                raise click.ClickException(message)
            while time.monotonic() < end and _worked(running.pid):
                pass
            yield Server(address, running.pid)
        finally:
            os.killpg(running.pid, signal.SIGCONT)
            running.terminate()


def _worked(leader: int) -> bool:
    """Return whether a server worked in the last half second: what it does at leisure is no part of an answer."""

    def ticks() -> int:
        return sum(int(one) for stat in _group(leader) for one in stat[11:13])

    before = ticks()
    time.sleep(0.5)
    return ticks() - before > 1


def _group(leader: int) -> Iterator[list[str]]:
    """Yield, for each process of a group, its fields in `/proc/PID/stat` that follow its name."""
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdigit() and os.getpgid(int(process.name)) == leader:
                yield (process / "stat").read_text().rsplit(")", 1)[1].split()


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def servers(stack: ExitStack, place: Path, evidence: calcigraph.Evidence) -> dict[str, Server]:
    """Start all servers on the same graph."""
    if evidence.dump is None:
        message = "The build is not on this machine."
        raise click.ClickException(message)
    oxigraph = program("oxigraph", "pip install oxigraph")
    rdflib_endpoint = program("rdflib-endpoint", "pip install rdflib-endpoint oxrdflib")
    store = place / "oxigraph"
    subprocess.run(
        [oxigraph, "load", "--location", str(store), "--file", str(evidence.dump)], capture_output=True, check=True
    )
    environment = os.environ | {"CALCIGRAPH_HOME": str(place / "home")}
    ports = [free_port() for _ in range(4)]
    at = [f"http://127.0.0.1:{port}" for port in ports]
    ours = [*calcigraph_command(), "serve", "--seeds", str(place / "seeds"), "--limit", "seconds=60"]
    commands = {
        "calcigraph": ([*ours, "--port", str(ports[0]), "--limit", "cache=1"], f"{at[0]}/sparql"),
        "calcigraph, kept": ([*ours, "--port", str(ports[1])], f"{at[1]}/sparql"),
        "Oxigraph": (
            [
                *(oxigraph, "serve-read-only", "--location", str(store)),
                *("--bind", f"127.0.0.1:{ports[2]}", "--union-default-graph"),
            ],
            f"{at[2]}/query",
        ),
        "rdflib-endpoint": (
            [
                *(rdflib_endpoint, "serve", "--host", "127.0.0.1", "--port", str(ports[3])),
                *("--store", "Oxigraph", str(triples(evidence.dump, place))),
            ],
            f"{at[3]}/",
        ),
    }
    return {
        name: stack.enter_context(server(command, address, env=environment))
        for name, (command, address) in commands.items()
    }


def triples(dump: Path, place: Path) -> Path:
    """Write the union of all graphs as N-Triples, which is what rdflib-endpoint asks."""
    import pyoxigraph as ox

    file = place / "union.nt"
    union = dict.fromkeys(quad.triple for quad in ox.parse(path=str(dump), format=ox.RdfFormat.N_QUADS))
    with file.open("wb") as out:
        ox.serialize(union, out, ox.RdfFormat.N_TRIPLES)
    return file


def rows_of(address: str, query: str) -> int:
    """Return how many rows an endpoint answers with, or -1 if it does not answer within a minute."""
    asked = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    try:
        answer = httpx.post(address, content=query.encode(), headers=asked, timeout=60).raise_for_status()
    except httpx.HTTPError:
        return -1
    return len(list(csv.reader(io.StringIO(answer.text)))) - 1


def asked(evidence: calcigraph.Evidence, questions: tuple[str, ...]) -> dict[str, str]:
    """Return the queries: each question with what is asked for, and where it needs an identifier, that of a record."""
    record = next(iter(evidence.names.labels))
    queries = {}
    for asking in questions:
        name, *told = asking.split()
        question = evidence.questions[name]
        given = {one.name: record for one in question.parameters.values() if one.required}
        given |= dict(one.split("=", 1) for one in told)
        queries[asking] = question.fill(bind(question, given, evidence.names))
    return queries


def held(value: float, target: float, *, at_most: bool) -> str:
    """Return a value, with whether it keeps its target."""
    return f"{value:,.2f} {verdict(value, target, at_most=at_most)}"


def compare(size: int, seconds: int, names: tuple[str, ...]) -> None:
    """Print the tables for one size."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place = Path(folder)
        write(place / "seeds", triples=size)
        evidence = calcigraph.open(seeds=place / "seeds", home=place / "home")
        queries = asked(evidence, names)
        endpoints = servers(stack, place, evidence)
        peers = [name for name in endpoints if name != "calcigraph, kept"]
        seconds *= _LONGER if size > _SMALL else 1

        def measured(name: str, script: Path, connections: int, page: str | None = None) -> Load:
            one = endpoints[name]
            one.alone(endpoints.values())
            address = one.address if page is None else one.address.removesuffix("sparql") + page
            return load(address, script, connections, seconds)

        lines, tails, kept = [], [], []
        for name, query in queries.items():
            script = posting(place, name, query)
            counts = {}
            for peer in peers:
                endpoints[peer].alone(endpoints.values())
                counts[peer] = rows_of(endpoints[peer].address, query)
            for connections in CONNECTIONS:
                seen = {peer: measured(peer, script, connections) for peer in endpoints}
                rates = ", ".join(f"{peer} {one.rate:,.1f}" for peer, one in seen.items())
                click.echo(f"{name}, {connections} connections: {rates} a second", err=True)
                ours, ox, rdf = seen["calcigraph"], seen["Oxigraph"], seen["rdflib-endpoint"]
                lines.append(
                    (
                        name,
                        connections,
                        f"{ours.rate:,.0f}",
                        f"{ox.rate:,.0f}",
                        f"{rdf.rate:,.1f}",
                        held(ours.rate / ox.rate, SAME, at_most=False) if ox.rate else "no answer",
                        held(ours.rate / rdf.rate, FASTER, at_most=False) if rdf.rate else "no answer",
                        "" if len(set(counts.values())) == 1 else str(counts),
                    )
                )
                tails.append(
                    (
                        name,
                        connections,
                        f"{ours.p50:.2f}",
                        f"{ours.p99:.2f}",
                        held(ours.p99 / ours.p50, TAIL, at_most=True) if ours.p50 else "no answer",
                        f"{ox.p99 / ox.p50:.1f}" if ox.p50 else "no answer",
                        ours.failed,
                    )
                )
                again = seen["calcigraph, kept"]
                kept.append(
                    (
                        name,
                        connections,
                        f"{again.rate:,.0f}",
                        held(again.rate / ox.rate, KEPT, at_most=False) if ox.rate else "no answer",
                        f"{again.p99:.2f}",
                    )
                )
        pages = [
            (
                f"/{page}",
                connections,
                f"{one.rate:,.0f}",
                held(one.p50, PAGE_MS, at_most=True) if one.rate else "no answer",
                f"{one.p99:.1f}",
            )
            for page in PAGES
            for connections in CONNECTIONS
            for one in [measured("calcigraph, kept", _reading(place), connections, page)]
        ]
        quads = evidence.info.quads if evidence.info is not None else 0
        click.echo(f"\n## {quads:,} quads, {size:,} of them stated\n\nAnswers a second, nothing kept:\n")
        ratios = ("of Oxigraph", "of rdflib-endpoint", "rows differ")
        click.echo(table(("question", "connections", *peers, *ratios), lines))
        click.echo("\nMilliseconds of calcigraph, nothing kept:\n")
        click.echo(table(("question", "connections", "p50", "p99", "p99 / p50", "Oxigraph's", "failed"), tails))
        click.echo("\nRepeated questions, answers kept:\n")
        click.echo(table(("question", "connections", "a second", "of Oxigraph", "p99 ms"), kept))
        click.echo("\nPages:\n")
        click.echo(table(("page", "connections", "a second", "p50 ms", "p99 ms"), pages))


def _reading(place: Path) -> Path:
    """Write the script that makes wrk read pages as a browser does."""
    script = place / "page.lua"
    script.write_text('wrk.headers["Accept"] = "text/html"\n', encoding="utf-8")
    return script


@click.command()
@click.option("--full", is_flag=True, help="Also a graph of 10⁶ triples: half an hour.")
@click.option("--seconds", type=click.IntRange(1), default=2, show_default=True, help="Of each measurement.")
@click.option(
    "--question",
    "names",
    multiple=True,
    default=QUESTIONS,
    show_default=True,
    help="What is asked, perhaps about something: NAME [PARAMETER=TERM].",
)
def main(*, full: bool, seconds: int, names: tuple[str, ...]) -> None:
    """Compare the servers, and print the tables as Markdown."""
    click.echo(versions())
    for size in FULL if full else SIZES:
        compare(size, seconds, names)


if __name__ == "__main__":
    main()
