"""The OWL 2 DL profile, by OWL API's own checker.

OWL API and Java come from the system's packages. Where they are not installed these tests are skipped, but never in CI.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from calcigraph.reasoning.profile import available, dl_violations
from calcigraph.resources import resources

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not available() and not os.environ.get("CI"), reason="OWL API is not installed: apt-get install libowlapi-java"
)
ONTOLOGY = resources().ontology_files()
PREFIXES = """
@prefix cg: <https://w3id.org/calcigraph/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def test_the_ontology_is_owl_2_dl() -> None:
    """OWL API finds no violation in the ontology as a whole."""
    assert dl_violations(ONTOLOGY) == []


BROKEN = [
    ("cg:Finding rdfs:subClassOf cg:Undeclared .", "Use of undeclared class", "#Undeclared"),
    ("cg:patients a owl:ObjectProperty .", "Cannot pun between properties", "#patients"),
    (
        (
            "cg:Finding rdfs:subClassOf [ a owl:Restriction ; owl:onProperty cg:patientsWithin ;"
            ' owl:maxCardinality "1"^^xsd:nonNegativeInteger ] .'
        ),
        "Use of non-simple property",
        "#patientsWithin",
    ),
    ("cg:age a owl:DatatypeProperty ; rdfs:range cg:years .", "Cannot pun between properties", "#years"),
]
"""What breaks OWL 2 DL, what is said of it, and the axiom in which it stands."""


def test_every_violation_is_found(tmp_path: Path) -> None:
    """What breaks OWL 2 DL is named, in words, with the axiom in which it stands."""
    (tmp_path / "more.ttl").write_text(PREFIXES + "\n".join(turtle for turtle, _, _ in BROKEN), encoding="utf-8")
    violations = dl_violations([*ONTOLOGY, tmp_path / "more.ttl"])
    unsaid = [turtle for turtle, said, about in BROKEN if not any(said in one and about in one for one in violations)]
    assert not unsaid, violations
