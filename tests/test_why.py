"""Why: a derived statement leads to its rule, its inputs and the paper, from an address or a row of an answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import calcigraph
from calcigraph.errors import BadParameter, UnknownName
from calcigraph.questions.trace import Trace, row_nodes
from calcigraph.resources import resources

BASE = "https://w3id.org/calcigraph/"
WORLD = Path(__file__).parent / "questions" / "treatments" / "given"
NAMES = [path.stem for path in resources().question_files()]


@pytest.fixture(scope="module")
def world(shared_home: Path) -> calcigraph.Evidence:
    """Return a small world of records, some of which share patients."""
    return calcigraph.open(seeds=WORLD, home=shared_home)


def why(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `calcigraph why` as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "calcigraph", "why", *words],
        env=os.environ | {"CALCIGRAPH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def derivations(trace: Trace) -> dict[tuple[str, str], str]:
    """Return the reason for each derived statement of a trace that has one."""
    return {(one.property, one.value): one.because for one in trace.derived if one.because}


def test_a_level_is_traced_to_rule_design_and_paper(world: calcigraph.Evidence) -> None:
    """A finding's level has its rule, the study and the line of the table as inputs, and the source as end."""
    trace = world.why("study/alpha-2001#rituximab")
    (level,) = [one for one in trace.derived if one.value == "IV (modified Oxford CEBM)"]
    assert level.rule == "rule/level-by-design"
    assert BASE + "study/alpha-2001" in level.inputs
    assert {one.node.removeprefix(BASE) for one in trace.inputs} >= {
        "study/alpha-2001",
        "level-rule/CaseSeries/OxfordModified-IV",
    }
    assert trace.source is not None
    assert (trace.source.citation, trace.source.title) == ("Alpha A 2001", "Rituximab helps nobody")
    assert [reading.part for reading in trace.source.readings] == ["abstract"]


def test_counts_and_what_follows_from_them_are_told_apart(world: calcigraph.Evidence) -> None:
    """What the record states is stated; sums, shares and directions are derived, each with its reason."""
    trace = world.why("study/beta-2002#rituximab")
    assert ("complete response", "1") in {(one.property, one.value) for one in trace.stated}
    reasons = derivations(trace)
    assert reasons["responders", "3"] == "3 of 4 patients: 1 complete 0 partial 2 improved as the finding counts them."
    assert reasons["proportion", "75"].startswith("3 of 4 is 75 %, 95 % interval 30.1 to 95.4 %")
    assert ("derived direction", "benefit") in reasons


def test_shared_patients_are_traced_to_the_records_that_share_them(world: calcigraph.Evidence) -> None:
    """A group of records leads to each of its members, and ends although they name each other."""
    trace = world.why("study/eta-2007")
    groups = {one.property: one for one in trace.derived if one.because}
    assert set(groups["work group"].inputs) == {BASE + "study/eta-2007", BASE + "study/theta-2008"}
    assert {one.node for one in trace.inputs} >= {BASE + "study/theta-2008", BASE + "study/alpha-2001"}


def test_a_row_of_sums_is_traced_to_its_findings(world: calcigraph.Evidence) -> None:
    """A row that adds up findings leads to all of them."""
    answer = world.ask("treatments", condition="juvenile dermatomyositis", level="IV")
    row = [one["treatment_label"] for one in answer].index("rituximab") + 1
    assert {trace.node.removeprefix(BASE) for trace in world.why_row(answer, row)} == {
        "study/alpha-2001#rituximab",
        "study/beta-2002#rituximab",
        "review/iota-2009#rituximab",
    }


def test_a_part_stands_for_its_record(world: calcigraph.Evidence) -> None:
    """Where a row names a finding and its record, the finding is traced, and the record as its source."""
    answer = world.ask("treatment", treatment="diltiazem")
    assert all("#" in node for node in row_nodes(answer, 1))


@pytest.mark.parametrize("row", [0, 6, -1])
def test_a_row_that_is_not_there_is_refused(world: calcigraph.Evidence, row: int) -> None:
    """Rows count from 1 to as many as there are."""
    answer = world.ask("treatments", level="IV")
    with pytest.raises(BadParameter, match="5 rows"):
        world.why_row(answer, row)


def test_a_thing_that_is_not_there_is_answered_with_the_nearest(world: calcigraph.Evidence) -> None:
    """A slip in an address is named, with what it may have meant."""
    with pytest.raises(UnknownName, match=r"Nearest: .*study/alpha-2001#rituximab"):
        world.why("study/alpha-2001#rituximap")


@pytest.mark.parametrize("name", ["nonsense", "study/x y", "http://example.org/<x>", "study/a>"])
def test_what_is_no_address_is_refused(world: calcigraph.Evidence, name: str) -> None:
    """Text that is no address never enters a query."""
    with pytest.raises(UnknownName):
        world.why(name)


def test_the_command_prints_the_trace_down_to_the_paper(shared_home: Path) -> None:
    """Data goes to standard output: the row, what was counted, the rule with its reason, the paper and its address."""
    ran = why(shared_home, "treatments:1", "--condition", "JDM", "--level=IV")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Row 1 of" in ran.stdout
    assert "by rule/level-by-design: The study is a" in ran.stdout
    assert "read: abstract" in ran.stdout


def test_the_command_gives_json(shared_home: Path) -> None:
    """The same trace for a program."""
    ran = why(shared_home, "study/robertson-2003#minocycline", "--format", "json")
    (trace,) = json.loads(ran.stdout)
    assert trace["source"]["record"] == "study/robertson-2003"
    assert any(one["rule"] == "rule/level-by-design" and one["inputs"] for one in trace["derived"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["treatments:1", "--condtion", "JDM"], "It takes: condition"),
        (["treatments:1", "JDM"], "write --name value"),
        (["treatments:1", "--condition"], "write --name value"),
        (["treatments:5000"], "there is no row 5000"),
        (["treatmentz:1"], "treatmentz"),
        (["study/robertson-2003", "--condition", "JDM"], "parameters belong to a row"),
        (["study/robertson-2004"], "study/robertson-2003"),
    ],
)
def test_wrong_use_is_answered_in_a_sentence(shared_home: Path, words: list[str], said: str) -> None:
    """Exit code 2, and no traceback."""
    ran = why(shared_home, *words)
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
