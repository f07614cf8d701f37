"""Ask the real evidence: calcigraph beside the bare pyoxigraph call, rdflib, and a process that only starts.

The bare call is `Store.query` with the filled text and one pass over the solutions. rdflib gets the same text and the
same triples, already loaded; a question on which it needs too long is stopped, and the table says "more than".
"""

from __future__ import annotations

import math
import shlex
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import click
from measure import (
    StepFailed,
    calcigraph_command,
    in_child,
    process,
    shown,
    side_by_side,
    spread,
    table,
    verdict,
    versions,
)

import calcigraph
from calcigraph.questions.ask import bind
from calcigraph.questions.catalog import find_question
from calcigraph.store.endpoint import LocalEndpoint

OVERHEAD, FASTER, START_MS = 1.5, 30, 150


def asked(evidence: calcigraph.Evidence, named: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    """Return what is asked: of each question, or of those named, the example in its header, and all that it answers."""
    calls: list[tuple[str, dict[str, str]]] = []
    for name, question in evidence.questions.items():
        if named and name not in named:
            continue
        words = shlex.split(question.example)[3:]
        given = {key.removeprefix("--"): value for key, value in zip(words[::2], words[1::2], strict=True)}
        calls.append((name, given))
        if given and not any(parameter.required for parameter in question.parameters.values()):
            calls.append((name, {}))
    return calls


def rdflib_answer(triples: str, query: str) -> dict[str, Any]:
    """Answer the query in a file over the triples in a file with rdflib, thrice: the least time of the query alone."""
    from rdflib import Graph

    graph = Graph().parse(triples, format="nt")
    text = Path(query).read_text(encoding="utf-8")
    seconds, cpu, rows = [], [], 0
    for _ in range(3):
        start, used = time.perf_counter(), time.process_time()
        rows = len(list(graph.query(text)))
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    return {"seconds": min(seconds), "cpu": min(cpu), "rows": rows}


def _filled(evidence: calcigraph.Evidence, name: str, given: dict[str, str]) -> str:
    question = find_question(name, evidence.product.question_files())
    return question.fill(bind(question, given, evidence.names))


def _store(evidence: calcigraph.Evidence) -> Any:
    if not isinstance(evidence.endpoint, LocalEndpoint):
        raise TypeError(evidence.endpoint)
    return evidence.endpoint.store


def _bare(store: Any, text: str) -> list[Any]:
    return list(store.query(text, use_default_graph_as_union=True))


def _in_process(
    evidence: calcigraph.Evidence, questions: tuple[str, ...], place: Path, repeats: int, limit: float
) -> None:
    store = _store(evidence)
    triples = place / "union.nt"
    triples.write_text(
        "".join(f"{quad.triple} .\n" for quad in {q.triple: q for q in store}.values()), encoding="utf-8"
    )
    rows, overheads, ratios = [], [], []
    for name, given in asked(evidence, questions):
        text = _filled(evidence, name, given)
        taken = side_by_side(
            {
                "ask": partial(evidence.ask, name, **given),
                "bare": partial(_bare, store, text),
            },
            repeats,
        )
        ask, bare = min(taken["ask"]), min(taken["bare"])
        answer = evidence.ask(name, **given)
        theirs, ratio, same = _rdflib(triples, place / "query.rq", text, ask, len(answer), limit)
        overheads.append(ask / bare)
        ratios.append(ratio)
        label = " ".join([name, *(f"--{key} {value}" for key, value in given.items())])
        note = " ".join(filter(None, (spread(taken["ask"]), same)))
        rows.append([label, len(answer), shown(ask), shown(bare), f"{ask / bare:.2f}", *theirs, note])
        click.echo(" | ".join(map(str, rows[-1])), err=True)
    columns = ["question", "rows", "ask", "bare call", "ask / bare", "rdflib", "rdflib / ask", "note"]
    click.echo(table(columns, rows))
    click.echo(f"\nAt most {OVERHEAD} times the bare call: {verdict(max(overheads), OVERHEAD, at_most=True)}.")
    click.echo(f"At least {FASTER} times as fast as rdflib: {verdict(min(ratios), FASTER, at_most=False)}.\n")


def _rdflib(
    triples: Path, file: Path, text: str, ask: float, rows: int, limit: float
) -> tuple[tuple[str, str], float, str]:
    file.write_text(text, encoding="utf-8")
    try:
        step = in_child("ask:rdflib_answer", triples, file, limit=limit)
    except subprocess.TimeoutExpired:
        return (f"more than {shown(limit)}", f"more than {limit / ask:.0f}"), limit / ask, ""
    except StepFailed as error:
        click.echo(f"rdflib fails: {error}", err=True)
        return ("fails", ""), math.inf, ""
    same = "" if step.value["rows"] == rows else f"rdflib: {step.value['rows']} rows"
    return (shown(step.seconds), f"{step.seconds / ask:.0f}"), step.seconds / ask, same


def _whole_process(home: Path, starts: int) -> None:
    ask = [*calcigraph_command(), "ask"]
    asked = {
        "treatments (table)": ["treatments", "--condition", "JDM", "--level", "IV"],
        "treatments (csv)": ["treatments", "--condition", "JDM", "--level", "IV", "--format", "csv"],
        "harms (table)": ["harms"],
        "lookup (table)": ["lookup", "--identifier", "31302187"],
    }
    calls = {'python -c "import pyoxigraph"': [sys.executable, "-c", "import pyoxigraph"]}
    calls |= {f"calcigraph ask {name}": [*ask, *rest, "--home", str(home)] for name, rest in asked.items()}
    taken = side_by_side({name: process(command) for name, command in calls.items()}, starts)
    floor = next(iter(taken.values()))
    rows = [
        [
            name,
            f"{min(seconds) * 1000:.1f}",
            f"{median(seconds) * 1000:.1f}",
            f"{(min(seconds) - min(floor)) * 1000:.1f}",
            f"{(median(seconds) - median(floor)) * 1000:.1f}",
            spread(seconds),
        ]
        for name, seconds in taken.items()
    ]
    most = max(min(seconds) - min(floor) for seconds in taken.values()) * 1000
    click.echo(table(["whole process, ms", "min", "median", "more (min)", "more (median)", "note"], rows))
    click.echo(f"\nAt most {START_MS} ms more: {verdict(most, START_MS, at_most=True)}.")


@click.command()
@click.option("--repeats", type=click.IntRange(1), default=20, show_default=True, help="Times each question is asked.")
@click.option("--starts", type=click.IntRange(1), default=20, show_default=True, help="Times each process is started.")
@click.option("--limit", type=float, default=120, show_default=True, help="Seconds after which rdflib is stopped.")
@click.argument("questions", nargs=-1)
def main(questions: tuple[str, ...], repeats: int, starts: int, limit: float) -> None:
    """Measure the asking of all QUESTIONS, or of those named."""
    click.echo(f"{versions()}\n")
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        _in_process(calcigraph.open(home=home), questions, Path(place), repeats, limit)
        _whole_process(home, starts)


if __name__ == "__main__":
    main()
