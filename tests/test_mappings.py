"""The mappings: SSSOM 1.1 with its metadata, licensed, unambiguous, in the graph, and each of them a way to ask."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from calcigraph.cli import ask
from calcigraph.errors import AmbiguousName, UnknownName
from calcigraph.graph.dataset import MAPPINGS, mapping_quads
from calcigraph.names.mappings import ALSO_WRITTEN, all_prefixes, expand, read_header, read_mappings
from calcigraph.names.vocabulary import INEXACT, TERMS, Match, Vocabulary, load_vocabulary
from calcigraph.resources import resources

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph import Evidence

FILE = resources().mappings
HEADER = read_header(FILE)
PREFIXES, ROWS = read_mappings(FILE)
NAMES = load_vocabulary(resources().ontology_files(), FILE)
SLOTS = {
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "object_source",
    "object_source_version",
    "comment",
}
"""The columns, all of which are slots of a mapping in SSSOM 1.1."""
JUSTIFICATIONS = {"semapv:ManualMappingCuration", "semapv:MappingChaining"}
UNLABELLED = {
    *("ATC", "CHEMBL", "DRUGBANK", "ICD10", "ICD10CM", "ICD11", "OCRE_SD", "SEVCO", "UMLS"),
    *("fevir", "icd11.foundation", "pico", "schema"),
}
"""Vocabularies whose labels may not be copied, may be only under the same licence, or under one that was not found."""
FORBIDDEN = {"SNOMEDCT", "SCTID", "SNOMED", "MedDRA", "MEDDRA"}
VOCABULARIES = [
    *("MONDO", "HP", "ORPHA", "DOID", "MESH", "CHEBI", "ATC", "RXCUI", "NCIT"),
    *("OBI", "ECO", "SEPIO", "STATO", "biolink", "fabio", "schema", "fhir"),
]
SSSOM = "https://w3id.org/sssom/"
OWL = "http://www.w3.org/2002/07/owl#"


def root_of(term: str) -> str | None:
    """Return a class above the term below which names are looked for."""
    return next((root for root, members in NAMES.members.items() if term in members and term != root), None)


def test_the_set_says_what_it_is() -> None:
    """Identifier, version, title, description, licence, SSSOM's version, date, creator and subject source are there."""
    assert HEADER["sssom_version"] == "1.1"
    assert HEADER["mapping_set_id"] == "https://w3id.org/calcigraph/mappings"
    assert HEADER["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", HEADER["mapping_date"])
    for slot in ("mapping_set_version", "mapping_set_title", "mapping_set_description", "creator_label"):
        assert HEADER[slot], slot
    assert expand(HEADER["subject_source"], PREFIXES) == TERMS.removesuffix("#")


def test_every_row_has_the_columns_of_the_standard() -> None:
    """No column is foreign to SSSOM, no row is short or long, and what is required is there."""
    for row in ROWS:
        assert set(row) == SLOTS
        assert None not in row.values(), row
        for slot in ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification", "comment"):
            assert row[slot].strip(), row


def test_every_prefix_is_declared_and_used() -> None:
    """Each compact identifier has its prefix in the header, and the header has no other."""
    columns = ("subject_id", "predicate_id", "object_id", "mapping_justification", "object_source")
    used = {row[column].partition(":")[0] for row in ROWS for column in columns if row[column]}
    assert used | {HEADER["subject_source"].partition(":")[0]} == set(PREFIXES)
    for iri in PREFIXES.values():
        assert re.fullmatch(r"https?://\S+", iri)


def test_predicates_are_of_skos_and_justifications_of_semapv() -> None:
    """A mapping is one of SKOS's five, for a reason of the vocabulary of mappings."""
    kinds = {"skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch"}
    assert {row["predicate_id"] for row in ROWS} == kinds
    assert {row["mapping_justification"] for row in ROWS} == JUSTIFICATIONS


def test_nothing_is_copied_where_the_licence_forbids_it() -> None:
    """No identifiers of SNOMED CT or MedDRA, and no labels of vocabularies that do not give them freely."""
    for row in ROWS:
        vocabulary = row["object_id"].partition(":")[0]
        assert vocabulary not in FORBIDDEN
        if vocabulary in UNLABELLED or vocabulary.startswith("fhir."):
            assert row["object_label"] == "", row
    assert not re.search("snomed|meddra", FILE.read_text(encoding="utf-8"), re.IGNORECASE)


def test_the_version_of_hpo_is_said() -> None:
    """HPO asks that its version be shown with its labels."""
    versions = {row["object_source_version"] for row in ROWS if row["object_id"].startswith("HP:")}
    assert versions
    assert all(re.search(r"\d{4}-\d\d-\d\d", version) for version in versions), versions


def test_an_exact_match_leads_to_one_term() -> None:
    """No identifier of others means two terms of ours exactly."""
    meant: dict[str, list[str]] = defaultdict(list)
    for row in ROWS:
        if row["predicate_id"] == "skos:exactMatch":
            meant[expand(row["object_id"], PREFIXES)].append(row["subject_id"])
    assert {iri: terms for iri, terms in meant.items() if len(terms) > 1} == {}


def test_each_mapping_is_in_the_graph(evidence: Evidence) -> None:
    """Each row is a plain statement, and a resource with subject, predicate, object, justification and comment."""
    quads = set(mapping_quads(FILE))
    statements = {(q.subject, q.predicate, q.object) for q in quads}
    subjects = {q.object: q.subject for q in quads if q.predicate.value == SSSOM + "mappings"}
    assert len(subjects) == len(ROWS)
    of: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(MAPPINGS):
            of[quad.subject.value][quad.predicate.value] = getattr(quad.object, "value", "")
    resourced = {
        tuple(
            properties[OWL + name] for name in ("annotatedSource", "annotatedProperty", "annotatedTarget")
        ): properties
        for properties in of.values()
    }
    assert len(of) == len(resourced) == len(ROWS)
    for row in ROWS:
        core = [expand(row[slot], PREFIXES) for slot in ("subject_id", "predicate_id", "object_id")]
        assert tuple(map(ox.NamedNode, core)) in statements
        said = resourced[core[0], core[1], core[2]]
        assert said[SSSOM + "mapping_justification"] == expand(row["mapping_justification"], PREFIXES)
        assert said["http://www.w3.org/2000/01/rdf-schema#comment"] == row["comment"]
        assert said.get(SSSOM + "object_label", "") == row["object_label"]
    for file in resources().mapping_files():
        whole = read_header(file)["mapping_set_id"]
        asked = evidence.endpoint.select(f"SELECT ?m {{ <{whole}> <{SSSOM}mappings> ?m . ?m a <{OWL}Axiom> }}")
        assert asked.count(MAPPINGS.encode()) == len(read_mappings(file)[1])


def test_a_mapping_keeps_its_address(tmp_path: Path) -> None:
    """What is said of a mapping may change, and no other row matters: the address is made of what is mapped."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    fields = lines[start + 1].split("\t")
    fields[-1] = "Read elsewhere."
    other = tmp_path / "other.sssom.tsv"
    other.write_text("\n".join([*lines[: start + 1], "\t".join(fields)]) + "\n", encoding="utf-8")
    (address,) = {q.subject for q in mapping_quads(other) if q.predicate.value == OWL + "annotatedSource"}
    kept = {q.subject for q in mapping_quads(FILE) if q.predicate.value == OWL + "annotatedSource"}
    assert address in kept
    assert not any(
        isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode) for q in mapping_quads(FILE)
    )


def best_of(vocabulary: str) -> dict[str, str]:
    """Return a row of a vocabulary, one that is not merely related, an exact one first, of a term below a root."""
    order = ["skos:exactMatch", *INEXACT]
    rows = [
        row
        for row in ROWS
        if row["object_id"].partition(":")[0] in (vocabulary, f"{vocabulary}.study-type")
        and row["predicate_id"] in order
        and root_of(expand(row["subject_id"], PREFIXES))
    ]
    return min(rows, key=lambda row: (order.index(row["predicate_id"]), ROWS.index(row)))


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_any_vocabulary_can_be_used_to_ask(vocabulary: str, evidence: Evidence) -> None:
    """An identifier of each leads to its term: compact, with the prefix in any case, whole, and in a lookup."""
    row = best_of(vocabulary)
    term = expand(row["subject_id"], PREFIXES)
    root = root_of(term)
    assert root is not None
    prefix, _, local = row["object_id"].partition(":")
    for form in (row["object_id"], f"{prefix.lower()}:{local}", f"{prefix.upper()}:{local}"):
        assert NAMES.find(form, root=root) == term
    assert NAMES.find(expand(row["object_id"], PREFIXES), root=root) == term
    found = {answer["found"]: answer["by"] for answer in evidence.ask("lookup", identifier=row["object_id"])}
    assert found[term] == row["predicate_id"].removeprefix("skos:")


@pytest.mark.parametrize(
    ("prefix", "other"), [(prefix, other) for prefix, others in ALSO_WRITTEN.items() for other in others]
)
def test_a_prefix_may_be_written_as_its_vocabulary_is_called(prefix: str, other: str) -> None:
    """ORDO and Orphanet are ORPHA, HPO is HP; none of these names is the prefix of another vocabulary."""
    assert all_prefixes(PREFIXES)[other] == PREFIXES[prefix]
    assert other not in PREFIXES
    assert NAMES.expansions(f"{other}:1") == [PREFIXES[prefix] + "1"]


def test_every_mapping_leads_to_its_term_or_to_a_choice() -> None:
    """Whatever is mapped and not merely related is found below its root, or the choices hold its term's label."""
    for row in ROWS:
        term = expand(row["subject_id"], PREFIXES)
        root = root_of(term)
        if root is None or row["predicate_id"] not in ("skos:exactMatch", *INEXACT):
            continue
        how = INEXACT.get(row["predicate_id"], "exact")
        ranks = ["exact", *INEXACT.values()]
        choices: tuple[str, ...] = ()
        closer = False
        try:
            match = NAMES.match(row["object_id"], root=root)
            choices, closer = (NAMES.labels[match.term],), ranks.index(match.how) < ranks.index(how)
        except AmbiguousName as error:
            choices = error.choices
        assert closer or NAMES.labels[term] in choices, row


@pytest.fixture
def fruit() -> Vocabulary:
    """Return a vocabulary with identifiers that mean terms exactly, nearly, and not at all."""
    return Vocabulary(
        labels={"a": "apple", "b": "pear", "c": "quince", "root": "fruit", "other": "pome"},
        prefixes={"F": "urn:fruit:"},
        names={"f:1": ["a"], "urn:fruit:1": ["a"]},
        members={"root": ["a", "b", "c"], "other": ["c"]},
        inexact={
            "urn:fruit:1": {"b": "close"},
            "urn:fruit:2": {"a": "broad", "b": "close", "c": "narrow"},
            "urn:fruit:3": {"a": "broad", "b": "broad", "c": "narrow"},
            "urn:fruit:4": {"a": "broad", "c": "broad"},
        },
    )


@pytest.mark.parametrize(
    ("name", "term", "how"), [("F:1", "a", "exact"), ("f:2", "b", "close"), ("urn:fruit:3", "c", "narrow")]
)
def test_the_closest_mapping_wins(fruit: Vocabulary, name: str, term: str, how: str) -> None:
    """Exact before close before narrower before broader."""
    assert fruit.match(name, root="root") == Match(term, how)


def test_terms_that_are_as_close_are_a_choice(fruit: Vocabulary) -> None:
    """Nothing is guessed among terms mapped alike; a root may decide."""
    with pytest.raises(AmbiguousName, match="write one of apple, quince"):
        fruit.find("F:4", root="root")
    assert fruit.match("F:4", root="other") == Match("c", "broad")


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("F:1", None),
        (" F:2 ", "F:2 is only a close match of pear."),
        ("F:3", "F:3 is narrower than quince, so the answer covers more."),
    ],
)
def test_who_asks_by_an_inexact_mapping_is_told(fruit: Vocabulary, name: str, remark: str | None) -> None:
    """How the name led to its term is said where it does not mean it exactly, and only there."""
    assert fruit.remark(name, root="root") == remark


def test_a_broader_identifier_is_said_to_be_broader(fruit: Vocabulary) -> None:
    """The answer to a broader question covers less than was asked."""
    assert fruit.remark("f:4", root="other") == "f:4 is broader than quince, so the answer covers less."


def test_what_is_merely_related_is_not_found() -> None:
    """A related mapping never leads to a term, unless another mapping of the same identifier does."""
    also = {row["object_id"] for row in ROWS if row["predicate_id"] != "skos:relatedMatch"}
    only = [row for row in ROWS if row["predicate_id"] == "skos:relatedMatch" and row["object_id"] not in also]
    roots = {row["object_id"]: root_of(expand(row["subject_id"], PREFIXES)) for row in only}
    assert any(roots.values())
    for identifier, root in roots.items():
        if root is not None:
            with pytest.raises(UnknownName):
                NAMES.find(identifier, root=root)


def test_the_command_line_says_so(shared_home: Path, evidence: Evidence) -> None:
    """A note on standard error says that an identifier is not exact; an exact one leaves it empty."""
    del evidence
    arguments = ["condition", "--home", str(shared_home), "--format", "csv", "--condition"]
    close = next(
        row["object_id"]
        for row in ROWS
        if row["predicate_id"] == "skos:closeMatch"
        and expand(row["subject_id"], PREFIXES) == TERMS + "LimitedCutaneousSystemicSclerosis"
    )
    told = CliRunner().invoke(ask.command, [*arguments, close])
    assert told.stderr == f"Note: {close} is only a close match of limited cutaneous systemic sclerosis.\n"
    plain = CliRunner().invoke(ask.command, [*arguments, "MONDO:0016358"])
    assert plain.stderr == ""
    assert plain.stdout == told.stdout != ""
