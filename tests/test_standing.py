"""The standing of sources: what falls when one is retracted, what is told of it, and who must see it first."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import calcigraph
from calcigraph.api import open_unmarked
from calcigraph.curation.fetch import CROSSREF
from calcigraph.graph.standing import COLUMNS
from calcigraph.resources import resources
from calcigraph.synthesis import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Marked = Callable[..., Path]

TINY = Path(__file__).parent / "worlds" / "tiny"
SEEN = {"acknowledged_by": "Calcigraph tests", "acknowledged_on": "2026-01-02"}
ALPHA = {
    "record": "study/alpha-2001",
    "standing": "retracted source",
    "since": "2010-05-07",
    "notice": "https://doi.org/10.1000/retraction",
}


def write(seeds: Path, *lines: dict[str, str]) -> Path:
    """Write the table of standings into a folder of records."""
    rows = ["\t".join(line.get(column, "") for column in COLUMNS) for line in lines]
    (seeds / "standing.tsv").write_text("\n".join(["\t".join(COLUMNS), *rows, ""]), encoding="utf-8")
    return seeds


@pytest.fixture
def marked(tmp_path: Path) -> Marked:
    """Return a maker of a small world with these lines in its table."""
    return lambda *lines: write(Path(shutil.copytree(TINY, tmp_path / "seeds")), *lines)


def run(*words: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    command = [sys.executable, "-m", "calcigraph", *words]
    there = os.environ | {"CALCIGRAPH_HOME": str(home)} | more
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=there)


def test_what_was_retracted_is_in_no_answer(marked: Marked, shared_home: Path) -> None:
    """No row of any question counts a finding, claim or level of it; its record is still found."""
    evidence = calcigraph.open(seeds=marked(ALPHA | SEEN), home=shared_home)
    for name in evidence.questions:
        if any(parameter.required for parameter in evidence.questions[name].parameters.values()):
            continue
        for row in evidence.ask(name).terms:
            assert not [term for term in row if term and "study/alpha-2001#minocycline" in term["value"]], name
    assert "minocycline" not in {row["treatment_label"] for row in evidence.ask("treatments")}
    assert evidence.profile("minocycline").findings == ()
    assert not isinstance(evidence.pool("minocycline"), Pool)
    assert [row["found"] for row in evidence.ask("lookup", identifier="10.1000/alpha")] == [
        "https://w3id.org/calcigraph/study/alpha-2001"
    ]


def test_every_level_total_pool_and_claim_moves_among_the_real_records(
    evidence: calcigraph.Evidence, tmp_path: Path, shared_home: Path
) -> None:
    """Without the studies of a pool there is none, and total, levels, claims and gaps are others."""
    seeds = Path(shutil.copytree(resources().seeds, tmp_path / "seeds"))
    pool = evidence.pool("minocycline", condition="systemic sclerosis")
    assert isinstance(pool, Pool)
    gone = {study.record for study in pool.studies}
    write(seeds, *(ALPHA | SEEN | {"record": record.removeprefix("https://w3id.org/calcigraph/")} for record in gone))
    after = calcigraph.open(seeds=seeds, home=shared_home)
    moved = {one.section for one in after.changes_since(evidence)}
    assert moved == {"publications", "findings", "levels", "claims", "pools", "gaps"}
    left = after.pool("minocycline", condition="systemic sclerosis")
    assert not isinstance(left, Pool)
    assert not gone & {one.counted.record for one in left.excluded}
    before_total, after_total = (
        one.profile("minocycline", condition="systemic sclerosis").total for one in (evidence, after)
    )
    assert after_total.studies == before_total.studies - len(gone)
    assert (after_total.patients or 0) < (before_total.patients or 0)


def test_before_its_retraction_it_stands(marked: Marked, shared_home: Path) -> None:
    """A view of a day before the notice counts it, one of the day of the notice does not."""
    seeds = marked(ALPHA | SEEN)
    before, after = (calcigraph.open(seeds=seeds, home=shared_home, as_of=day) for day in ("2010-05-06", "2010-05-07"))
    assert len(before.profile("minocycline").findings) == 1
    assert before.marks == {}
    assert after.profile("minocycline").findings == ()
    assert list(after.marks) == ["https://w3id.org/calcigraph/study/alpha-2001"]


def test_a_view_before_the_notice_is_the_world_without_it(
    marked: Marked, tiny: calcigraph.Evidence, shared_home: Path
) -> None:
    """Nothing is lost by marking: without marks, all that was there is there again."""
    unmarked = open_unmarked(seeds=marked(ALPHA | SEEN), home=shared_home)
    assert unmarked.changes_since(tiny) == []
    for name in ("treatments", "harms", "claims", "studies"):
        assert unmarked.ask(name).terms == tiny.ask(name).terms


@pytest.mark.parametrize("standing", ["corrected source", "source under expression of concern", "preprint source"])
def test_what_is_doubted_counts_on_and_is_told(marked: Marked, shared_home: Path, standing: str) -> None:
    """Its findings are in the answers, and each answer that rests on it says how it stands; others do not."""
    evidence = calcigraph.open(seeds=marked(ALPHA | SEEN | {"standing": standing}), home=shared_home)
    answer = evidence.ask("treatment", treatment="minocycline")
    assert len(answer) == 1
    assert [(mark.record.rpartition("/")[2], mark.standing) for mark in evidence.marks_on(answer)] == [
        ("alpha-2001", standing)
    ]
    assert evidence.marks_on(evidence.ask("treatment", treatment="rituximab")) == []
    assert [mark.standing for mark in evidence.marks_behind(evidence.profile("tetracycline antibiotic"))] == [standing]


def test_a_superseded_source_leads_to_the_later_one(marked: Marked, shared_home: Path) -> None:
    """It is left out, and what took its place is named."""
    line = ALPHA | SEEN | {"standing": "superseded source", "instead": "study/beta-2002"}
    evidence = calcigraph.open(seeds=marked(line), home=shared_home)
    [[mark]] = evidence.marks.values()
    assert mark.withdrawn
    assert mark.left_out == 1
    assert "in its place study/beta-2002" in mark.words


def test_commands_tell_it_beside_the_answer(marked: Marked, shared_home: Path) -> None:
    """Standard error has the note, whatever the form; standard output stays what programs read."""
    seeds = str(marked(ALPHA | SEEN | {"standing": "corrected source"}))
    for words in (
        ("ask", "treatments", "--format", "csv"),
        ("ask", "harms"),
        ("profile", "minocycline"),
        ("why", "study/alpha-2001#minocycline"),
    ):
        ran = run(*words, "--seeds", seeds, home=shared_home)
        assert "Note: Alpha A 2001 is a corrected source since 2010-05-07" in ran.stderr, words
        assert "corrected source since" not in ran.stdout, words


@pytest.mark.parametrize(
    "about", [("--treatment", "minocycline"), ("--condition", "systemic sclerosis")], ids=lambda pair: pair[0]
)
def test_a_report_tells_it_first(marked: Marked, tmp_path: Path, shared_home: Path, about: tuple[str, str]) -> None:
    """A report on a treatment or a condition begins with the marks on its sources."""
    seeds = marked(ALPHA | SEEN | {"standing": "corrected source"})
    file = tmp_path / "report.md"
    ran = run("report", *about, "-o", str(file), "--seeds", str(seeds), home=shared_home)
    assert ran.returncode == 0, ran.stderr
    text = file.read_text(encoding="utf-8")
    assert next(line for line in text.splitlines() if line.startswith("## ")) == "## Marked sources"
    assert "Alpha A 2001 is a corrected source since 2010-05-07" in text


@pytest.mark.parametrize(
    "asked",
    [("map",), ("forest", "--treatment", "minocycline"), ("timeline",), ("network", "--treatment", "minocycline")],
    ids=lambda asked: asked[0],
)
@pytest.mark.parametrize("standing", ["corrected source", "retracted source"])
def test_a_figure_tells_it_in_the_picture(
    marked: Marked, tmp_path: Path, shared_home: Path, asked: tuple[str, ...], standing: str
) -> None:
    """Marks on what is drawn stand below it and in its words; so do those on what was withdrawn."""
    seeds = marked(ALPHA | SEEN | {"standing": standing})
    file = tmp_path / "figure.svg"
    ran = run("plot", *asked, "-o", str(file), "--seeds", str(seeds), home=shared_home)
    if standing == "retracted source" and "minocycline" in asked:
        assert ran.returncode != 0
        assert "minocycline" in ran.stderr
        return
    assert ran.returncode == 0, ran.stderr
    told = f"Alpha A 2001 is a {standing} since 2010-05-07"
    assert told in (tmp_path / "figure.svg.alt.txt").read_text(encoding="utf-8")
    assert told in file.read_text(encoding="utf-8")


def test_a_figure_of_another_treatment_does_not_tell_it(marked: Marked, tmp_path: Path, shared_home: Path) -> None:
    """A mark is told where something rests on the source, and nowhere else."""
    seeds = marked(ALPHA | SEEN | {"standing": "corrected source"})
    file = tmp_path / "figure.svg"
    ran = run("plot", "map", "--treatment", "rituximab", "-o", str(file), "--seeds", str(seeds), home=shared_home)
    assert ran.returncode == 0, ran.stderr
    assert "corrected source" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["bibtex", "kgx-jsonl", "csv"])
def test_an_export_has_it_beside_the_file(marked: Marked, tmp_path: Path, shared_home: Path, form: str) -> None:
    """What a format cannot carry stands in the file of its losses, and on standard error."""
    seeds = marked(ALPHA | SEEN | {"standing": "corrected source"})
    out = tmp_path / "out"
    for treatment, marks in (("minocycline", 1), ("rituximab", 0)):
        words = ("export", form, "--treatment", treatment, "-o", str(out), "--seeds", str(seeds))
        ran = run(*words, home=shared_home)
        assert ran.returncode == 0, ran.stderr
        beside = json.loads((tmp_path / "out.losses.json").read_text(encoding="utf-8"))
        assert len(beside.get("marked_sources", ())) == marks
        assert ran.stderr.count("Note: Alpha A 2001 is a corrected source since 2010-05-07") == marks


def test_an_export_on_a_treatment_names_what_was_withdrawn_from_it(marked: Marked, shared_home: Path) -> None:
    """Nothing is left of a retracted study but that it was one."""
    seeds = marked(ALPHA | SEEN)
    ran = run("export", "turtle", "--treatment", "minocycline", "--losses", "--seeds", str(seeds), home=shared_home)
    assert ran.returncode == 0, ran.stderr
    assert "Alpha A 2001 is a retracted source" in json.loads(ran.stdout)["marked_sources"][0]


def test_validation_fails_until_someone_has_seen_it(marked: Marked, shared_home: Path) -> None:
    """A mark that nobody acknowledged is a violation at its line; what it changes can be seen already."""
    seeds = marked(ALPHA)
    ran = run("validate", "--seeds", str(seeds), home=shared_home)
    assert ran.returncode == 1
    assert "seeds/standing.tsv:2:1: violation: The source of study/alpha-2001 is a retracted source" in ran.stdout
    assert run("ask", "treatments", "--seeds", str(seeds), home=shared_home).returncode == 0
    write(seeds, ALPHA | SEEN)
    assert run("validate", "--seeds", str(seeds), home=shared_home).returncode == 0


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"record": "study/alfa-2001"}, 1, "There is no record 'study/alfa-2001'. Nearest: study/alpha-2001"),
        ({"standing": "retracted"}, 18, "'retracted' is no standing of a source. Nearest: retracted source"),
        ({"since": "2010-13"}, 35, "'2010-13' is no date"),
        ({"notice": "10.1000/x"}, 46, "The notice is given by its address"),
        ({"instead": "study/nobody"}, 81, "There is no record 'study/nobody'"),
        ({"acknowledged_on": ""}, 82, "Say both who acknowledged it and on which day"),
        ({"acknowledged_on": "yesterday"}, 99, "The day is written like"),
    ],
)
def test_a_slip_in_the_table_is_told_at_its_place(
    marked: Marked, shared_home: Path, cells: dict[str, str], column: int, says: str
) -> None:
    """The problem names the line and the column of the cell, and what is meant."""
    ran = run("validate", "--seeds", str(marked(ALPHA | SEEN | cells)), home=shared_home)
    assert ran.returncode == 1
    assert f"seeds/standing.tsv:2:{column}: violation: " in ran.stdout
    assert says in ran.stdout


def test_a_table_with_other_columns_is_told(tmp_path: Path, shared_home: Path) -> None:
    """The first line says what stands below it, and it is the one that we know."""
    seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
    (seeds / "standing.tsv").write_text("record\tkind\n", encoding="utf-8")
    ran = run("validate", "--seeds", str(seeds), home=shared_home)
    assert "seeds/standing.tsv:1:1: violation: The first line must name these columns" in ran.stdout


def test_the_report_says_what_moved(marked: Marked, shared_home: Path) -> None:
    """Before and after the mark: the findings that are gone, and the levels."""
    seeds = str(marked(ALPHA))
    ran = run("standing", "--report", "--format", "json", "--seeds", seeds, home=shared_home)
    told = json.loads(ran.stdout)
    assert [one["about"] for one in told["findings"]["gone"]] == [
        "Alpha A 2001: minocycline in limited cutaneous systemic sclerosis"
    ]
    assert told["levels"]["gone"]
    listed = run("standing", "--seeds", seeds, home=shared_home)
    assert "1 of its statements are left out. Nobody has acknowledged it." in listed.stdout


class _CrossRef(BaseHTTPRequestHandler):
    """Answers in CrossRef's documented form: one paper was retracted, says Retraction Watch, and corrected before."""

    def do_GET(self) -> None:
        """Give the work of a path."""
        if not self.path.startswith("/works/10.1000%2Falpha"):
            self.send_error(404)
            return
        notices = [
            _notice("retraction", "10.1000/Notice", [2019, 7, 26])
            | {"source": "retraction-watch", "record-id": "20946"},
            _notice("retraction", "10.1000/notice", [2019, 7, 26]) | {"source": "publisher"},
            _notice("clarification", "10.1000/words", [2018, 1, 2]) | {"source": "publisher"},
        ]
        body = json.dumps({"status": "ok", "message": {"DOI": "10.1000/alpha", "updated-by": notices}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _notice(kind: str, doi: str, day: list[int]) -> dict[str, object]:
    return {"DOI": doi, "type": kind, "label": kind.title(), "updated": {"date-parts": [day]}}


@pytest.fixture
def crossref() -> Iterator[str]:
    """Serve in the place of CrossRef."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _CrossRef) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()


def test_crossref_is_asked_for_what_the_table_lacks(crossref: str, tmp_path: Path, shared_home: Path) -> None:
    """What it knows comes as a line for the table, once; with that line, nothing is missing."""
    seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
    asked = ("standing", "--check", "--seeds", str(seeds))
    ran = run(*asked, home=shared_home, **{CROSSREF.variable: crossref})
    assert ran.returncode == 1
    assert ran.stdout == "study/alpha-2001\tretracted source\t2019-07-26\thttps://doi.org/10.1000/notice\t\t\t\t\n"
    assert "of the kind 'clarification', https://doi.org/10.1000/words. Look at it." in ran.stderr
    (seeds / "standing.tsv").write_text("\t".join(COLUMNS) + "\n" + ran.stdout, encoding="utf-8")
    again = run(*asked, home=shared_home, **{CROSSREF.variable: crossref})
    assert (again.returncode, again.stdout) == (0, "")


def test_without_network_it_says_so(shared_home: Path) -> None:
    """A service that cannot be reached is no proof that nothing was retracted."""
    ran = run(
        "standing", "--check", "--seeds", str(TINY), home=shared_home, **{CROSSREF.variable: "http://127.0.0.1:9"}
    )
    assert ran.returncode == 1
    assert "CrossRef does not answer" in ran.stderr
    assert "Traceback" not in ran.stderr
