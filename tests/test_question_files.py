"""Question files: queries that any SPARQL tool runs as they stand, under headers that tell the truth about them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql import prepareQuery

from calcigraph.errors import BadQuestion
from calcigraph.questions.catalog import Question, catalog, load_question
from calcigraph.resources import resources

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph import Evidence

QUESTIONS = catalog(resources().question_files())
PREFIXED = re.compile(r"(?<![\w?<])([A-Za-z]+):[A-Za-z]")

each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


@each_question
def test_a_file_runs_as_it_stands(question: Question) -> None:
    """With its slots unfilled, the query is SPARQL 1.1 for two engines, and asks nothing of other endpoints."""
    prepareQuery(question.text)
    results = ox.Store().query(question.text)
    assert isinstance(results, ox.QuerySolutions)
    assert list(results) == []
    assert "SERVICE" not in question.text


@each_question
def test_the_columns_of_header_and_query_agree(question: Question) -> None:
    """The header explains the columns that the query selects, in their order."""
    results = ox.Store().query(question.text)
    assert isinstance(results, ox.QuerySolutions)
    assert [variable.value for variable in results.variables] == list(question.columns)
    assert all(question.columns.values())


@each_question
def test_rows_are_in_order(question: Question) -> None:
    """The whole query, and not a part of it, says in which order rows come."""
    assert question.text.splitlines()[-1].startswith("ORDER BY ")


@each_question
def test_prefixes_are_those_of_the_ontology(question: Question) -> None:
    """A prefix stands for what it stands for in the ontology, is used, and is written only once."""
    ontology = ox.parse(path=str(resources().ontology / "calcigraph.ttl"), format=ox.RdfFormat.TURTLE)
    next(ontology)
    declared = re.findall(r"^PREFIX (\w+): <(.+)>$", question.text, re.MULTILINE)
    assert declared == sorted(declared)
    assert dict(declared).items() <= ontology.prefixes.items()
    body = re.sub(r'^(#.*|PREFIX .*)$|"[^"]*"', "", question.text, flags=re.MULTILINE)
    assert set(PREFIXED.findall(body)) == {prefix for prefix, _ in declared}


@each_question
def test_a_slot_holds_what_covers_all(question: Question) -> None:
    """An unfilled slot holds the class of which all values are subclasses, or nothing."""
    for name, parameter in question.parameters.items():
        slots = re.findall(rf"VALUES \?asked_{name} {{ (.*) }}", question.fill({}))
        assert set(slots) <= {f"cg:{(parameter.root or '').rpartition('#')[2]}", "UNDEF"}, name
        assert slots


@each_question
def test_a_file_as_it_stands_asks_what_its_slots_hold(question: Question, tiny: Evidence) -> None:
    """The form that grlc fills has the rows of the form that engines here get."""

    def rows(query: str) -> list[dict[str, list[str]]]:
        bindings = json.loads(tiny.endpoint.select(query))["results"]["bindings"]
        # What GROUP_CONCAT joins comes in any order.
        return [{name: sorted(re.split(r"[;,]? ", term["value"])) for name, term in row.items()} for row in bindings]

    assert rows(question.text) == rows(question.fill({}))


@pytest.mark.parametrize("wrong", ["?_condition_iri", "?__condition", "?__class_iri"])
def test_a_slot_that_grlc_would_read_as_something_else_is_refused(tmp_path: Path, wrong: str) -> None:
    """The message has the line, and the variable that fits the header."""
    path = tmp_path / "treatments.rq"
    lines = QUESTIONS["treatments"].text.replace("?__condition_iri", wrong).splitlines(keepends=True)
    path.write_text("".join(lines), encoding="utf-8")
    [line] = [number for number, line in enumerate(lines, 1) if wrong in line]
    with pytest.raises(BadQuestion, match=rf"^treatments\.rq:{line}: .* Write \?__condition_iri, "):
        load_question(path)


@each_question
def test_the_header_is_for_people(question: Question) -> None:
    """The summary is the question, the description and the meaning of each parameter are sentences, tags are words."""
    assert question.summary.endswith("?")
    assert question.description.endswith(".")
    assert all(parameter.about[0].isupper() for parameter in question.parameters.values())
    assert question.tags


@each_question
def test_the_example_answers_on_the_real_evidence(question: Question, shared_home: Path) -> None:
    """The header's example, run by the real command line, ends with 0 and has rows under the columns explained."""
    words = shlex.split(question.example)
    assert words[:3] == ["calcigraph", "ask", question.name]
    ran = subprocess.run(
        [sys.executable, "-m", *words, "--format", "csv"],
        env=os.environ | {"CALCIGRAPH_HOME": str(shared_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    columns, *rows = csv.reader(io.StringIO(ran.stdout))
    assert columns == list(question.columns)
    assert rows
