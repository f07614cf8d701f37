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


def test_every_answer_is_as_described(server: Served, tmp_path: Path) -> None:
    """No server error, no status, media type, header or body that is not described, and nothing wrong is accepted."""
    schemathesis = Path(sys.executable).with_name("schemathesis")
    command = [str(schemathesis), "run", server.address + "openapi.json", "--exclude-checks", _UNHEEDED]
    bounds = ["--max-examples", "2", "--seed", "1", "--workers", "2", "--generation-database", "none", "--no-color"]
    done = subprocess.run(
        [*command, *bounds], cwd=tmp_path, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    count = len(server.get("openapi.json").json()["paths"]) + 1
    assert f"Tested: {count}" in done.stdout, "the endpoint has two methods, every other path has one"
