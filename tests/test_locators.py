"""Locators: where in the source a number stands, in a record and in its trace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import calcigraph

if TYPE_CHECKING:
    from collections.abc import Callable

TINY = Path(__file__).parent / "worlds" / "tiny"
LOCATED = """located:
  counts:
    in: minocycline
    of: [patients, improved]
    page: 268
    table: 2
  reach:
    of: patients enrolled
    section: Methods
"""


@pytest.fixture
def located(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of a small world in which alpha-2001 says where its numbers stand, with one change."""

    def make(old: str = "", new: str = "") -> Path:
        seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
        record = seeds / "studies" / "alpha-2001.yaml"
        assert old in LOCATED
        text = record.read_text(encoding="utf-8").replace("readings:", LOCATED.replace(old, new) + "readings:")
        record.write_text(text, encoding="utf-8")
        return seeds

    return make


def validated(seeds: Path) -> subprocess.CompletedProcess[str]:
    """Validate the records of a folder."""
    command = [sys.executable, "-m", "calcigraph", "validate", "--seeds", str(seeds)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=os.environ)


def test_a_trace_leads_to_the_page_and_the_table(located: Callable[..., Path], shared_home: Path) -> None:
    """Each number of a finding that has a locator says where it stands."""
    trace = calcigraph.open(seeds=located(), home=shared_home).why("study/alpha-2001#minocycline")
    told = [one.value for one in trace.stated if one.property == "stands in the source"]
    assert told == ["improved, page 268, table 2", "patients, page 268, table 2"]


def test_locators_are_sound_records(located: Callable[..., Path]) -> None:
    """A record with locators passes."""
    ran = validated(located())
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("improved]", "worse]", 29, "This number is not given in the part that in names"),
        ("in: minocycline", "in: warfarin", 29, "correct of, or in"),
        ("    section: Methods\n", "", 32, "A locator says where"),
        ("[patients, improved]", "[patients, complete]", 29, "Nearest: 'complete response'"),
        ("page: 268", "pge: 268", 30, "Nearest: page"),
    ],
)
def test_a_slip_is_told_at_its_line(located: Callable[..., Path], old: str, new: str, line: int, says: str) -> None:
    """A number or a part that is not there, no place, a wrong name: each at the line where it stands."""
    ran = validated(located(old, new))
    assert ran.returncode == 1
    assert says in ran.stdout
    assert f"alpha-2001.yaml:{line}:" in ran.stdout, ran.stdout
