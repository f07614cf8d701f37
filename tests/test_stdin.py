"""Standard input: a record or RDF is told apart, checked as its file would be, and told at its own lines."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calcigraph.cli import cli
from calcigraph.cli.given import Given
from calcigraph.cli.talk import ended

if TYPE_CHECKING:
    from collections.abc import Callable

    Told = Callable[..., tuple[int, list[str], str]]

TINY = Path(__file__).parent / "worlds" / "tiny"
ALPHA = TINY / "studies" / "alpha-2001.yaml"
TURTLE = "@prefix cg: <https://w3id.org/calcigraph/ontology#> .\n<urn:a> cg:enroled 3 .\n"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """Return a function that validates a text on standard input: exit code, lines of the report, and talk."""

    def run(text: str, *words: str | Path) -> tuple[int, list[str], str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        try:
            code = ended(cli, ["validate", "-", "--seeds", str(TINY), *map(str, words)])
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return code, captured.out.splitlines(), captured.err

    return run


def test_a_sound_record_passes(told: Told) -> None:
    """A record that stands in the folder already is no duplicate of itself, with its file's name or without one."""
    text = ALPHA.read_text(encoding="utf-8")
    assert told(text) == told(text, "--stdin-name", ALPHA) == (0, [], "1 files: 0 violations, 0 warnings, 0 remarks.\n")


def test_a_fault_is_told_at_its_line_under_the_name_of_the_file(told: Told) -> None:
    """Messages name the file that the text is to become, and without one <stdin>."""
    text = ALPHA.read_text(encoding="utf-8").replace("improved: 8", "improved: 10")
    code, [line], _ = told(text, "--stdin-name", ALPHA)
    assert (code, line.partition(": ")[0]) == (1, "tiny/studies/alpha-2001.yaml:18:15")
    assert told(text)[1] == [line.replace("tiny/studies/alpha-2001.yaml", "<stdin>")]


def test_a_record_is_compared_with_all_others(told: Told) -> None:
    """An identifier of another record, and a name that is not the file's, are told."""
    text = ALPHA.read_text(encoding="utf-8").replace("doi: 10.1000/alpha", "pmid: 1002")
    _, [line], _ = told(text)
    assert line.startswith("<stdin>:6:7: violation: The PMID 1002 stands in study/beta-2002 too")
    _, [line], _ = told(ALPHA.read_text(encoding="utf-8"), "--stdin-name", "other-2001.yaml")
    assert line.startswith(
        "other-2001.yaml:1:5: violation: The id 'study/alpha-2001' and the file name 'other-2001' differ"
    )


def test_rdf_is_read_as_before(told: Told) -> None:
    """What is no record is Turtle, or what the name of its file says."""
    assert told(TURTLE)[1][0].startswith("<stdin>:2:9: violation: The ontology has no term 'enroled'.")
    assert told("<a> .", "--stdin-name", "x/y.nt")[1][0].startswith("x/y.nt:1:")


@pytest.mark.parametrize(
    ("data", "is_record"),
    [
        (b"id: study/a", True),
        (b"\xef\xbb\xbf# a comment\n\n---\nid: study/a", True),
        (b"'id': study/a", True),
        (b"findings:\n  x: y", True),
        (b"@prefix id: <urn:a#> .\nid: a id: .", False),
        (b"PREFIX id: <urn:a#>\nid: a id: .", False),
        (b"<urn:a> <urn:b> <urn:c> .", False),
        (b"[] a <urn:c> .", False),
        (b"_:a a <urn:c> .", False),
        (b"", False),
    ],
)
def test_the_first_line_tells_a_record(data: bytes, *, is_record: bool) -> None:
    """A key begins a record; in Turtle nothing can look like one before a prefix is declared."""
    assert Given(data, None).is_record is is_record


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fix"], "--fix writes into files"),
        (["--only-changed", "HEAD"], "--stdin-name"),
        ([str(TINY / "x.ttl")], "does not exist"),
    ],
)
def test_what_standard_input_cannot_do_is_told(told: Told, words: list[str], said: str) -> None:
    """Wrong use is answered with what would be right."""
    code, out, err = told(ALPHA.read_text(encoding="utf-8"), *words)
    assert (code, out) == (2, [])
    assert said in err


def test_an_unsaved_change_is_checked_quickly(told: Told, tmp_path: Path) -> None:
    """What an editor holds takes the place of the file, and what it breaks is told of it alone."""
    folder = tmp_path / "seeds"
    for path in TINY.rglob("*.yaml"):
        (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
        (folder / path.parent.name / path.name).write_bytes(path.read_bytes())
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "Start"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    mine = folder / "studies" / "alpha-2001.yaml"
    text = ALPHA.read_text(encoding="utf-8").replace("improved: 8", "improved: 10")
    more = ("--seeds", folder, "--home", tmp_path / "home", "--only-changed", "HEAD", "--stdin-name", mine)
    code, [line], _ = told(text, *more)
    assert (code, line.partition(": ")[0]) == (1, "seeds/studies/alpha-2001.yaml:18:15")
    assert told(ALPHA.read_text(encoding="utf-8"), *more)[:2] == (0, [])
    code, [line], _ = told(text.replace("alpha", "new"), *more[:-1], tmp_path / "new-2001.yaml")
    assert (code, line.partition(": ")[0]) == (1, f"{tmp_path / 'new-2001.yaml'}:18:15")
