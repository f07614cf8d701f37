"""Builds: repeatable to the byte, done once, in whole or not at all, and never at the cost of the last good one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import calcigraph
from calcigraph.build.assemble import build
from calcigraph.build.inputs import fingerprint
from calcigraph.build.workers import workers
from calcigraph.errors import BuildFailed, InvalidRecords
from calcigraph.resources import record_files, resources
from calcigraph.store.local import Home

TINY = Path(__file__).parent / "worlds" / "tiny"
RUN = "from calcigraph.cli import main; main()"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Return a copy of the tiny world."""
    return Path(shutil.copytree(TINY, tmp_path / "seeds"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty folder for builds."""
    return tmp_path / "home"


def command(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the real command line in a process of its own."""
    environment = os.environ | {"CALCIGRAPH_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)], env=environment, capture_output=True, text=True, check=False
    )


def test_building_twice_gives_the_same_bytes(seeds: Path, tmp_path: Path) -> None:
    """Two builds of the same records in two places hold the same graph, names and facts about themselves."""
    one = build(resources(seeds=seeds), Home(tmp_path / "one"))
    two = build(resources(seeds=seeds), Home(tmp_path / "two"))
    for name in ("graph.nq", "names.json", "build.json"):
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes()


def test_workers_build_the_same_graph(tmp_path: Path) -> None:
    """Checking side by side gives the bytes that checking one after another gives."""
    product = resources()
    alone = build(product, Home(tmp_path / "alone"))
    with workers(2, len(record_files(product.seeds))) as executor:
        together = build(product, Home(tmp_path / "together"), executor=executor)
    assert (alone.path / "graph.nq").read_bytes() == (together.path / "graph.nq").read_bytes()


def test_both_engines_let_the_same_build_pass(seeds: Path, tmp_path: Path) -> None:
    """The reference engine accepts what the fast one accepts, with the same warnings and remarks."""
    fast = build(resources(seeds=seeds), Home(tmp_path / "fast"), engine="pyshifty")
    reference = build(resources(seeds=seeds), Home(tmp_path / "reference"), engine="pyshacl")
    assert fast.info == reference.info


def test_nothing_is_done_when_nothing_changed(seeds: Path, home: Path) -> None:
    """A second build of the same records is the first one."""
    first = build(resources(seeds=seeds), Home(home))
    written = (first.path / "build.json").stat().st_mtime_ns
    assert build(resources(seeds=seeds), Home(home)).path == first.path
    assert (first.path / "build.json").stat().st_mtime_ns == written


def test_any_change_of_the_inputs_changes_the_digest(seeds: Path, tmp_path: Path) -> None:
    """Records, ontology, rules, shapes and mappings each make a build of their own."""
    product = resources(seeds=seeds)
    before = fingerprint(product)
    copied = {name: tmp_path / name for name in ("ontology", "shapes")}
    for name, target in copied.items():
        shutil.copytree(getattr(product, name), target)
    changed = type(product)(copied["ontology"], copied["shapes"], product.queries, seeds)
    assert fingerprint(changed) == before
    files = [changed.ontology_files()[0], changed.shape_files()[0], changed.rule_files()[0], changed.mappings]
    for path in [*files, record_files(seeds)[0]]:
        text = path.read_bytes()
        path.write_bytes(text + b"# changed\n")
        assert fingerprint(changed) != before
        path.write_bytes(text)


def test_bad_records_leave_the_last_good_build_in_use(seeds: Path, home: Path) -> None:
    """When a record breaks, answers come from the last good build and say what is wrong now."""
    good = calcigraph.open(seeds=seeds, home=home).ask("treatment", treatment="minocycline")
    path = seeds / "studies" / "alpha-2001.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("improved: 8", "improved: 10"), encoding="utf-8")
    with pytest.raises(InvalidRecords) as refused:
        build(resources(seeds=seeds), Home(home))
    assert [str(p) for p in refused.value.problems if p.severity == "violation"] == [
        (
            "seeds/studies/alpha-2001.yaml:18:15: violation: improved (10) is more than patients (9): "
            "correct one of them. [LedgerShape]"
        )
    ]
    evidence = calcigraph.open(seeds=seeds, home=home)
    assert evidence.stale
    assert evidence.ask("treatment", treatment="minocycline") == good


def test_without_a_good_build_bad_records_are_an_error(seeds: Path, home: Path) -> None:
    """With nothing to fall back on, opening the evidence raises every problem."""
    (seeds / "studies" / "broken.yaml").write_text("id: [", encoding="utf-8")
    with pytest.raises(InvalidRecords):
        calcigraph.open(seeds=seeds, home=home)


def test_problems_of_all_files_come_in_one_run(seeds: Path, home: Path) -> None:
    """Form, shape and what spans records: each slip is reported with its file, line and column, in one run."""
    alpha = seeds / "studies" / "alpha-2001.yaml"
    text = alpha.read_text(encoding="utf-8")
    (seeds / "studies" / "empty.yaml").write_text("", encoding="utf-8")
    (seeds / "studies" / "latin.yaml").write_bytes("title: Sjögren".encode("latin-1"))
    twin = text.replace("study/alpha-2001", "study/twin-2003")
    (seeds / "studies" / "twin-2003.yaml").write_text(twin, encoding="utf-8")
    (seeds / "reviews" / "alpha-2001.yaml").write_text(text, encoding="utf-8")
    lost = text.replace("study/alpha-2001", "study/lost-2003").replace("10.1000/alpha", "10.1000/lost")
    (seeds / "studies" / "lost-2003.yaml").write_text(lost + "cites: study/nobody-1999\n", encoding="utf-8")
    alpha.write_text(text.replace("improved: 8", "improved: 10"), encoding="utf-8")
    ran = command("build", "--seeds", seeds, home=home)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    cites = lost.count("\n") + 1
    for expected in (
        "seeds/studies/empty.yaml:1:1: violation: The file is empty",
        "seeds/studies/latin.yaml:1:10: violation: Byte 0xf6 is not UTF-8",
        "seeds/studies/alpha-2001.yaml:1:1: violation: The record study/alpha-2001 stands already in",
        "seeds/studies/twin-2003.yaml:6:6: violation: The DOI 10.1000/alpha stands in study/alpha-2001 too",
        f"seeds/studies/lost-2003.yaml:{cites}:8: violation: cites names a record that does not exist",
    ):
        assert expected in ran.stderr


def test_a_reference_to_a_refused_record_is_no_second_problem(seeds: Path, home: Path) -> None:
    """A record that cites one that was refused is not blamed for it."""
    alpha = seeds / "studies" / "alpha-2001.yaml"
    alpha.write_text(alpha.read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
    beta = seeds / "studies" / "beta-2002.yaml"
    beta.write_text(beta.read_text(encoding="utf-8") + "cites: study/alpha-2001\n", encoding="utf-8")
    with pytest.raises(InvalidRecords) as refused:
        build(resources(seeds=seeds), Home(home))
    assert {p.code for p in refused.value.problems if p.severity == "violation"} == {"unknown-key"}


def test_a_build_killed_at_any_moment_leaves_the_last_good_one(seeds: Path, home: Path) -> None:
    """SIGKILL at ever later moments of a build never loses the last good one, and the next build succeeds."""
    good = calcigraph.open(seeds=seeds, home=home).ask("treatments")
    path = seeds / "studies" / "alpha-2001.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("improved: 8", "improved: 7"), encoding="utf-8")
    environment = os.environ | {"CALCIGRAPH_HOME": str(home)}
    killed = 0
    for step in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, "build", "--seeds", str(seeds)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(0.05 + 0.08 * step)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        last = Home(home).current(seeds)
        assert last is not None
        assert len(last.open()) == last.info.quads
    assert killed
    assert calcigraph.open(seeds=seeds, home=home).ask("treatments") != good


def test_what_a_killed_build_left_is_swept_after_a_day(seeds: Path, home: Path) -> None:
    """Leftovers and old builds go when the next build is made; the current one and young ones stay."""
    first = build(resources(seeds=seeds), Home(home))
    left = home / "builds" / ".new-killed"
    left.mkdir()
    old = time.time() - 2 * 24 * 3600
    os.utime(left, (old, old))
    os.utime(first.path, (old, old))
    path = record_files(seeds)[0]
    path.write_bytes(path.read_bytes() + b"# changed\n")
    build(resources(seeds=seeds), Home(home))
    assert not left.exists()
    assert first.path.exists()
    Home(home).sweep()
    assert not first.path.exists()


def test_two_builds_at_once_do_not_harm_each_other(seeds: Path, home: Path) -> None:
    """Several processes that build the same records at once all succeed, with one build as the result."""
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(lambda _: command("build", "--seeds", seeds, home=home), range(4)))
    assert [r.returncode for r in ran] == [0] * 4
    assert len({r.stdout for r in ran}) == 1
    assert [path.name for path in (home / "builds").iterdir()] == [Path(ran[0].stdout.strip()).name]


def test_readers_keep_reading_while_a_build_is_made(seeds: Path, home: Path) -> None:
    """An evidence that is open answers the same after a newer build has appeared."""
    evidence = calcigraph.open(seeds=seeds, home=home)
    before = evidence.ask("treatments")
    path = seeds / "studies" / "alpha-2001.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("improved: 8", "improved: 7"), encoding="utf-8")
    assert command("build", "--seeds", seeds, home=home).returncode == 0
    assert evidence.ask("treatments") == before


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are POSIX")
@pytest.mark.parametrize("kibibytes", [0, 1, 16, 64, 256, 1024])
def test_a_full_disk_is_an_error_and_not_a_broken_store(seeds: Path, home: Path, kibibytes: int) -> None:
    """When the disk takes no more at any point, the command says so, and the last good build stays whole."""
    good = build(resources(seeds=seeds), Home(home))
    path = seeds / "studies" / "alpha-2001.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("improved: 8", "improved: 7"), encoding="utf-8")
    limited = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({kibibytes} * 1024, {kibibytes} * 1024)); {RUN}"
    )
    ran = subprocess.run(
        [sys.executable, "-B", "-c", limited, "build", "--seeds", str(seeds)],
        env=os.environ | {"CALCIGRAPH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    last = Home(home).current(seeds)
    assert last is not None
    assert len(last.open()) == last.info.quads
    if ran.returncode:
        assert last.path == good.path
        assert "Error:" in ran.stderr
        assert [p.name for p in (home / "builds").iterdir()] == [good.path.name]
    else:
        assert kibibytes == 1024


def test_a_home_that_cannot_be_written_is_an_error(seeds: Path, tmp_path: Path) -> None:
    """A home below a file is refused with one sentence."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BuildFailed, match="No build can be written"):
        build(resources(seeds=seeds), Home(tmp_path / "file"))


def test_an_unreadable_record_is_reported(seeds: Path, home: Path) -> None:
    """A link that leads nowhere is a problem of that file, not a failure of the build."""
    (seeds / "studies" / "gone.yaml").symlink_to(seeds / "nowhere")
    with pytest.raises(InvalidRecords) as refused:
        build(resources(seeds=seeds), Home(home))
    assert [p.code for p in refused.value.problems if p.severity == "violation"] == ["unreadable"]
