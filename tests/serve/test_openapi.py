"""The API does what its description says: Schemathesis makes requests of it, right ones and wrong ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Served

_SECONDS = 180
_UNHEEDED = "positive_data_acceptance"
"""A name is any text by the description, and is refused if no term is called so: this check cannot know of that."""


_SAMPLE = "^/(sparql|questions|questions/(treatments|lookup|avoid))$"
"""The paths of which every bound is tried: those of the other questions are the same code with other names."""


def run(server: Served, folder: Path, *more: str) -> str:
    """Return what Schemathesis tells of a run in which it finds nothing."""
    schemathesis = Path(sys.executable).with_name("schemathesis")
    command = [str(schemathesis), "run", server.address + "openapi.json", "--exclude-checks", _UNHEEDED]
    bounds = ["--max-examples", "2", "--seed", "1", "--workers", "2", "--generation-database", "none", "--no-color"]
    done = subprocess.run(
        [*command, *bounds, *more], cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_every_answer_is_as_described(server: Served, tmp_path: Path) -> None:
    """No server error, no status, media type, header or body that is not described, and nothing wrong is accepted."""
    count = len(server.get("openapi.json").json()["paths"]) + 1
    told = run(server, tmp_path, "--phases", "examples,fuzzing")
    assert f"Tested: {count}" in told, "the endpoint has two methods, every other path has one"


def test_every_bound_is_kept(server: Served, tmp_path: Path) -> None:
    """Missing and doubled parameters, wrong methods and wrong media types are refused with what is described."""
    assert "Tested: 6" in run(server, tmp_path, "--phases", "coverage", "--include-path-regex", _SAMPLE)
