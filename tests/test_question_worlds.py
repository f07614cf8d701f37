"""Each question on its small world: the answer that its header promises, worked out by hand.

tests/questions/NAME/given holds the records of a world. A case is CASE.yaml, which states a fact and ways to ask for
it, and CASE.csv, the one answer to all of them. There, `cg:` and record addresses stand for whole IRIs.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from rdflib import Dataset, URIRef

import calcigraph
from calcigraph.questions.ask import bind
from calcigraph.resources import resources
from calcigraph.store.local import Home

if TYPE_CHECKING:
    from calcigraph import Evidence

WORLDS = Path(__file__).parent / "questions"
NAMES = sorted(path.stem for path in resources().question_files())
BASE = "https://w3id.org/calcigraph/"
LISTS = {
    "against_alone": "; ",
    "antibodies": "; ",
    "as_reported": "; ",
    "basis": ", ",
    "benefit_alone": "; ",
    "besides": ", ",
    "class": ", ",
    "classes": ", ",
    "components": ", ",
    "conditions": ", ",
    "counted": "; ",
    "databases": ", ",
    "designs": ", ",
    "differs_in": ", ",
    "direction": ", ",
    "excluded": "; ",
    "factors": "; ",
    "found": "; ",
    "harms": "; ",
    "left_out": " / ",
    "not_read": "; ",
    "notes": " / ",
    "parts": " ",
    "phenotypes": ", ",
    "printed": "; ",
    "priorities": ", ",
    "results": ", ",
    "routes": ", ",
    "shares_patients_with": "; ",
    "sites": ", ",
    "sources": "; ",
    "sponsor": ", ",
    "treatments": ", ",
    "verdicts": ", ",
    "words": "; ",
}
"""Columns that gather several values, with what stands between them; SPARQL leaves their order open."""
COUNTS = {
    "affected",
    "against_patients",
    "against_responders",
    "benefit_patients",
    "benefit_responders",
    "citations_screened",
    "claims",
    "complete",
    "contradictions",
    "enrolled",
    "facts",
    "findings",
    "gap_claims",
    "gaps",
    "harms_known",
    "improved",
    "indirect",
    "later_benefit",
    "later_mixed",
    "later_no_benefit",
    "mixed",
    "mixed_patients",
    "no_benefit",
    "no_effect",
    "no_effect_patients",
    "other_patients",
    "out_of",
    "partial",
    "patients",
    "patients_at_least",
    "patients_included",
    "patients_known",
    "pooled_studies",
    "record_patients",
    "records",
    "responders",
    "responders_out_of",
    "rules_met",
    "searches",
    "second_hand",
    "sharing",
    "studies",
    "studies_included",
    "studies_known",
    "studies_possible",
    "times_cited",
    "total",
    "trials",
    "unchanged",
    "wider_findings",
    "with_calcinosis",
    "without_count",
    "without_result",
    "worse",
    "worsening",
    "worsening_patients",
}
FLAGS = {("condition", "mixed")}
"""Columns of a question that say yes or no, and count in other questions."""


@dataclass(frozen=True)
class Case:
    """One case of a world: what it states, the ways to ask, and the rows that answer all of them."""

    question: str
    name: str
    asks: tuple[dict[str, str], ...]
    columns: tuple[str, ...]
    rows: list[dict[str, str]]


def read_case(path: Path) -> Case:
    """Return the case that a CSV file and the YAML file beside it make."""
    head = yaml.safe_load(path.with_suffix(".yaml").read_text(encoding="utf-8"))
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [{column: cell(column, text) for column, text in row.items()} for row in reader]
    return Case(path.parent.name, path.stem, tuple(head["ask"]), tuple(reader.fieldnames or ()), rows)


def cell(column: str, text: str) -> str:
    """Return the text of a cell, with the values of a list in order."""
    between = LISTS.get(column)
    return between.join(sorted(text.split(between))) if between else text


def shown(column: str, kind: str, text: str) -> str:
    """Return a term as the CSV files have it: addresses in short, lists in order."""
    if kind == "uri":
        return text.replace(BASE + "ontology#", "cg:").removeprefix(BASE)
    assert text, f"{column}: what is not known is no value, and an empty text is one"
    return cell(column, text.replace(BASE, "") if column == "parts" else text)


rdflib_deprecates_itself = pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")
"""rdflib's own N-Quads parser calls what rdflib deprecates."""

CASES = [read_case(path) for path in sorted(WORLDS.glob("*/*.csv"))]


@pytest.fixture
def world(shared_home: Path) -> World:
    """Return what builds and asks the worlds."""
    return World(shared_home)


@dataclass(frozen=True)
class World:
    """The home in which the worlds are built."""

    home: Path

    def open(self, name: str) -> Evidence:
        """Return the evidence of a question's world."""
        return _opened(name, self.home)

    def graph(self, name: str) -> Dataset:
        """Return the graph of a question's world in rdflib."""
        self.open(name)
        return in_rdflib(self.home, WORLDS / name / "given")


@cache
def _opened(name: str, home: Path) -> Evidence:
    return calcigraph.open(seeds=WORLDS / name / "given", home=home)


class Turns:
    """One graph in rdflib in which worlds take turns: what they have in common, most of all, is parsed once."""

    def __init__(self) -> None:
        self.graph = Dataset(default_union=True)
        self.lines: set[str] = set()

    def take(self, quads: Path) -> Dataset:
        """Return the graph with the quads of an N-Quads file and no others."""
        lines = set(quads.read_text(encoding="utf-8").splitlines())
        gone = Dataset()
        gone.parse(data="\n".join(self.lines - lines), format="nquads")
        for quad in gone.quads():
            self.graph.remove(quad)  # type: ignore[arg-type]
        self.graph.parse(data="\n".join(lines - self.lines), format="nquads")
        self.lines = lines
        return self.graph


SMALL, REAL = Turns(), Turns()


def in_rdflib(home: Path, seeds: Path) -> Dataset:
    """Return the current build of a folder of records in rdflib, where queries see the union of its graphs."""
    build = Home(home).current(seeds)
    assert build is not None
    return (REAL if seeds == resources().seeds else SMALL).take(build.path / "graph.nq")


def embedded_answer(evidence: Evidence, name: str, ask: dict[str, str]) -> list[dict[str, str]]:
    """Return the rows of the embedded store's answer as the CSV files have them."""
    answered = evidence.ask(name, **ask)
    return [
        {
            column: shown(column, term["type"], term["value"]) if term else ""
            for column, term in zip(answered.columns, terms, strict=True)
        }
        for terms in answered.terms
    ]


def rdflib_answer(graph: Dataset, evidence: Evidence, name: str, ask: dict[str, str]) -> list[dict[str, str]]:
    """Return the rows of rdflib's answer to the same file, with the same terms in its slots, in the same form."""
    question = evidence.questions[name]
    result: Any = graph.query(question.fill(bind(question, ask, evidence.names)))
    columns = [str(variable) for variable in result.vars]
    return [
        {
            column: "" if term is None else shown(column, "uri" if isinstance(term, URIRef) else "literal", str(term))
            for column, term in zip(columns, row, strict=True)
        }
        for row in result
    ]


def test_each_question_has_a_world_and_each_world_a_question() -> None:
    """No question file is without records and expected answers, and none of these is without a question."""
    assert sorted(path.name for path in WORLDS.iterdir()) == NAMES
    for name in NAMES:
        assert list((WORLDS / name / "given").glob("*.yaml")), name
        answers = {path.stem for path in (WORLDS / name).glob("*.csv")}
        assert answers, name
        assert answers == {path.stem for path in (WORLDS / name).glob("*.yaml")}, name


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.question}-{case.name}")
def test_the_answer_is_the_one_worked_out_by_hand(case: Case, world: World) -> None:
    """All columns, all rows, in order; the ways to ask that a case lists are the same question."""
    evidence = world.open(case.question)
    for ask in case.asks:
        assert evidence.ask(case.question, **ask).columns == case.columns
        assert embedded_answer(evidence, case.question, ask) == case.rows, ask


@pytest.mark.parametrize("name", NAMES)
def test_counts_are_numbers(name: str, world: World) -> None:
    """A count is a whole number or not known, never text."""
    evidence = world.open(name)
    for case in CASES:
        if case.question == name:
            for row in evidence.ask(name, **case.asks[0]):
                for column in COUNTS & row.keys():
                    if (name, column) in FLAGS:
                        assert type(row[column]) is bool, (case.name, column)
                        continue
                    assert row[column] is None or type(row[column]) is int, (case.name, column)


@rdflib_deprecates_itself
@pytest.mark.parametrize("name", NAMES)
def test_rdflib_gives_the_same_rows(name: str, world: World) -> None:
    """The same file with the same terms in its slots gives the same rows, in order, in another engine."""
    evidence, graph = world.open(name), world.graph(name)
    for case in CASES:
        if case.question == name:
            assert rdflib_answer(graph, evidence, name, case.asks[0]) == case.rows, case.name


@rdflib_deprecates_itself
@pytest.mark.parametrize("name", NAMES[::6])
def test_rdflib_gives_the_same_rows_on_the_real_records(name: str, evidence: Evidence, shared_home: Path) -> None:
    """So it is with every sixth question on all real records; Jena is asked all of them, and faster."""
    graph = in_rdflib(shared_home, evidence.product.seeds)
    ask = {"identifier": "31302187"} if name == "lookup" else {}
    rows = rdflib_answer(graph, evidence, name, ask)
    assert rows == embedded_answer(evidence, name, ask)
    assert rows
