"""A disk that is full: an error in one sentence, and nothing half-written under its final name."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from calcigraph import Evidence

TINY = Path(__file__).parents[1] / "worlds" / "tiny"
MOST = 512


def _small_files() -> None:
    """Let the process write no file of more than some bytes, which fails as a full disk does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, MOST))


def _run(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "calcigraph", *arguments]
    options: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **more}
    ran: subprocess.CompletedProcess[str] = subprocess.run(command, check=False, **options)
    return ran


@pytest.fixture
def place(tiny: Evidence, shared_home: Path) -> list[str]:
    """Return the options that name the small world, which is built already."""
    assert tiny.dump is not None
    return ["--seeds", str(TINY), "--home", str(shared_home)]


@pytest.mark.parametrize("form", ["nquads", "jsonld", "fhir", "graphml", "kgx", "parquet", "owl"])
def test_an_export_that_does_not_fit_leaves_what_was_there(place: list[str], tmp_path: Path, form: str) -> None:
    """The old export stays as it was, the new one is nowhere, and the error says why."""
    out = tmp_path / "out"
    assert _run("export", form, "-o", str(out), *place).returncode == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    ran = _run("export", form, "-o", str(out), *place, preexec_fn=_small_files)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"Error: The export could not be written to {out}: File too large.\n"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_release_that_does_not_fit_is_not_there(place: list[str], tmp_path: Path) -> None:
    """A release appears whole or not at all."""
    ran = _run("release", str(tmp_path / "release"), *place, preexec_fn=_small_files)
    assert ran.returncode == 1
    assert ran.stderr.startswith("Error: The export could not be written to ")
    assert list(tmp_path.iterdir()) == []


def test_an_import_that_does_not_fit_is_not_kept(tmp_path: Path) -> None:
    """An import is kept whole or not at all."""
    file = tmp_path / "big.ttl"
    file.write_text(f'<urn:a> <urn:b> "{"a" * 2 * MOST}" .', encoding="utf-8")
    ran = _run("import", str(file), "--home", str(tmp_path / "home"), preexec_fn=_small_files)
    assert ran.returncode == 1
    assert ran.stderr.startswith("Error: The import could not be kept in ")
    assert list((tmp_path / "home" / "imports").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, as Linux has it")
@pytest.mark.parametrize("asked", [["export", "turtle"], ["ask", "trials", "--format", "csv"]])
def test_standard_output_to_a_full_disk_is_told(place: list[str], asked: list[str]) -> None:
    """What standard output does not take is an error, not a traceback and not silence."""
    with Path(os.sep, "dev", "full").open("w") as full:
        ran = _run(*asked, *place, stdout=full)
    assert ran.returncode == 1
    assert ran.stderr.startswith("Error: The answer is cut off")
    assert len(ran.stderr.splitlines()) == 1
