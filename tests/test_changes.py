"""What changed between two states of the evidence, in the words of evidence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import calcigraph
from calcigraph.questions.changes import changes, to_markdown
from calcigraph.resources import resources

if TYPE_CHECKING:
    from calcigraph import Evidence
    from calcigraph.questions.changes import Changes

WORLD = Path(__file__).parent / "questions" / "audit" / "given"


@pytest.fixture(scope="module")
def now(shared_home: Path) -> Evidence:
    """Return the small world."""
    return calcigraph.open(seeds=WORLD, home=shared_home)


@pytest.fixture(scope="module")
def then(shared_home: Path) -> Evidence:
    """Return the small world as it was known at the end of 2010."""
    return calcigraph.open(seeds=WORLD, home=shared_home, as_of="2010")


@pytest.fixture(scope="module")
def forward(now: Evidence, then: Evidence) -> list[Changes]:
    """Return what changed since 2010."""
    return now.changes_since(then)


def listed(lists: list[Changes], section: str, kind: str) -> dict[str, tuple[str | None, str | None]]:
    """Return one list: what each change is about, with its state before and after."""
    return {
        change.about: (change.before, change.after)
        for one in lists
        if (one.section, one.kind) == (section, kind)
        for change in one.changes
    }


def test_new_findings_are_told_with_their_counts(forward: list[Changes]) -> None:
    """Who found it, on which treatment and condition, in which direction."""
    found = listed(forward, "findings", "appeared")
    about = "Eta E 2012: rituximab in juvenile dermatomyositis"
    assert found[about] == (None, "no effect, 9 patients")


def test_contradictions_that_appear_are_told_with_both_sides(forward: list[Changes]) -> None:
    """Two that disagree on one treatment and condition."""
    states = [after for _, after in listed(forward, "contradictions", "appeared").values()]
    assert any("Zeta Z 2006 (benefit) against" in str(state) for state in states)


def test_a_claim_that_turned_has_both_verdicts(forward: list[Changes]) -> None:
    """The verdict before and after, each with its reason."""
    turned = listed(forward, "claims", "changed")
    assert ("borne out: findings agree", "overtaken: later findings turn it") in turned.values()


def test_backward_what_appeared_is_gone(now: Evidence, then: Evidence, forward: list[Changes]) -> None:
    """The same rows the other way round, states exchanged."""
    backward = then.changes_since(now)
    for section in ("publications", "findings", "levels", "contradictions", "claims", "pools", "gaps"):
        for kind, other in (("appeared", "gone"), ("gone", "appeared"), ("changed", "changed")):
            there = listed(forward, section, kind)
            back = {about: (after, before) for about, (before, after) in listed(backward, section, other).items()}
            assert there == back


def test_the_same_evidence_has_no_changes(now: Evidence) -> None:
    """No list at all, and the forms say so."""
    assert now.changes_since(now) == []
    assert to_markdown([]) == "The evidence is the same.\n"


def test_an_edited_record_changes_its_finding_its_level_and_its_pool(now: Evidence, tmp_path: Path) -> None:
    """A curator sees what an edit does to the evidence."""
    folder = Path(shutil.copytree(WORLD, tmp_path / "seeds"))
    file = folder / "eta-2012.yaml"
    text = file.read_text(encoding="utf-8").replace("design: case series", "design: randomized controlled trial")
    file.write_text(text.replace("direction: no effect", "direction: benefit").replace("unchanged: 9", "improved: 9"))
    edited = calcigraph.open(seeds=folder, home=tmp_path / "home").changes_since(now)
    assert listed(edited, "findings", "changed") == {
        "Eta E 2012: rituximab in juvenile dermatomyositis": (
            "no effect, 9 patients",
            "benefit, 9 of 9 responded",
        )
    }
    assert len(listed(edited, "levels", "changed")) == 1
    assert listed(edited, "contradictions", "gone")


def test_a_query_without_its_headings_is_refused(now: Evidence, tmp_path: Path) -> None:
    """The message names the three lists."""
    query = tmp_path / "10-things.rq"
    query.write_text("#+ appeared: New things\nSELECT * WHERE { ?s ?p ?o }")
    with pytest.raises(ValueError, match="the header names the three lists"):
        changes(now.endpoint, now.endpoint, [query])


def test_every_section_changes_between_two_days_of_the_real_records(shared_home: Path, evidence: Evidence) -> None:
    """Each query finds something, so that none of them is empty for a slip."""
    old = calcigraph.open(home=shared_home, as_of="2018")
    sections = {path.stem.partition("-")[2] for path in resources().change_queries()}
    assert {one.section for one in evidence.changes_since(old)} == sections


def diff(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "calcigraph", "diff", *arguments],
        env=os.environ | {"CALCIGRAPH_HOME": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_compares_two_days(shared_home: Path, forward: list[Changes]) -> None:
    """Marks tell new from changed and gone; standard error has the totals."""
    ran = diff(shared_home, "2010", "now", "--seeds", str(WORLD))
    assert ran.returncode == 0
    assert "+ Eta E 2012: rituximab in juvenile dermatomyositis: no effect, 9 patients\n" in ran.stdout
    totals = "; ".join(f"{one.heading}: {len(one.changes)}" for one in forward)
    assert totals in ran.stderr


def test_the_command_compares_two_folders_of_records(shared_home: Path, tmp_path: Path) -> None:
    """As a registry does for a change before it is taken in."""
    folder = Path(shutil.copytree(WORLD, tmp_path / "seeds"))
    (folder / "eta-2012.yaml").unlink()
    ran = diff(shared_home, str(WORLD), str(folder), "--format", "json")
    assert ran.returncode == 0
    said = json.loads(ran.stdout)
    assert [row["key"] for row in said["publications"]["gone"]] == ["https://w3id.org/calcigraph/study/eta-2012"]


@pytest.mark.usefixtures("then")
def test_the_command_compares_builds_by_their_digest(shared_home: Path, now: Evidence) -> None:
    """The first characters are enough; a view has one of its own."""
    assert now.info is not None
    ran = diff(shared_home, f"{now.info.digest}-2010-12-31"[:40], now.info.digest)
    assert ran.returncode == 0
    assert "+ Eta E 2012: rituximab" in ran.stdout


@pytest.mark.usefixtures("now")
def test_an_unknown_digest_is_answered_with_those_that_are_there(shared_home: Path) -> None:
    """No traceback."""
    ran = diff(shared_home, "000000000000", "now")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "No build is called '000000000000'" in ran.stderr


def test_what_is_nothing_to_compare_is_wrong_use(shared_home: Path) -> None:
    """Neither a date nor a folder nor a digest."""
    ran = diff(shared_home, "last-year", "now", "--seeds", str(WORLD))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "'last-year' is no date" in ran.stderr


def test_markdown_is_ready_to_be_a_comment(forward: list[Changes]) -> None:
    """A heading with the number per list, a line per change, and nothing of a citation is taken for markup."""
    text = to_markdown(forward)
    for one in forward:
        assert f"### {one.heading} ({len(one.changes)})" in text
    assert text.count("\n- ") == sum(len(one.changes) for one in forward)
