"""Answers: typed rows, and the forms in which they are written out and read back."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, XSD, Graph, Literal, Namespace, URIRef

from calcigraph.questions.answers import (
    Answer,
    bindings,
    each_binding,
    heading,
    to_json,
    to_markdown,
    to_separated,
    to_turtle,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rdflib.term import Node

    from calcigraph import Evidence

RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
INTEGER = str(XSD.integer)
LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
"""All signs but control characters, which records cannot hold."""
TEXT = st.text(alphabet=LETTERS)
PLAIN = st.text(alphabet=LETTERS.filter(lambda letter: letter != "\\"))
LINES = st.text(alphabet=st.one_of(LETTERS, st.just("\n")))


def text(value: str) -> dict[str, str]:
    """Return a plain literal in SPARQL JSON form."""
    return {"type": "literal", "value": value}


def answer(*rows: tuple[Mapping[str, str] | None, ...], columns: tuple[str, ...] = ("a", "b")) -> Answer:
    """Return an answer with these terms."""
    return Answer("test", columns, tuple(tuple(map(value_of, row)) for row in rows), rows)


MIXED = answer(
    (
        {"type": "uri", "value": "https://w3id.org/calcigraph/study/a-1"},
        {"type": "literal", "value": "Sjögren", "xml:lang": "en"},
        {"type": "literal", "value": "7", "datatype": INTEGER},
        {"type": "literal", "value": "2.5", "datatype": str(XSD.decimal)},
        {"type": "literal", "value": "true", "datatype": str(XSD.boolean)},
        {"type": "literal", "value": "2003", "datatype": str(XSD.gYear)},
    ),
    (
        {"type": "uri", "value": "https://w3id.org/calcigraph/study/b-2"},
        text('say "no", and\nmore; a | b \\ c'),
        {"type": "literal", "value": "0", "datatype": INTEGER},
        None,
        {"type": "literal", "value": "false", "datatype": str(XSD.boolean)},
        None,
    ),
    columns=("study", "study_label", "patients", "share", "pooled", "year"),
)
EMPTY = answer()


def test_values_are_of_python_types() -> None:
    """A count is an int, a yes or no a bool, a missing value None; what has no such type is text."""
    assert MIXED.rows[0] == (
        "https://w3id.org/calcigraph/study/a-1",
        "Sjögren",
        7,
        Decimal("2.5"),
        True,
        "2003",
    )
    assert MIXED.rows[1][3:] == (None, False, None)
    assert value_of({"type": "literal", "value": "3", "datatype": str(XSD.nonNegativeInteger)}) == 3


def test_an_answer_is_a_list_of_maps() -> None:
    """It has a length, and gives each row as a map from column to value."""
    assert len(MIXED) == 2
    assert [row["patients"] for row in MIXED] == [7, 0]
    assert list(EMPTY) == []


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_separated_values_are_read_back_as_they_are(delimiter: str) -> None:
    """Commas, tabs, quotes and lines within a value do no harm; what is missing is empty, and zero is not."""
    columns, *rows = csv.reader(io.StringIO(to_separated(MIXED, delimiter)), delimiter=delimiter)
    assert tuple(columns) == MIXED.columns
    assert rows == [
        ["https://w3id.org/calcigraph/study/a-1", "Sjögren", "7", "2.5", "true", "2003"],
        ["https://w3id.org/calcigraph/study/b-2", 'say "no", and\nmore; a | b \\ c', "0", "", "false", ""],
    ]


@given(st.lists(st.tuples(LINES, LINES)), st.sampled_from(",\t"))
def test_any_text_survives_separated_values(rows: list[tuple[str, str]], delimiter: str) -> None:
    """Whatever the values hold, as many rows and the same texts come back."""
    written = to_separated(answer(*[(text(a), text(b)) for a, b in rows]), delimiter)
    assert list(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter)) == [["a", "b"], *map(list, rows)]


def test_json_keeps_types() -> None:
    """Numbers are numbers, a missing value is null, and letters stay letters."""
    written = to_json(MIXED)
    assert "Sjögren" in written
    first, second = json.loads(written)
    assert first == dict(zip(MIXED.columns, [MIXED.rows[0][0], "Sjögren", 7, 2.5, True, "2003"], strict=True))
    assert (second["patients"], second["share"], second["pooled"]) == (0, None, False)
    assert json.loads(to_json(EMPTY)) == []


@given(st.lists(st.tuples(st.text(), st.text())))
def test_any_text_survives_json(rows: list[tuple[str, str]]) -> None:
    """Whatever the values hold, the same texts come back."""
    written = to_json(answer(*[(text(a), text(b)) for a, b in rows]))
    assert json.loads(written) == [{"a": a, "b": b} for a, b in rows]


def test_markdown_shows_the_columns_for_people() -> None:
    """Addresses are left out, headings are words, and a bar within a value is no border."""
    lines = to_markdown(answer(*MIXED.terms[:1], columns=MIXED.columns)).splitlines()
    assert lines == [
        "| study | patients | share | pooled | year |",
        "| --- | --- | --- | --- | --- |",
        "| Sjögren | 7 | 2.5 | true | 2003 |",
    ]
    assert to_markdown(answer((text("a | b"), None))).splitlines()[2] == r"| a \| b |  |"


@given(st.lists(st.tuples(PLAIN, PLAIN), max_size=4))
def test_a_markdown_table_has_its_rows_and_columns(rows: list[tuple[str, str]]) -> None:
    """Whatever the values hold, each row has as many borders as the head."""
    lines = to_markdown(answer(*[(text(a), text(b)) for a, b in rows])).split("\n")[:-1]
    assert len(lines) == len(rows) + 2
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}


def solutions(graph: Graph) -> list[dict[str, Node]]:
    """Return the solutions of a result set in RDF."""
    found: list[dict[str, Node]] = []
    for solution in graph.objects(None, RS.solution):
        found.append({})
        for binding in graph.objects(solution, RS.binding):
            (variable,), (value,) = graph.objects(binding, RS.variable), graph.objects(binding, RS.value)
            found[-1][str(variable)] = value
    return found


def test_turtle_is_a_result_set() -> None:
    """It has as many solutions as there are rows, with each term as it is; what is missing is not bound."""
    graph = Graph().parse(data=to_turtle(MIXED), format="turtle")
    (results,) = graph.subjects(RDF.type, RS.ResultSet)
    assert sorted(map(str, graph.objects(results, RS.resultVariable))) == sorted(MIXED.columns)
    first, second = sorted(solutions(graph), key=lambda found: str(found["study"]))
    assert first["study"] == URIRef("https://w3id.org/calcigraph/study/a-1")
    assert first["study_label"] == Literal("Sjögren", lang="en")
    assert first["patients"] == Literal("7", datatype=XSD.integer)
    assert first["pooled"] == Literal("true", datatype=XSD.boolean)
    assert second["study_label"] == Literal('say "no", and\nmore; a | b \\ c')
    assert second.keys() == {"study", "study_label", "patients", "pooled"}


def test_an_empty_answer_is_turtle_too() -> None:
    """Without rows there are columns and no solution."""
    graph = Graph().parse(data=to_turtle(EMPTY), format="turtle")
    assert len(list(graph.objects(None, RS.resultVariable))) == 2
    assert solutions(graph) == []


@given(st.lists(st.tuples(LINES, LINES), max_size=5))
def test_any_text_survives_turtle(rows: list[tuple[str, str]]) -> None:
    """Whatever the values hold, as many solutions with the same texts come back."""
    graph = Graph().parse(data=to_turtle(answer(*[(text(a), text(b)) for a, b in rows])), format="turtle")
    found = sorted((str(solution["a"]), str(solution["b"])) for solution in solutions(graph))
    assert found == sorted(rows)


def test_a_heading_is_words() -> None:
    """A label column is headed by what it labels."""
    assert heading("treatment_label") == "treatment"
    assert heading("event_as_reported") == "event as reported"


def test_every_form_of_a_real_answer_has_its_rows(evidence: Evidence) -> None:
    """Of one answer on the real records, each form holds every row."""
    claims = evidence.ask("claims")
    assert len(list(csv.reader(io.StringIO(to_separated(claims, ","))))) == len(claims) + 1
    assert len(json.loads(to_json(claims))) == len(claims)
    assert len(to_markdown(claims).splitlines()) == len(claims) + 2
    assert len(solutions(Graph().parse(data=to_turtle(claims), format="turtle"))) == len(claims)


@pytest.mark.parametrize(
    "results",
    [
        b'{"head":{"vars":["results","bindings"]},"results": { "bindings" : [ ] } }',
        b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"[{\\"bindings\\":["}}]}}',
        b'{"results":{"bindings":[\n{"a":{"type":"uri","value":"\xc3\xa9"}} ,\n {}, {"a":{"type":"bnode"}}]}}',
    ],
)
def test_rows_one_by_one_are_the_rows_at_once(results: bytes) -> None:
    """Whatever stands between rows, and whatever texts hold."""
    assert list(each_binding(results)) == bindings(results)
