"""The keys of records: the shapes ask for those that are needed, and for the form that the context gives them."""

from __future__ import annotations

import pytest
from rdflib import SH, Graph, URIRef

from calcigraph.records.context import Field, FieldKind, load_context
from calcigraph.resources import resources

PRODUCT = resources()
CONTEXT = load_context(PRODUCT.context)
RULES = Graph()
for shape_file in PRODUCT.shape_files():
    RULES.parse(shape_file)

NEEDED = {
    "Study": "curation design design_basis readings title",
    "Review": "curation readings title",
    "Cohort": "curation readings title",
    "RegisteredTrial": "condition curation readings registry_id title treatment trial_status",
    "Finding": "condition direction direction_basis harms_reporting outcome purpose treatment",
    "Harm": "event",
    "Claim": "condition kind stance statement treatment",
    "Estimate": "quantity",
    "Observation": "condition kind statement",
    "LiteratureSearch": "",
    "Reading": "part",
    "Locator": "of",
    "Curation": "curated_by curated_on status",
}
PUBLICATION = (
    "authors cites claims country covers findings located may_overlap observations overlaps patients_within readings"
    " same_work_as scope_note similar_to"
)
SEVERAL = {
    "Study": PUBLICATION,
    "Review": f"{PUBLICATION} includes possibly_includes",
    "Cohort": PUBLICATION,
    "RegisteredTrial": "comparator condition country located may_overlap outcome overlaps patients_within phenotype"
    " primary_outcome readings"
    " results_published route same_work_as sponsor treatment",
    "Finding": "comparator concomitant condition estimates harms outcome phenotype read_in route",
    "Harm": "read_in",
    "Claim": "comparator condition estimates outcome phenotype read_in route treatment",
    "Estimate": "read_in",
    "Observation": "classification condition estimates factor phenotype read_in",
    "LiteratureSearch": "databases",
    "Reading": "account_of url",
    "Locator": "of read_in",
    "Curation": "left_out notes",
}


def rules(name: str) -> dict[str, URIRef]:
    """Return the property shapes of a class by the keys of records that they are about."""
    shape = URIRef(CONTEXT.expand(f"cg:{name}Shape"))
    found = {str(RULES.value(rule, SH.path)): URIRef(str(rule)) for rule in RULES.objects(shape, SH.property)}
    return {CONTEXT.by_iri[path].key: rule for path, rule in found.items()}


def form(known: Field) -> tuple[str, str]:
    """Return the datatype and the kind of node that the context gives to the values of a key."""
    return (known.datatype, "") if known.kind is FieldKind.LITERAL else ("", str(SH.IRI))


def test_every_closed_shape_is_in_the_tables() -> None:
    """No class of which the keys are limited is missing here."""
    closed = {str(shape).rpartition("#")[2].removesuffix("Shape") for shape in RULES.subjects(SH.closed)}
    assert closed == set(NEEDED) == set(SEVERAL)


def test_every_key_belongs_somewhere() -> None:
    """Each key of the record context is allowed in some class."""
    assert {key for name in NEEDED for key in rules(name)} == set(CONTEXT.fields)


@pytest.mark.parametrize("name", NEEDED)
def test_values_have_the_form_that_the_context_gives_them(name: str) -> None:
    """A shape asks for the datatype, or for the name, that a record's value becomes by the context."""
    asked = {
        key: (f"{RULES.value(rule, SH.datatype) or ''}", f"{RULES.value(rule, SH.nodeKind) or ''}")
        for key, rule in rules(name).items()
    }
    assert asked == {key: form(CONTEXT.fields[key]) for key in asked}


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_needed_is_asked_for(name: str) -> None:
    """A shape asks for the keys without which the record says nothing, and for no others."""
    needed = {key for key, rule in rules(name).items() if RULES.value(rule, SH.minCount)}
    assert needed == set(NEEDED[name].split())


@pytest.mark.parametrize("name", SEVERAL)
def test_what_may_have_several_values_may(name: str) -> None:
    """A shape allows several values for what can be several, and one for everything else."""
    several = {key for key, rule in rules(name).items() if RULES.value(rule, SH.maxCount) is None}
    assert several == set(SEVERAL[name].split())
    assert {int(str(limit)) for limit in RULES.objects(None, SH.maxCount)} == {1}
