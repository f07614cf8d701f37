"""Explaining a line: the rules that look at it, those that fail first."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from calcigraph.resources import record_files, resources


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Return a copy of a sound record."""
    [path] = [file for file in record_files(resources().seeds) if file.stem == "robertson-2003"]
    return Path(shutil.copy(path, tmp_path))


def explained(record: Path, text: str) -> tuple[int, list[str]]:
    """Return the exit code and the lines of the explanation of the line that begins with a text."""
    lines = record.read_text(encoding="utf-8").splitlines()
    [line] = [number for number, one in enumerate(lines, start=1) if one.strip().startswith(text)]
    command = [sys.executable, "-m", "calcigraph", "explain", f"{record}:{line}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not ran.stderr
    return ran.returncode, ran.stdout.splitlines()


def test_a_key_that_passes(record: Path) -> None:
    """At a key, the rules on that key pass, and each says what it asks for."""
    code, (head, *rules) = explained(record, "improved:")
    assert (code, head.split(";")[0]) == (0, "study/robertson-2003#minocycline: improved")
    assert any("FindingShape-improved" in rule for rule in rules)
    assert any("LedgerShape-sum" in rule for rule in rules)
    assert not any("FindingShape-treatment" in rule for rule in rules)
    assert all(rule.startswith("  passes") for rule in rules)


def test_a_key_that_fails(record: Path) -> None:
    """What fails comes first, with what was found."""
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("improved: 8", "improved: 10"), encoding="utf-8")
    code, (_, first, *_) = explained(record, "improved:")
    assert code == 1
    assert first == "  fails   LedgerShape-count: improved (10) is more than patients (9): correct one of them."


def test_a_part_that_fails_has_the_plan_of_the_engine(record: Path) -> None:
    """At a part, what must come is told with what it must be; at a key, only what is on that key."""
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.strip().startswith("direction: ")]
    record.write_text("".join(kept).replace("improved: 8", "improved: 10"), encoding="utf-8")
    code, told = explained(record, "minocycline:")
    assert code == 1
    assert told[-2:] == [
        "The engine's plan, in which ? is what the source says:",
        "  with direction: ? (a term or a record)",
    ]
    _, told = explained(record, "improved:")
    assert "  fails   LedgerShape-count" in told[1]
    assert not any("plan" in line for line in told)


def test_a_part_and_a_whole_record(record: Path) -> None:
    """At the name of a part all rules on the part are told, at the first line of the record those on its id."""
    code, (head, *rules) = explained(record, "darkening:")
    assert (code, head.split(";")[0]) == (0, "study/robertson-2003#minocycline-darkening: all of it")
    assert {"HarmShape-event", "HarmLedgerShape-affected"} <= {rule.split()[1].strip(",") for rule in rules}


def test_what_cannot_be_read(record: Path) -> None:
    """Where the form is wrong, that is the explanation."""
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("enrolled: 9", "enroled: 9"), encoding="utf-8")
    code, lines = explained(record, "doi:")
    assert code == 1
    assert "There is no key 'enroled'" in lines[1]
