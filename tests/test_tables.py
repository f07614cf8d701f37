"""The tables of the product, what a design earns and the log of searches, name terms by labels and are in the graph."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from calcigraph.build.assemble import build
from calcigraph.errors import InvalidRecords
from calcigraph.graph.tables import (
    LEVELS_GRAPH,
    SEARCHES_GRAPH,
    VERDICTS_GRAPH,
    level_quads,
    search_quads,
    verdict_quads,
)
from calcigraph.names.vocabulary import RDF_TYPE, TERMS, load_vocabulary
from calcigraph.resources import resources
from calcigraph.store.local import Home

if TYPE_CHECKING:
    from collections.abc import Iterable

PRODUCT = resources()
VOCABULARY = load_vocabulary(PRODUCT.ontology_files())
WORLD = Path(__file__).parent / "worlds" / "tiny"


def rows(table: Path) -> list[dict[str, str]]:
    """Return the lines of a table."""
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def instances(quads: Iterable[ox.Quad], name: str) -> int:
    """Return how many things of a class there are."""
    return sum(quad.predicate.value == RDF_TYPE and quad.object == ox.NamedNode(TERMS + name) for quad in quads)


def test_every_line_of_the_levels_is_a_rule_in_the_graph() -> None:
    """Each line of the table of levels by design becomes one level rule, and one `earns` from design to level."""
    quads = list(level_quads(PRODUCT.levels, VOCABULARY))
    assert instances(quads, "LevelRule") == len(rows(PRODUCT.levels))
    assert {str(quad.graph_name) for quad in quads} == {f"<{LEVELS_GRAPH}>"}
    assert sum(quad.predicate.value == TERMS + "earns" for quad in quads) == len(rows(PRODUCT.levels))


def test_every_line_of_the_verdicts_is_a_rule_in_the_graph() -> None:
    """Each line of the table of verdicts becomes one verdict rule, with the four terms that it names."""
    quads = list(verdict_quads(PRODUCT.verdicts, VOCABULARY))
    lines = rows(PRODUCT.verdicts)
    assert instances(quads, "VerdictRule") == len(lines)
    assert {str(quad.graph_name) for quad in quads} == {f"<{VERDICTS_GRAPH}>"}
    for name in ("ofStance", "ofResults", "givesVerdict", "givesReason"):
        assert sum(quad.predicate.value == TERMS + name for quad in quads) == len(lines)


def test_a_slip_in_the_verdicts_is_named_at_its_line(tmp_path: Path) -> None:
    """An unknown verdict is an error with file, line and the nearest label."""
    table = tmp_path / "verdicts.tsv"
    line = "promising\tresults differ\toverstatd\tfindings differ"
    table.write_text(f"stance\tresults\tverdict\treason\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidRecords) as caught:
        list(verdict_quads(table, VOCABULARY))
    (problem,) = caught.value.problems
    assert (problem.line, problem.code) == (2, "unknown-term")
    assert "'overstatd' is no value of the column verdict. Nearest: 'overstated'" in problem.message


@pytest.mark.parametrize("stance", ["", "promising; not recommended"])
def test_a_line_names_one_term_in_each_column(tmp_path: Path, stance: str) -> None:
    """None, or several, is an error with file and line, and not the first of them."""
    table = tmp_path / "verdicts.tsv"
    table.write_text(f"stance\tresults\tverdict\treason\n{stance}\tresults differ\toverstated\tx\n", encoding="utf-8")
    with pytest.raises(InvalidRecords) as caught:
        list(verdict_quads(table, VOCABULARY))
    (problem,) = caught.value.problems
    assert (problem.line, problem.code) == (2, "one-term")


def test_every_search_is_in_the_graph() -> None:
    """Each line of the log becomes one search, with an address that depends on what it says and not on its place."""
    quads = list(search_quads(PRODUCT.searches, VOCABULARY))
    assert instances(quads, "EvidenceSearch") == len(rows(PRODUCT.searches))
    assert {str(quad.graph_name) for quad in quads} == {f"<{SEARCHES_GRAPH}>"}


def test_a_folder_without_a_log_has_no_searches(tmp_path: Path) -> None:
    """A registry may bring records and no log."""
    assert list(search_quads(tmp_path / "searches.tsv", VOCABULARY)) == []


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("treatment", "'rituximap' is no value of the column treatment. Nearest: 'rituximab'"),
        ("condition", "condition"),
    ],
)
def test_a_slip_in_the_log_is_named_at_its_line(tmp_path: Path, column: str, said: str) -> None:
    """An unknown term stops the build, with file and line, and the nearest label."""
    seeds = Path(shutil.copytree(WORLD, tmp_path / "seeds"))
    cells = {"treatment": "rituximab", "condition": "dermatomyositis"} | {column: "rituximap"}
    line = f"2026-01-01\t{cells['treatment']}\t{cells['condition']}\twords\tpages\t\t"
    head = "searched_on\ttreatment\tcondition\twords\twhere\tfound\tnote"
    (seeds / "searches.tsv").write_text(f"{head}\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidRecords) as caught:
        build(resources(seeds=seeds), Home(tmp_path / "home"))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.code) == ("seeds/searches.tsv", 2, "unknown-term")
    assert said in problem.message


def test_a_change_of_the_log_makes_a_new_build(tmp_path: Path) -> None:
    """Searches and levels are inputs of a build."""
    seeds = Path(shutil.copytree(WORLD, tmp_path / "seeds"))
    home = Home(tmp_path / "home")
    before = build(resources(seeds=seeds), home).info
    shutil.copy(PRODUCT.searches, seeds / "searches.tsv")
    after = build(resources(seeds=seeds), home).info
    assert before.digest != after.digest
    assert after.quads > before.quads
