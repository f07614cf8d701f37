"""A few seconds of the fuzzing that `validator.py` does for as long as one likes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("atheris", reason="the extra fuzz is not installed")

PROGRAM = Path(__file__).with_name("validator.py")
SECONDS = 4


@pytest.mark.parametrize("kind", ["record", "rdf"])
def test_no_input_breaks_the_validator(tmp_path: Path, kind: str) -> None:
    """No crash, no input that takes ten seconds, no gigabyte of memory; and inputs do reach new code."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    command = [sys.executable, str(PROGRAM), kind, str(corpus), f"-max_total_time={SECONDS}"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert re.search(r"\bNEW\s+cov: \d{2}", ran.stderr)
