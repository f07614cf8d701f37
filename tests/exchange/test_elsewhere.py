"""The same questions elsewhere: a store that was published to, and Apache Jena on the dump, answer as the local one.

Each question is asked as its example asks it, on the real evidence. SPARQL leaves open in which order a cell gathers
its values, so the words of a cell are compared without their order, and so are rows.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import calcigraph
from calcigraph.exchange.distant import DistantStore, find_services
from calcigraph.exchange.publish import Publication
from calcigraph.questions.answers import value_of
from calcigraph.questions.ask import bind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from calcigraph import Evidence
    from calcigraph.questions.catalog import Question

JENA = Path(__file__).with_name("jena.py")
JAR = Path("/usr/share/java/jena-tdb2.jar")
WORDS = re.compile(r"[,;/ ]+")


def _asked(question: Question) -> dict[str, str]:
    """Return the parameters of the question's example."""
    words = shlex.split(question.example)[3:]
    given = dict(zip(words[::2], words[1::2], strict=True))
    return {name.removeprefix("--"): value for name, value in given.items()}


def _cell(value: object) -> object:
    if isinstance(value, Decimal | float):
        return round(float(value), 9)
    return tuple(sorted(WORDS.split(value))) if isinstance(value, str) else value


def _rows(rows: Iterable[Iterable[object]]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(_cell(value) for value in row) for row in rows)


def _differences(here: Counter[tuple[object, ...]], there: Counter[tuple[object, ...]]) -> str:
    only_here, only_there = here - there, there - here
    if not only_here and not only_there:
        return ""
    some = [*list(only_here)[:1], *list(only_there)[:1]]
    return f"{only_here.total()} rows only here, {only_there.total()} only there, such as {some}"


def test_a_published_store_answers_every_question_alike(evidence: Evidence, oxigraph: str) -> None:
    """Every question has the same rows at an Oxigraph server that was filled by publishing."""
    with DistantStore(oxigraph) as store:
        services = find_services(store, evidence.product.exchange / "stores.tsv", wanted=("update",))
        publication = Publication(evidence, store, services)
        publication.run(publication.plan())
        assert publication.shown_by_default()
    distant = calcigraph.connect(services.query)
    different = {}
    for name, question in evidence.questions.items():
        here, there = evidence.answer(question, _asked(question)), distant.answer(question, _asked(question))
        assert here.columns == there.columns
        assert len(here)
        different[name] = _differences(_rows(here.rows), _rows(there.rows))
    assert {name: told for name, told in different.items() if told} == {}


def test_jena_answers_every_question_alike(evidence: Evidence, tmp_path: Path) -> None:
    """Every question has the same rows in ARQ, on the dump in TDB2 with its default graph as the union of graphs."""
    if not JAR.exists() and "CI" not in os.environ:
        pytest.skip("needs Debian's libapache-jena-java")
    queries, answers = tmp_path / "queries", tmp_path / "answers"
    queries.mkdir()
    answers.mkdir()
    for name, question in evidence.questions.items():
        query = question.fill(bind(question, _asked(question), evidence.names))
        (queries / f"{name}.rq").write_text(query, encoding="utf-8")
    command = [sys.executable, str(JENA), str(evidence.dump), str(queries), str(answers)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    different = {}
    for name, question in evidence.questions.items():
        here = evidence.answer(question, _asked(question))
        results = json.loads((answers / f"{name}.json").read_text(encoding="utf-8"))
        found: list[Mapping[str, Mapping[str, str]]] = results["results"]["bindings"]
        there = [[value_of(row.get(column)) for column in here.columns] for row in found]
        different[name] = _differences(_rows(here.rows), _rows(there))
    assert {name: told for name, told in different.items() if told} == {}
