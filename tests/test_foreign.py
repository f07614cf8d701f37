"""RDF of other registries: what is wrong in it is told at the line where it stands, in each syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from calcigraph.cli import rdf
from calcigraph.records.context import load_context
from calcigraph.resources import resources
from calcigraph.validation.foreign import check_rdf
from calcigraph.validation.shapes import load_shapes
from calcigraph.validation.vocabulary import declared_names

if TYPE_CHECKING:
    from pathlib import Path

PRODUCT = resources()
CONTEXT = load_context(PRODUCT.context)
SHAPES = load_shapes(PRODUCT.shape_files())
DECLARED = declared_names(PRODUCT)
TURTLE = """\
@prefix cg: <https://w3id.org/calcigraph/ontology#> .
@prefix ex: <https://registry.example/case/> .
@prefix dcterms: <http://purl.org/dc/terms/> .

ex:one a cg:Study ;
    dcterms:title "One" ;
    cg:design cg:CaseSerie ;
    cg:designBasis cg:JudgedByCurator ;
    cg:enrolled -3 ;
    cg:cites ex:two ;
    cg:reading ex:read ;
    cg:curation ex:made .
ex:read cg:part cg:AbstractPart .
ex:made cg:status cg:CuratedRecord ;
    cg:curatedBy "A registry" ;
    cg:curatedOn "2026-11-23"^^<http://www.w3.org/2001/XMLSchema#date> .
"""
SYNTAXES = [ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD, ox.RdfFormat.TURTLE]


def found(data: bytes, form: ox.RdfFormat = ox.RdfFormat.TURTLE) -> list[tuple[int, str, str]]:
    """Return the line, the code and the text of each violation."""
    problems = check_rdf(data, "x", form, shapes=SHAPES, declared=DECLARED, context=CONTEXT)
    return [(p.line, p.code, p.text) for p in problems if p.severity == "violation"]


def test_each_fault_is_told_at_its_line() -> None:
    """A term that does not exist, a number out of range and a misplaced property are told where they stand."""
    assert found(TURTLE.encode()) == [
        (7, "unknown-term", "cg:CaseSerie"),
        (9, "RecordShape-enrolled", "-3"),
        (10, "unknown-term", "cg:cites"),
        (10, "StudyShape", "ex:two"),
    ]


@pytest.mark.parametrize("form", SYNTAXES, ids=lambda form: form.name)
def test_the_same_is_found_in_each_syntax(form: ox.RdfFormat) -> None:
    """Whatever the syntax, the faults are the same, and each has a line on which its text stands."""
    triples = [ox.Triple(q.subject, q.predicate, q.object) for q in ox.parse(TURTLE, format=ox.RdfFormat.TURTLE)]
    data = ox.serialize(triples, format=form)
    assert data is not None
    faults = found(data, form)
    assert sorted(code for _, code, _ in faults) == [
        "RecordShape-enrolled",
        "StudyShape",
        "unknown-term",
        "unknown-term",
    ]
    lines = data.decode().splitlines()
    assert all(text in lines[line - 1] for line, _, text in faults)


def test_broken_syntax_is_told_at_its_line() -> None:
    """What cannot be parsed is one problem, at the line of the fault."""
    [(line, code, _)] = found(b"<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> .\n")
    assert (line, code) == (2, "broken-rdf")


def test_a_file_with_countless_faults_ends_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would take more memory than there may be is told, and not the end of the program."""
    monkeypatch.setattr(rdf, "_MEMORY", 1 << 29)
    many = tmp_path / "many.ttl"
    lines = (f"<https://registry.example/{place}> a cg:Study ; cg:nothing 1 .\n" for place in range(6000))
    many.write_text("@prefix cg: <https://w3id.org/calcigraph/ontology#> .\n" + "".join(lines), encoding="utf-8")
    [problem] = rdf.rdf_problems([many], None, PRODUCT, "pyshifty")
    assert problem.code == "too-much"
    assert "split the file" in problem.message
