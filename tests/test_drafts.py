"""Drafts: validated like all records, and no evidence unless someone asks for them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

import calcigraph
from calcigraph.build.assemble import build
from calcigraph.cli import cli
from calcigraph.errors import InvalidRecords
from calcigraph.resources import record_files, resources
from calcigraph.store.local import Home

WORLD = Path(__file__).parent / "questions" / "audit" / "given"
DRAFT = "zeta-2006"
OTHER = "eta-2012"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Return two studies, of which one is a draft."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    for name in (DRAFT, OTHER):
        shutil.copy(WORLD / f"{name}.yaml", folder)
    file = folder / f"{DRAFT}.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("  reviewed_by:", "  reviewed_on:"))]
    fresh = ["  status: draft" if line.startswith("  status:") else line for line in kept]
    assert "  status: draft" in fresh
    file.write_text("\n".join(fresh) + "\n", encoding="utf-8")
    return folder


def triples(path: Path) -> set[tuple[str, ...]]:
    """Return the quads of a build, as text."""
    quads = ox.parse(path=str(path / "graph.nq"), format=ox.RdfFormat.N_QUADS)
    return {tuple(map(str, quad)) for quad in quads if not isinstance(quad.subject, ox.BlankNode)}


def test_a_draft_is_left_out_and_counted(seeds: Path, shared_home: Path) -> None:
    """The build names no draft anywhere, not even where another record refers to it, and counts it."""
    other = seeds / f"{OTHER}.yaml"
    text = other.read_text(encoding="utf-8")
    other.write_text(text.replace("\nfindings:", f"\nmay_overlap: study/{DRAFT}\nfindings:", 1), encoding="utf-8")
    assert DRAFT in other.read_text(encoding="utf-8")
    made = build(resources(seeds=seeds), Home(shared_home))
    assert (made.info.drafts, made.info.records) == (1, len(record_files(seeds)) - 1)
    assert DRAFT not in made.dump.read_text(encoding="utf-8")


def test_with_drafts_holds_them_beside_the_current_build(seeds: Path, shared_home: Path) -> None:
    """Who asks for drafts gets them, and the current build stays the one without."""
    home = Home(shared_home)
    whole = build(resources(seeds=seeds), home, with_drafts=True)
    assert whole.info.with_drafts
    assert whole.info.records == len(record_files(seeds))
    assert DRAFT in whole.dump.read_text(encoding="utf-8")
    current = home.current(seeds)
    assert current is not None
    assert not current.info.with_drafts


def test_a_graph_without_a_draft_is_that_of_the_other_records(seeds: Path, shared_home: Path) -> None:
    """Leaving a draft out gives what there would be if its file were not there."""
    file = seeds / f"{DRAFT}.yaml"
    one = triples(build(resources(seeds=seeds), Home(shared_home)).path)
    file.unlink()
    two = triples(build(resources(seeds=seeds), Home(shared_home)).path)
    assert one == two


def test_a_draft_that_is_not_sound_is_refused(seeds: Path, shared_home: Path) -> None:
    """A draft is validated like any record."""
    file = seeds / f"{DRAFT}.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "nonsense: 1\n", encoding="utf-8")
    with pytest.raises(InvalidRecords):
        build(resources(seeds=seeds), Home(shared_home))


def test_python_takes_drafts_in_when_asked(seeds: Path, shared_home: Path) -> None:
    """The readings that an answer lists are those of drafts too, if asked."""
    told = [
        {
            str(row["record"])
            for row in calcigraph.open(seeds=seeds, home=shared_home, with_drafts=which).ask("readings")
        }
        for which in (False, True)
    ]
    assert {record.rpartition("/")[2] for record in told[1] - told[0]} == {DRAFT}


def test_the_command_takes_drafts_in_when_asked(seeds: Path, shared_home: Path) -> None:
    """`ask` leaves a draft out, and with --with-drafts shows it and says so."""
    given = ["ask", "readings", "--seeds", str(seeds), "--home", str(shared_home), "--format", "csv"]
    without, whole = CliRunner().invoke(cli, given), CliRunner().invoke(cli, [*given, "--with-drafts"])
    assert (without.exit_code, whole.exit_code) == (0, 0)
    assert DRAFT not in without.stdout
    assert DRAFT in whole.stdout
    assert "status draft are taken in" in whole.stderr


@pytest.mark.parametrize(
    ("words", "file"), [(("plot", "map"), "map.svg"), (("report", "--condition", "systemic sclerosis"), "report.md")]
)
def test_a_document_with_drafts_says_so(
    seeds: Path, tmp_path: Path, shared_home: Path, words: tuple[str, ...], file: str
) -> None:
    """A figure and a report take drafts in when asked, and say so themselves, as they travel without the command."""
    for drafts in ((), ("--with-drafts",)):
        out = tmp_path / file
        given = [*words, "-o", str(out), *drafts, "--seeds", str(seeds), "--home", str(shared_home)]
        assert CliRunner().invoke(cli, given).exit_code == 0
        assert ("with the status draft taken in" in out.read_text(encoding="utf-8")) == bool(drafts)
