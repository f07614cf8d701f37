"""Two readers of one source: their extractions side by side, how far they agree, and what is open until settled."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import calcigraph
from calcigraph.synthesis.agreement import agreement, pooled

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[..., Path]

TINY = Path(__file__).parent / "worlds" / "tiny"
ALPHA = (TINY / "studies" / "alpha-2001.yaml").read_text(encoding="utf-8")
SETTLED = """
resolved:
- field: findings/minocycline/improved
  kept: first
  by: Both readers
  on: 2026-01-03
  because: The table counts a patient twice.
"""


def run(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    command = [sys.executable, "-m", "calcigraph", *words]
    there = os.environ | {"CALCIGRAPH_HOME": str(home)}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=there)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a maker of a small world in which alpha-2001 was read twice, with these changes by the second reader."""

    def make(*changes: tuple[str, str], status: str = "curated", more: str = "") -> Path:
        seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
        second = ALPHA.replace("curated_by: Calcigraph tests", "curated_by: Another reader")
        for old, new in changes:
            assert old in second
            second = second.replace(old, new)
        folder = seeds / "extractions" / "studies"
        folder.mkdir(parents=True)
        (folder / "alpha-2001.yaml").write_text(second + more, encoding="utf-8")
        record = seeds / "studies" / "alpha-2001.yaml"
        if status == "reviewed":
            more = "\n  reviewed_by: Another reader\n  reviewed_on: 2026-01-02"
            record.write_text(
                ALPHA.replace("status: curated", "status: reviewed").rstrip("\n") + more + "\n", encoding="utf-8"
            )
        return seeds

    return make


def test_who_read_the_same_agrees(read: Read, tmp_path: Path) -> None:
    """Nothing is open, and the exit code is 0; synonyms of one term are the same."""
    seeds = read(("limited cutaneous systemic sclerosis", "lcSSc"))
    ran = run("agree", "--seeds", str(seeds), home=tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert "0 differences open" in ran.stderr


def test_each_difference_has_both_places(read: Read, tmp_path: Path) -> None:
    """A number, a term, and a part that one reader has alone, each with the lines of both files."""
    seeds = read(
        ("improved: 8", "improved: 7"),
        ("direction: benefit", "direction: mixed"),
        ("      darkening:\n        event: skin hyperpigmentation\n", "      rash:\n        event: rash\n"),
    )
    ran = run("agree", "--format", "csv", "--seeds", str(seeds), home=tmp_path)
    assert ran.returncode == 1
    rows = {row["field"]: row for row in csv.DictReader(io.StringIO(ran.stdout))}
    line = next(number for number, text in enumerate(ALPHA.splitlines(), 1) if "improved: 8" in text)
    improved = rows["findings/minocycline/improved"]
    assert (improved["first"], improved["second"], improved["settled"]) == ("8", "7", "open")
    assert improved["first at"] == f"seeds/studies/alpha-2001.yaml:{line}"
    assert improved["second at"] == f"seeds/extractions/studies/alpha-2001.yaml:{line}"
    assert rows["findings/minocycline/direction"]["second"] == "mixed"
    assert rows["findings/minocycline/harms/darkening"]["second"] == "(not given)"
    assert rows["findings/minocycline/harms/rash"]["first"] == "(not given)"


def test_parts_are_matched_by_what_they_are_about(read: Read, tmp_path: Path) -> None:
    """A finding that the other reader called otherwise is the same if treatment and condition are."""
    seeds = read(("  minocycline:\n", "  low-dose:\n"))
    ran = run("agree", "--seeds", str(seeds), home=tmp_path)
    assert ran.returncode == 0, ran.stdout


def test_free_words_are_shown_and_count_for_nothing(read: Read, tmp_path: Path) -> None:
    """Nobody writes the same sentence twice."""
    seeds = read(("A series for the tests", "A series of tests"))
    ran = run("agree", "--format", "csv", "--seeds", str(seeds), home=tmp_path)
    assert ran.returncode == 0
    [row] = csv.DictReader(io.StringIO(ran.stdout))
    assert (row["field"], row["kind"], row["settled"]) == ("title", "words", "")


def test_an_open_difference_keeps_a_record_from_being_reviewed(read: Read, tmp_path: Path) -> None:
    """It is a violation at the record's line, until it is settled by someone, for a reason."""
    seeds = read(("improved: 8", "improved: 7"), status="reviewed")
    ran = run("validate", "--seeds", str(seeds), home=tmp_path)
    assert ran.returncode == 1
    line = next(number for number, text in enumerate(ALPHA.splitlines(), 1) if "improved: 8" in text)
    assert (
        f"seeds/studies/alpha-2001.yaml:{line}:5: violation: findings/minocycline/improved is '8' here and '7'"
        in ran.stdout
    )
    with (seeds / "extractions" / "studies" / "alpha-2001.yaml").open("a", encoding="utf-8") as file:
        file.write(SETTLED)
    assert run("validate", "--seeds", str(seeds), home=tmp_path).returncode == 0
    told = json.loads(run("agree", "--format", "json", "--seeds", str(seeds), home=tmp_path).stdout)
    assert told["differences"][0]["settled"] == (
        "first kept by Both readers on 2026-01-03: The table counts a patient twice."
    )


def test_a_curated_record_may_have_open_differences(read: Read, tmp_path: Path) -> None:
    """Only what is said to be reviewed must be settled."""
    seeds = read(("improved: 8", "improved: 7"))
    assert run("validate", "--seeds", str(seeds), home=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("changes", "more", "says"),
    [
        ((), SETTLED, "There is no difference in 'findings/minocycline/improved'"),
        ((), "resolved:\n- field: title\n", "this one lacks kept, by, on, because"),
        ((("Another reader", "Calcigraph tests"),), "", "'Calcigraph tests' made the record too"),
        ((("  curated_by: Another reader\n", ""),), "", "A second extraction says who made it"),
        ((("findings:", "findings: ["),), "", "The YAML is broken here"),
    ],
)
def test_a_wrong_extraction_is_told(
    read: Read, tmp_path: Path, changes: tuple[tuple[str, str], ...], more: str, says: str
) -> None:
    """Who made it, and what is settled, must be there and fit."""
    seeds = read(*changes, more=more)
    for command in ("validate", "agree"):
        ran = run(command, "--seeds", str(seeds), home=tmp_path)
        assert ran.returncode == 1
        assert says in ran.stdout + ran.stderr, command
        assert "seeds/extractions/studies/alpha-2001.yaml:" in ran.stdout + ran.stderr


def test_an_extraction_without_its_record_is_told(read: Read, tmp_path: Path) -> None:
    """It is a second reading of nothing, and the nearest record is named."""
    seeds = read()
    folder = seeds / "extractions" / "studies"
    (folder / "alpha-2001.yaml").rename(folder / "alfa-2001.yaml")
    ran = run("validate", "--seeds", str(seeds), home=tmp_path)
    assert "No record has the name alfa-2001" in ran.stdout
    assert "Nearest: alpha-2001" in ran.stdout


def test_a_second_extraction_is_no_evidence(read: Read, shared_home: Path, tiny: calcigraph.Evidence) -> None:
    """The graph is the one without it."""
    evidence = calcigraph.open(seeds=read(("improved: 8", "improved: 7")), home=shared_home)
    assert evidence.changes_since(tiny) == []


def test_kappa_is_that_of_the_textbook() -> None:
    """The example of a table of 50 decisions, of which chance explains half: kappa is 0.4."""
    decisions = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    found = agreement(decisions)
    assert (found.decisions, found.agreeing) == (50, 35)
    assert found.kappa == pytest.approx(0.4)
    assert pooled([decisions]).kappa == pytest.approx(0.4)


def test_kappa_is_not_defined_where_there_was_nothing_to_choose() -> None:
    """Readers who both chose one value throughout agree, and chance would have them agree too."""
    found = agreement([("benefit", "benefit")] * 3)
    assert (found.share, found.kappa) == (1.0, None)
    assert pooled([[("a", "a")], [("b", "b")]]).kappa is None


def test_agreement_is_told_per_field_and_for_all(read: Read, tmp_path: Path) -> None:
    """Each field has its decisions, its share and, where its values have names, its kappa."""
    seeds = read(("direction: benefit", "direction: mixed"))
    told = json.loads(run("agree", "--format", "json", "--seeds", str(seeds), home=tmp_path).stdout)
    by = {row["field"]: row for row in told["agreement"]}
    assert (by["direction"]["percent"], by["direction"]["kappa"]) == ("0 %", "0.00")
    assert (by["patients"]["percent"], by["patients"]["kappa"]) == ("100 %", "not defined")
    assert int(by["all"]["decisions"]) == sum(int(row["decisions"]) for row in told["agreement"]) / 2
