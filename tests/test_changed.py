"""Validation of changes: what a full validation finds in the changed records and through them, and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calcigraph.build.changed import check_changed
from calcigraph.build.check import check
from calcigraph.build.revision import contents
from calcigraph.build.workers import workers
from calcigraph.cli import cli
from calcigraph.cli.talk import ended
from calcigraph.errors import IndexFailed
from calcigraph.graph.standing import COLUMNS
from calcigraph.resources import record_files, resources

if TYPE_CHECKING:
    from calcigraph.errors import Problem

TINY = Path(__file__).parent / "worlds" / "tiny"
ALPHA = (TINY / "studies" / "alpha-2001.yaml").read_text(encoding="utf-8")
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
STEMS = ("p-2001", "q-2002")
PATHS = [f"{folder}/{stem}.yaml" for folder in ("a", "b") for stem in STEMS]


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it writes."""
    return subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def since(seeds: Path, revision: str = "HEAD", data: dict[Path, bytes] | None = None) -> list[Problem]:
    """Return what is found in the changes since a revision; the index lies beside the repository."""
    spool, home = seeds.parent.parent / "spool", seeds.parent.parent / "home"
    spool.mkdir(exist_ok=True)
    product = resources(seeds=seeds)
    pool = partial(workers, 1)
    return check_changed(product, revision, home, spool, engine="pyshifty", pool=pool, given=data).problems


def full(seeds: Path) -> list[Problem]:
    """Return what is found in all records."""
    spool = seeds.parent.parent / "spool"
    spool.mkdir(exist_ok=True)
    return check(resources(seeds=seeds), record_files(seeds), spool).problems


def bare(problem: Problem) -> Problem:
    """Return a problem without the names that it says are near, which depend on all records."""
    return problem._replace(message=re.sub(r" Nearest: .*", "", problem.message), nearest=())


def text(stem: str, claims: str, pmid: str, cites: frozenset[str], fault: str) -> str:
    """Return a record with a fault: none, a refused key, or a count that a shape refuses."""
    changed = ALPHA.replace("alpha-2001", claims if fault == "id" else stem).replace("10.1000/alpha", f"10.1000/{stem}")
    changed = changed.replace("year: 2001", f"year: 2001\npmid: {pmid}" if pmid else "year: 2001")
    if cites:
        changed = changed.replace("form:", "cites:\n" + "".join(f"- study/{one}\n" for one in sorted(cites)) + "form:")
    return changed.replace("improved: 8", {"key": "imprved: 8", "count": "improved: 10"}.get(fault, "improved: 8"))


def records(path: str) -> st.SearchStrategy[str]:
    """Return records that may stand at a path."""
    return st.builds(
        partial(text, Path(path).stem),
        claims=st.sampled_from(STEMS),
        pmid=st.sampled_from(["", "1001"]),
        cites=st.frozensets(st.sampled_from([*STEMS, "nobody-1999"]), max_size=3),
        fault=st.sampled_from(["", "", "", "key", "count", "id"]),
    )


@st.composite
def changes(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str]]:
    """Return a folder of records and what it has become: some are changed, gone, new, or moved."""
    old = {path: draw(records(path)) for path in PATHS if draw(st.booleans())}
    new = dict(old)
    for path in draw(st.lists(st.sampled_from(PATHS), max_size=3, unique=True)):
        what = draw(st.sampled_from(["write", "write", "take", "move"]))
        if what == "write":
            new[path] = draw(records(path))
        elif path in new:
            content = new.pop(path)
            if what == "move":
                new[("b" if path[0] == "a" else "a") + path[1:]] = content
    return old, new


def write(seeds: Path, world: dict[str, str]) -> None:
    """Make a folder hold these files and no others."""
    shutil.rmtree(seeds, ignore_errors=True)
    for path in PATHS:
        (seeds / path).parent.mkdir(parents=True, exist_ok=True)
    for path, content in world.items():
        (seeds / path).write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def lasting_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of records of a git repository in which one commit follows the other."""
    seeds = tmp_path_factory.mktemp("changed") / "repository" / "seeds"
    seeds.mkdir(parents=True)
    git(seeds.parent, "init", "-q")
    return seeds


@given(worlds=changes())
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_it_is_what_a_full_validation_finds(
    lasting_repository: Path, worlds: tuple[dict[str, str], dict[str, str]]
) -> None:
    """Of all problems now, those in changed files are told, and those that unchanged files did not have."""
    seeds, (old, new) = lasting_repository, worlds
    write(seeds, old)
    known = {bare(problem) for problem in full(seeds)}
    git(seeds, "add", "-A")
    git(seeds, "commit", "-q", "--allow-empty", "-m", "Old")
    write(seeds, new)
    changed = {f"seeds/{path}" for path in new if new[path] != old.get(path)}
    expected = [one for one in full(seeds) if one.file in changed or bare(one) not in known]
    assert since(seeds) == expected


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Return the folder of records of a git repository: p, q that cites p, and r."""
    folder = tmp_path / "repository" / "seeds"
    sound = {
        "a/p-2001.yaml": text("p-2001", "", "1001", frozenset(), ""),
        "a/q-2002.yaml": text("q-2002", "", "", frozenset({"p-2001"}), ""),
        "b/r-2003.yaml": text("r-2003", "", "", frozenset(), ""),
    }
    write(folder, sound)
    git(folder.parent, "init", "-q", "-b", "main")
    git(folder.parent, "add", "-A")
    git(folder.parent, "commit", "-qm", "Start")
    return folder


def commit(seeds: Path) -> None:
    """Commit what the folder holds."""
    git(seeds.parent, "add", "-A")
    git(seeds.parent, "commit", "-qm", "More")


def told(problems: list[Problem]) -> list[tuple[str, int, str]]:
    """Return file, line and code of each problem."""
    return [(problem.file, problem.line, problem.code) for problem in problems]


def test_nothing_changed_is_nothing_told(seeds: Path) -> None:
    """Records that are as they were are not looked at, not even one that was broken then."""
    write(seeds, {"a/p-2001.yaml": text("p-2001", "", "", frozenset(), "count")})
    commit(seeds)
    assert since(seeds) == []


def test_a_deletion_is_told_where_it_breaks_a_link(seeds: Path) -> None:
    """The record that cites the one that is gone is named, at the line of the link."""
    (seeds / "a" / "p-2001.yaml").unlink()
    assert told(since(seeds)) == [("seeds/a/q-2002.yaml", 8, "IntegrityShape-cites")]


def test_a_refused_record_excuses_links_to_it(seeds: Path) -> None:
    """While a record has the wrong form, what names it is left in peace; when it is deleted then, it is told."""
    write(seeds, {"a/q-2002.yaml": text("q-2002", "", "", frozenset({"p-2001"}), "")})
    (seeds / "a" / "p-2001.yaml").write_text(text("p-2001", "", "", frozenset(), "key"), encoding="utf-8")
    assert told(since(seeds)) == [("seeds/a/p-2001.yaml", 18, "unknown-key")]
    commit(seeds)
    (seeds / "a" / "p-2001.yaml").unlink()
    assert told(since(seeds)) == [("seeds/a/q-2002.yaml", 8, "IntegrityShape-cites")]


def test_an_identifier_that_stands_twice_is_told_at_both(seeds: Path) -> None:
    """A new record, untracked and even ignored, takes the PMID of an old one: both are named."""
    (seeds.parent / ".gitignore").write_text("seeds/b\n", encoding="utf-8")
    (seeds / "b" / "s-2004.yaml").write_text(text("s-2004", "", "1001", frozenset(), ""), encoding="utf-8")
    places = [("seeds/a/p-2001.yaml", 6, "IntegrityShape"), ("seeds/b/s-2004.yaml", 6, "IntegrityShape")]
    assert told(since(seeds)) == places


def test_a_record_that_moves_is_the_same_record(seeds: Path) -> None:
    """A record in another folder is neither a duplicate nor missed; under another name its links break."""
    git(seeds.parent, "mv", "seeds/a/p-2001.yaml", "seeds/b/p-2001.yaml")
    assert since(seeds) == []
    git(seeds.parent, "mv", "seeds/b/p-2001.yaml", "seeds/b/o-2001.yaml")
    (seeds / "b" / "o-2001.yaml").write_text(text("o-2001", "", "1001", frozenset(), ""), encoding="utf-8")
    assert told(since(seeds)) == [("seeds/a/q-2002.yaml", 8, "IntegrityShape-cites")]


def test_a_record_written_before_another_makes_that_one_the_duplicate(seeds: Path) -> None:
    """The later file is the duplicate, although the earlier one is new."""
    (seeds / "a" / "r-2003.yaml").write_text(text("r-2003", "", "", frozenset(), ""), encoding="utf-8")
    assert told(since(seeds)) == [("seeds/b/r-2003.yaml", 1, "duplicate-record")]


def test_what_a_duplicate_hid_is_told(seeds: Path) -> None:
    """When the first of two records with one id goes, the faults of the other one count."""
    (seeds / "b" / "p-2001.yaml").write_text(text("p-2001", "", "", frozenset(), "count"), encoding="utf-8")
    commit(seeds)
    (seeds / "a" / "p-2001.yaml").unlink()
    assert told(since(seeds)) == [("seeds/b/p-2001.yaml", 18, "LedgerShape")]


def test_links_are_always_looked_at(seeds: Path) -> None:
    """Git does not tell when the target of a symbolic link changes, so what it leads to counts as changed."""
    target = seeds.parent / "s-2004.yaml"
    target.write_text(text("s-2004", "", "", frozenset(), ""), encoding="utf-8")
    (seeds / "b" / "s-2004.yaml").symlink_to(target)
    commit(seeds)
    target.write_text(text("s-2004", "", "", frozenset(), "count"), encoding="utf-8")
    commit(seeds)
    assert told(since(seeds)) == [("seeds/b/s-2004.yaml", 18, "LedgerShape")]


def test_the_log_of_searches_is_checked_when_it_changed(seeds: Path) -> None:
    """A line that names no treatment is told, until it is part of the revision."""
    line = "2026-01-01\tno such thing\tmorphea\twords\tplace\t\t\n"
    head = "searched_on\ttreatment\tcondition\twords\twhere\tfound\tnote\n"
    (seeds / "searches.tsv").write_text(head + line, encoding="utf-8")
    assert told(since(seeds)) == [("seeds/searches.tsv", 2, "unknown-term")]
    commit(seeds)
    assert since(seeds) == []


def test_the_table_of_standings_is_checked_when_it_or_its_records_changed(seeds: Path) -> None:
    """A mark that nobody saw is told until it is part of the revision; a marked record that is gone is told, too."""
    line = "study/p-2001\tcorrected source\t2020\thttps://doi.org/10.1000/notice\t\t\t\t\n"
    (seeds / "standing.tsv").write_text("\t".join(COLUMNS) + "\n" + line, encoding="utf-8")
    assert told(since(seeds)) == [("seeds/standing.tsv", 2, "unacknowledged-standing")]
    commit(seeds)
    assert since(seeds) == []
    (seeds / "a" / "p-2001.yaml").unlink()
    assert ("seeds/standing.tsv", 2, "unknown-record") in told(since(seeds))


def test_the_index_is_led_back_and_forth(seeds: Path) -> None:
    """Another revision gives another answer, and the first one its own again."""
    (seeds / "b" / "s-2004.yaml").write_text(text("s-2004", "", "1001", frozenset(), ""), encoding="utf-8")
    commit(seeds)
    (seeds / "a" / "q-2002.yaml").write_text(text("q-2002", "", "", frozenset(), "count"), encoding="utf-8")
    of_two = ["seeds/a/p-2001.yaml", "seeds/a/q-2002.yaml", "seeds/b/s-2004.yaml"]
    answers = [[problem.file for problem in since(seeds, revision)] for revision in ("HEAD", "HEAD~1", "HEAD")]
    assert answers == [["seeds/a/q-2002.yaml"], of_two, ["seeds/a/q-2002.yaml"]]


@pytest.mark.parametrize("damage", [b"no database at all" * 500, None])
def test_a_damaged_index_is_made_anew(seeds: Path, damage: bytes | None) -> None:
    """An index that was overwritten or cut off costs time and nothing else."""
    (seeds / "a" / "p-2001.yaml").unlink()
    expected = since(seeds)
    [index] = (seeds.parent.parent / "home").rglob("*.sqlite")
    data = index.read_bytes()
    index.write_bytes(data[: len(data) // 2] if damage is None else damage)
    assert since(seeds) == expected != []
    assert index.read_bytes().startswith(b"SQLite format 3")


def test_an_index_that_cannot_be_kept_is_told(seeds: Path) -> None:
    """Where a file stands in the way of the index, the error names the place and what to do."""
    (seeds.parent.parent / "home").write_text("in the way", encoding="utf-8")
    with pytest.raises(IndexFailed, match=r"cannot be kept in .*/home/baselines.*--home"):
        since(seeds)


def test_two_processes_at_once_say_the_same(seeds: Path) -> None:
    """Two validations that both find no index wait for each other, and both tell what is broken."""
    (seeds / "a" / "p-2001.yaml").unlink()
    home = seeds.parent.parent / "home"
    command = [sys.executable, "-m", "calcigraph", "validate", "--seeds", str(seeds), "--home", str(home)]
    command.append("--only-changed")
    both = [subprocess.Popen([*command, revision], stdout=subprocess.PIPE, text=True) for revision in ("HEAD", "main")]
    said = [process.communicate()[0] for process in both]
    assert said[0] == said[1]
    assert "seeds/a/q-2002.yaml:8:3: violation: cites names a record that does not exist" in said[0]


def run(*words: str | Path, seeds: Path) -> int:
    """Run `calcigraph validate` on the folder of records and return the exit code."""
    home = seeds.parent.parent / "home"
    try:
        return ended(cli, ["validate", "--seeds", str(seeds), "--home", str(home), *map(str, words)])
    except SystemExit as end:
        return int(end.code or 0)


def test_paths_narrow_what_is_told(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a folder, only changes in it are told."""
    for path in ("a/p-2001.yaml", "b/r-2003.yaml"):
        (seeds / path).write_text(text(Path(path).stem, "", "", frozenset(), "count"), encoding="utf-8")
    assert run("--only-changed", "HEAD", seeds / "b", seeds=seeds) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["seeds/b/r-2003.yaml"]


def test_reports_count_and_name_what_a_change_breaks(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unchanged record that a deletion breaks is annotated where it lies, seen from here."""
    (seeds / "a" / "p-2001.yaml").unlink()
    assert run("--only-changed", "HEAD", "--format", "github", seeds=seeds) == 1
    said = capsys.readouterr()
    assert said.out.startswith(f"::error file={seeds / 'a' / 'q-2002.yaml'},line=8,col=3,")
    assert said.err == "1 files: 1 violations, 0 warnings, 0 remarks.\n"


def test_changes_are_repaired(seeds: Path) -> None:
    """With --fix a slip in a changed record is put right, and the rest is left alone."""
    (seeds / "b" / "r-2003.yaml").write_text(text("r-2003", "", "", frozenset(), "key"), encoding="utf-8")
    assert run("--only-changed", "HEAD", "--fix", seeds=seeds) == 0
    assert git(seeds.parent, "status", "--porcelain") == ""


def test_before_the_first_commit_all_is_new(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """HEAD may be asked for in a repository without a commit, as a hook does."""
    shutil.rmtree(seeds.parent / ".git")
    git(seeds.parent, "init", "-q")
    assert run("--only-changed", "HEAD", seeds=seeds) == 0
    assert capsys.readouterr().err == "3 files: 0 violations, 0 warnings, 0 remarks.\n"


def test_where_the_shapes_changed_all_is_checked(
    seeds: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a repository with ontology and shapes, a change of these makes every record count as changed."""
    product = resources(seeds=seeds)
    shutil.copytree(product.shapes, seeds.parent / "shapes")
    commit(seeds)
    moved = product._replace(shapes=seeds.parent / "shapes")
    monkeypatch.setattr("calcigraph.resources.resources", lambda **_: moved)
    assert run("--only-changed", "HEAD", seeds=seeds) == 0
    assert capsys.readouterr().err.startswith("0 files")
    (seeds.parent / "shapes" / "claim.ttl").unlink()
    assert run("--only-changed", "HEAD", seeds=seeds) == 0
    assert capsys.readouterr().err.splitlines() == [
        "Ontology or shapes differ from HEAD too, so all records are checked.",
        "3 files: 0 violations, 0 warnings, 0 remarks.",
    ]


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("mian", "git knows no revision 'mian'. Nearest: main."),
        ("--output=x", "git knows no revision '--output=x'."),
        ("HEAD\nHEAD", "git knows no revision"),
    ],
)
def test_an_unknown_revision_is_answered_with_the_nearest(
    seeds: Path, capsys: pytest.CaptureFixture[str], revision: str, said: str
) -> None:
    """A slip in the name of a revision is wrong use, and never taken for an option of git."""
    assert run(f"--only-changed={revision}", seeds=seeds) == 2
    assert said in capsys.readouterr().err


def test_a_folder_in_no_repository_is_told(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a repository nothing says what changed."""
    shutil.rmtree(seeds.parent / ".git")
    assert run("--only-changed", "HEAD", seeds=seeds) == 2
    assert "is in no git repository" in capsys.readouterr().err


def test_an_absent_git_is_told(
    seeds: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without git the error says what to install, or to do instead."""
    monkeypatch.setenv("PATH", os.devnull)
    assert run("--only-changed", "HEAD", seeds=seeds) == 1
    assert "git, which says what changed, cannot be run" in capsys.readouterr().err


def test_a_large_file_is_not_read_whole(seeds: Path) -> None:
    """Of what git holds only as much is taken into memory as a record may have, and the next one is read rightly."""
    (seeds / "b" / "large.yaml").write_bytes(b"x" * 3_000_000)
    commit(seeds)
    blobs = [git(seeds, "rev-parse", f"HEAD:./{path}") for path in ("b/large.yaml", "b/r-2003.yaml")]
    large, small = contents(seeds, blobs, 1000)
    assert (len(large), small) == (1001, (seeds / "b" / "r-2003.yaml").read_bytes())
