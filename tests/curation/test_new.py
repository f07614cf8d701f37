"""`calcigraph new` with answers from a pipe: what is answered stands in the record, the rest says FILL."""

from __future__ import annotations

import subprocess
import sys

import yaml

from calcigraph.resources import resources


def _run(kind: str, *answers: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "calcigraph", "new", kind, "--by", "A reader"]
    return subprocess.run(command, input="\n".join([*answers, *[""] * 40]), capture_output=True, text=True, check=False)


def test_answers_stand_in_the_record_and_a_wrong_name_is_asked_again() -> None:
    """A name that the key does not take is answered with the nearest; empty answers become FILL."""
    seed = yaml.safe_load((resources().seeds / "studies" / "badawi-iv-sts.yaml").read_text(encoding="utf-8"))
    ran = _run("study", seed["title"], "; ".join(seed["authors"]), "2020", "", "", "", "journal article", "case repor",
               "case report", "judged by curator", "1", "sodium thiosulfate")  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    record = yaml.safe_load(ran.stdout)
    assert (record["id"], record["title"], record["authors"]) == ("study/badawi-2020", seed["title"], seed["authors"])
    assert (record["design"], record["enrolled"]) == ("case report", 1)
    assert record["findings"]["first"]["treatment"] == "sodium thiosulfate"
    assert record["findings"]["first"]["condition"] == "FILL"
    assert record["curation"]["curated_by"] == "A reader"
    assert "'case repor' is no value of design. Nearest: case report" in ran.stderr
    assert "study/badawi-iv-sts: its title is 100 % the same" in ran.stderr


def test_a_trial_that_is_there_is_refused() -> None:
    """The number leads to the record, exit code 1; without a number there is nothing to know a trial by."""
    there = _run("trial", "Any", "NCT03267277")
    assert (there.returncode, there.stdout) == (1, "")
    assert "trial/NCT03267277" in there.stderr
    assert _run("trial", "Any").returncode == 2


def test_a_cohort_gets_an_observation() -> None:
    """Each kind of record gets its own first part."""
    record = yaml.safe_load(_run("cohort", "A title that no record has", "Nobody N", "2001").stdout)
    assert record["id"] == "cohort/nobody-2001"
    assert "first" in record["observations"]
