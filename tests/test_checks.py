"""Checks of the ontology: each finds what it is for and nothing else, in both engines, and the ontology passes all."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from calcigraph.resources import resources

PRODUCT = resources()
CHECKS = {path.stem: path for path in sorted((PRODUCT.ontology / "checks").glob("*.rq"))}
EXAMPLES = Path(__file__).parent / "checks"
NAMES = (
    "deprecated-boolean-datatype",
    "deprecated-class-reference",
    "deprecated-property-reference",
    "duplicate-definition",
    "duplicate-label",
    "illegal-use-of-built-in-vocabulary",
    "label-formatting",
    "label-whitespace",
    "misused-obsolete-label",
    "misused-replaced-by",
    "missing-label",
    "missing-ontology-description",
    "missing-ontology-license",
    "missing-ontology-title",
    "multiple-definitions",
    "multiple-equivalent-class-definitions",
    "multiple-labels",
)

Row = tuple[str | None, ...]


def by_oxigraph(name: str, store: ox.Store) -> list[Row]:
    """Return what the check finds in a store, in order."""
    solutions = store.query(CHECKS[name].read_text(encoding="utf-8"))
    assert isinstance(solutions, ox.QuerySolutions)
    assert [variable.value for variable in solutions.variables] == ["entity", "property", "value"]
    return [tuple(None if term is None else term.value for term in row) for row in solutions]


def by_rdflib(name: str, graph: Graph) -> list[Row]:
    """Return what the check finds in a graph of rdflib, in order."""
    rows = graph.query(CHECKS[name].read_text(encoding="utf-8"))
    return [tuple(None if term is None else str(term) for term in row) for row in rows]  # type: ignore[union-attr]


def example(name: str, kind: str) -> tuple[list[Row], list[Row]]:
    """Return what both engines find in an example."""
    path = EXAMPLES / name / f"{kind}.ttl"
    store = ox.Store()
    store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    return by_oxigraph(name, store), by_rdflib(name, Graph().parse(path))


def test_the_checks_are_those_that_stop_a_release() -> None:
    """Each of the seventeen checks has a file, and each file a pair of examples."""
    assert tuple(sorted(CHECKS)) == tuple(sorted(NAMES))
    assert sorted(folder.name for folder in EXAMPLES.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_check_says_what_is_wrong_and_what_to_do(name: str) -> None:
    """The head of a check holds its name, the problem and the solution, and its rows come in order."""
    lines = CHECKS[name].read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"# check: {name}"
    for line, key in ((lines[1], "problem"), (lines[2], "solution")):
        assert line.startswith(f"# {key}: ")
        assert line.endswith(".")
    assert lines[-1] == "ORDER BY ?entity ?property ?value"


@pytest.mark.parametrize("name", NAMES)
def test_the_ontology_passes(name: str, graph: ox.Store) -> None:
    """The ontology holds nothing that a check finds."""
    assert by_oxigraph(name, graph) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_broken_is_found(name: str) -> None:
    """The entity that the example names is found, by both engines alike."""
    first = (EXAMPLES / name / "broken.ttl").read_text(encoding="utf-8").splitlines()[0]
    found, same = example(name, "broken")
    assert first.removeprefix("# found: ") in {row[0] for row in found}
    assert sorted(found, key=str) == sorted(same, key=str)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_fine_is_not_found(name: str) -> None:
    """Neither engine finds anything in the example that is fine."""
    assert example(name, "ok") == ([], [])
