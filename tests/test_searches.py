"""The log of searches: what was looked for, when and with which words; a search that found nothing is a fact too."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from calcigraph.names.vocabulary import TERMS, load_vocabulary
from calcigraph.resources import record_files, resources

PRODUCT = resources()
with (PRODUCT.seeds / "searches.tsv").open(encoding="utf-8", newline="") as log:
    ROWS = list(csv.DictReader(log, delimiter="\t"))
LABELS = load_vocabulary(PRODUCT.ontology_files())
RECORDS = {path.stem for path in record_files(PRODUCT.seeds)}


@pytest.mark.parametrize(("column", "root"), [("treatment", "Treatment"), ("condition", "Condition")])
def test_each_search_names_terms_by_their_labels(column: str, root: str) -> None:
    """What was searched for is said in the ontology's own labels."""
    labels = {LABELS.labels[term] for term in LABELS.members[TERMS + root]}
    named = {name for row in ROWS for name in row[column].split("; ")}
    assert named <= labels


def test_each_search_has_its_words_and_day() -> None:
    """A search can be repeated: its words, where it looked and when are there."""
    for row in ROWS:
        assert row["words"]
        assert row["where"]
        assert date.fromisoformat(row["searched_on"])


def test_what_was_found_is_recorded() -> None:
    """A record that a search found exists."""
    found = {name.partition("/")[2] for row in ROWS for name in row["found"].split("; ") if name}
    assert found <= RECORDS


def test_searches_that_found_nothing_are_kept() -> None:
    """The log is not only of successes."""
    assert any(not row["found"] for row in ROWS)
