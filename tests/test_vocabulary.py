"""Names that no vocabulary declares are found in ontology, context, shapes, rules and questions, each at its place."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from calcigraph.resources import Resources, resources
from calcigraph.validation.vocabulary import declared_names, undeclared_names

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def product(tmp_path: Path) -> Resources:
    """Return a copy of the product that a test may change; it has no records."""
    here = resources()
    for folder in (here.ontology, here.shapes, here.queries):
        shutil.copytree(folder, tmp_path / folder.name)
    return Resources(tmp_path / "ontology", tmp_path / "shapes", tmp_path / "queries", tmp_path / "seeds")


def slip(path: Path, old: str, new: str) -> str:
    """Write another name in the first place where one stands; return that place as problems show it."""
    text = path.read_text(encoding="utf-8")
    before, found, after = re.split(rf"({re.escape(old)}(?![\w-]))", text, maxsplit=1)
    assert found == old
    path.write_text(before + new + after, encoding="utf-8")
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_every_name_in_the_product_is_declared() -> None:
    """Nothing undeclared stands in the product."""
    assert [str(problem) for problem in undeclared_names(resources())] == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("shapes/finding.ttl", "sh:nodeKind", "sh:nodeType"),
        ("shapes/finding.ttl", "cg:dose", "cg:doze"),
        ("shapes/study.ttl", "cg:StudyShape-design", "cg:StudyShape-dsign"),
        ("shapes/cohort.ttl", "xsd:decimal", "xsd:decimel"),
        ("shapes/ledger.ttl", "cg:unchanged", "cg:unchangd"),
        ("shapes/integrity.ttl", "prism:doi", "prism:doj"),
        ("queries/treatments.rq", "cg:derivedLevel", "cg:derivedLvel"),
        ("queries/lookup.rq", "skos:closeMatch", "skos:closMatch"),
        ("queries/harms.rq", "cg:Treatment", "cg:Treatmnt"),
        ("ontology/rules/40-level-by-design.rq", "cg:earnsLevel", "cg:earnLevel"),
        ("queries/trace/source.rq", "cg:readIn", "cg:readin"),
        ("ontology/conditions.ttl", "oboInOwl:hasExactSynonym", "oboInOwl:hasExactSynonim"),
        ("ontology/scales.ttl", "skos:inScheme", "skos:inSchema"),
        ("ontology/calcigraph.ttl", "cg:Treatment", "cg:Treatmnt"),
        ("ontology/drugs.ttl", "cg:hasTarget", "cg:hasTargt"),
        ("ontology/hierarchy.ttl", "rdfs:subClassOf", "rdfs:subclassOf"),
        ("ontology/context.jsonld", "cg:firstAuthor", "cg:firstAutor"),
        ("ontology/context.jsonld", "cg:Diltiazem", "cg:Dilitazem"),
        ("ontology/context.jsonld", "xsd:gYear", "xsd:gyear"),
    ],
)
def test_a_slip_is_found(product: Resources, file: str, old: str, new: str) -> None:
    """A slip is found in its file, at its line and column."""
    at = slip(product.ontology.parent / file, old, new)
    problems = {f"{p.file}:{p.line}:{p.column}": p.message.split(" Nearest")[0] for p in undeclared_names(product)}
    assert problems[f"{file}:{at}"] == f"No vocabulary declares {new}."


def test_what_was_meant_is_named(product: Resources) -> None:
    """The nearest names of the same vocabulary stand in the message."""
    slip(product.ontology / "context.jsonld", "cg:firstAuthor", "cg:firstAutor")
    (problem,) = undeclared_names(product)
    assert "Nearest: firstAuthor" in problem.message


def test_a_class_without_a_declaration_is_found_wherever_it_stands(product: Resources) -> None:
    """What loses its type is found in the ontology itself and in all that speaks of it."""
    slip(product.ontology / "drugs.ttl", "cg:Diltiazem\n    a owl:Class ;", "cg:Diltiazem\n")
    problems = undeclared_names(product)
    assert {problem.message.split()[3] for problem in problems} == {"cg:Diltiazem."}
    assert {"ontology/context.jsonld", "ontology/drugs.ttl"} <= {problem.file for problem in problems}


def test_a_prefix_that_leads_elsewhere_is_found(product: Resources) -> None:
    """Names under a wrong namespace are not declared, however well they are spelt."""
    slip(
        product.queries / "claims.rq",
        "<http://www.w3.org/2000/01/rdf-schema#>",
        "<http://www.w3.org/2000/01/rdfschema#>",
    )
    assert "No vocabulary declares rdfs:label." in [problem.message for problem in undeclared_names(product)]


def test_a_prefix_of_a_constraint_that_leads_elsewhere_is_found(product: Resources) -> None:
    """A constraint's own prefixes count, and not those of the file around it."""
    slip(product.shapes / "ledger.ttl", '"https://w3id.org/calcigraph/ontology#"', '"https://w3id.org/calcigraph#"')
    found = {problem.message for problem in undeclared_names(product)}
    assert any("https://w3id.org/calcigraph#" in message for message in found)


def test_a_prefix_that_is_not_bound_is_found(product: Resources) -> None:
    """A name under a prefix that the context does not bind is found as it stands."""
    slip(product.ontology / "context.jsonld", '"cito:cites"', '"cite:cites"')
    assert [problem.message for problem in undeclared_names(product)] == ["No vocabulary declares cite:cites."]


def test_comments_texts_and_addresses_are_no_names(product: Resources) -> None:
    """What stands in a comment or in a text is not used, and a record's address is data."""
    question = product.queries / "claims.rq"
    question.write_text(
        question.read_text(encoding="utf-8")
        + "\n# cg:nothing and cg:nothing\n"
        + """VALUES (?a ?b) { ("cg:nothing # \\" cg:nothing" <https://w3id.org/calcigraph/study/balin-2012>) }\n""",
        encoding="utf-8",
    )
    assert undeclared_names(product) == []


def test_a_w3c_name_is_not_declared_by_using_it(product: Resources) -> None:
    """The ontology cannot add a term to a vocabulary of the W3C."""
    slip(product.ontology / "calcigraph.ttl", "skos:notation\n", "skos:notatoin\n")
    assert "http://www.w3.org/2004/02/skos/core#notatoin" not in declared_names(product)
    assert [problem.message.split(" Nearest")[0] for problem in undeclared_names(product)] == [
        "No vocabulary declares skos:notatoin."
    ]
