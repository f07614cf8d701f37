"""`calcigraph export`: formats are listed, written whole or not at all, and mistakes are answered with what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from calcigraph.errors import BadFolder, UnknownName
from calcigraph.exchange.formats import find_format
from calcigraph.exchange.output import to_folder

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph import Evidence


def run(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, on the small world."""
    return subprocess.run(
        [sys.executable, "-m", "calcigraph", "export", *map(str, arguments)],
        env=os.environ | {"CALCIGRAPH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_stream_goes_to_standard_output(tiny: Evidence, shared_home: Path) -> None:
    """A format that is one file is written to standard output, and nothing else is."""
    ran = run("ntriples", "--treatment", "minocycline", "--seeds", tiny.product.seeds, home=shared_home)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert all(line.endswith(" .") for line in ran.stdout.splitlines())


def test_losses_stand_beside_the_file(tiny: Evidence, shared_home: Path, tmp_path: Path) -> None:
    """What the syntax cannot carry is counted in a file beside the export, and `--losses` says the same."""
    asked = ("--treatment", "minocycline", "--seeds", tiny.product.seeds)
    ran = run("turtle", *asked, "-o", tmp_path / "it.ttl", home=shared_home)
    assert (ran.returncode, ran.stdout) == (0, f"{tmp_path / 'it.ttl'}\n")
    beside = (tmp_path / "it.ttl.losses.json").read_text(encoding="utf-8")
    (lost,) = json.loads(beside)["lost"]
    assert (lost["what"], lost["count"]) == (
        "named graph",
        len(run("nquads", *asked, home=shared_home).stdout.splitlines()),
    )
    assert run("turtle", *asked, "--losses", home=shared_home).stdout == beside


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["turtel"], "No export format is called 'turtel'. Nearest: turtle"),
        ([], "Name a format"),
        (["turtle", "-o", "/no/such/folder/it.ttl"], "There is no folder /no/such/folder"),
        (["turtle", "--treatment", "minocyclin"], "Nearest: minocycline"),
    ],
)
def test_a_mistake_is_answered(arguments: list[str], says: str, tiny: Evidence, shared_home: Path) -> None:
    """A wrong name or place is answered with what is right, with exit code 2 and no traceback."""
    ran = run(*arguments, "--seeds", tiny.product.seeds, home=shared_home)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_export_can_be_of_an_earlier_day(tiny: Evidence, shared_home: Path, tmp_path: Path) -> None:
    """With --as-of only what was published by then is exported, and the file beside it says so."""
    file = tmp_path / "it.ris"
    ran = run("ris", "--as-of", "2001", "--seeds", tiny.product.seeds, "-o", file, home=shared_home)
    assert ran.returncode == 0, ran.stderr
    assert "ID  - alpha-2001" in file.read_text(encoding="utf-8")
    assert "ID  - beta-2002" not in file.read_text(encoding="utf-8")
    assert json.loads((tmp_path / "it.ris.losses.json").read_text(encoding="utf-8"))["as_of"].startswith("2001")


def test_a_format_is_found_by_its_name_alone() -> None:
    """An unknown format is answered with the nearest."""
    with pytest.raises(UnknownName, match="Nearest: ntriples"):
        find_format("ntriple")


def test_a_full_disk_leaves_nothing_behind(tiny: Evidence, shared_home: Path, tmp_path: Path) -> None:
    """An export that the disk refuses leaves what was there, and nothing half-written."""
    target = tmp_path / "it.nq"
    target.write_text("before", encoding="utf-8")
    script = f"ulimit -f 8; {sys.executable} -m calcigraph export nquads --seeds {tiny.product.seeds} -o {target}"
    ran = subprocess.run(
        ["bash", "-c", script],
        env=os.environ | {"CALCIGRAPH_HOME": str(shared_home), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"Error: The export could not be written to {target}: File too large." in ran.stderr
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("it.nq", "before")]


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    """An export never takes the place of files that it did not write."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadFolder, match="holds other files"):
        to_folder([], tmp_path)
    assert (tmp_path / "mine.txt").is_file()
