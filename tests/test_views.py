"""Views of an earlier day: what was known then, what is left out and counted, and what follows from the rest."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import calcigraph
from calcigraph.errors import BadDate
from calcigraph.names.days import asked_day, first_and_last
from calcigraph.resources import record_files, resources
from calcigraph.store.local import Home

if TYPE_CHECKING:
    from calcigraph import Evidence

WORLD = Path(__file__).parent / "questions" / "audit" / "given"
TRIAL = Path(__file__).parent / "questions" / "profiles" / "given" / "NCT00000001.yaml"
YEAR = re.compile(r"^year: (\d{4})$", re.MULTILINE)


def year_of(file: Path) -> int | None:
    """Return the year that a record states."""
    found = YEAR.search(file.read_text(encoding="utf-8"))
    return int(found[1]) if found else None


def with_line(file: Path, line: str, *, after: str) -> None:
    """Add a line to a record, behind the line that begins so."""
    text = file.read_text(encoding="utf-8")
    assert re.search(rf"^{after}.*$", text, re.MULTILINE)
    file.write_text(re.sub(rf"^({after}.*)$", rf"\1\n{line}", text, count=1, flags=re.MULTILINE), encoding="utf-8")


def records(evidence: Evidence) -> set[str]:
    """Return the short addresses of the records of which something is known."""
    return {str(row["record"]).removeprefix("https://w3id.org/calcigraph/") for row in evidence.ask("readings")}


@pytest.fixture(scope="module")
def view(shared_home: Path) -> Evidence:
    """Return the small world as it was known at the end of 2010."""
    return calcigraph.open(seeds=WORLD, home=shared_home, as_of="2010")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Evidence:
    """Return a world of nothing but the records of the small world that were known at the end of 2010."""
    folder = tmp_path_factory.mktemp("alone") / "known-by-2010"
    folder.mkdir()
    for file in record_files(WORLD):
        if (year_of(file) or 9999) <= 2010:
            shutil.copy(file, folder)
    return calcigraph.open(seeds=folder, home=shared_home)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Return two studies of the small world, of 2006 and 2012, and a trial, in a folder that a test may change."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    for file in (WORLD / "zeta-2006.yaml", WORLD / "eta-2012.yaml", TRIAL):
        shutil.copy(file, folder)
    return folder


def test_a_view_holds_the_records_published_by_then(view: Evidence) -> None:
    """Those of later years are left out, and so are those that say no year."""
    stems = {file.stem for file in record_files(WORLD) if (year_of(file) or 9999) <= 2010}
    assert {name.partition("/")[2] for name in records(view)} == stems


def test_a_view_counts_what_it_leaves_out(view: Evidence) -> None:
    """Each record is known, later, of an unsure day, or undated."""
    years = [year_of(file) for file in record_files(WORLD)]
    assert view.info is not None
    assert (view.info.as_of, view.info.records, view.info.later, view.info.unsure, view.info.undated) == (
        "2010-12-31",
        sum(year is not None and year <= 2010 for year in years),
        sum(year is not None and year > 2010 for year in years),
        0,
        years.count(None),
    )


@pytest.mark.parametrize(
    "question", ["audit", "contradictions", "coverage", "gaps", "pools", "profiles", "totals", "treatments", "readings"]
)
def test_a_view_answers_as_a_graph_of_these_records_alone(question: str, view: Evidence, alone: Evidence) -> None:
    """Levels, verdicts, pools and gaps are made anew: nothing of what came later is left in them."""
    assert list(view.ask(question)) == list(alone.ask(question))


def test_a_claim_is_not_overtaken_before_the_later_findings(view: Evidence, shared_home: Path) -> None:
    """The verdict of the day rests on what was known on it."""
    now = calcigraph.open(seeds=WORLD, home=shared_home)
    claim = "https://w3id.org/calcigraph/review/tau-2010#rituximab"
    verdicts = {
        name: row["verdict"]
        for name, evidence in (("then", view), ("now", now))
        for row in evidence.ask("audit", treatment="rituximab")
        if row["claim"] == claim
    }
    assert verdicts == {"then": "borne out", "now": "overtaken"}


def test_a_year_alone_is_known_from_its_end(seeds: Path, shared_home: Path) -> None:
    """A record of 2012 may be of a later month than June: it is left out and counted."""
    june = calcigraph.open(seeds=seeds, home=shared_home, as_of="2012-06")
    assert june.info is not None
    assert (june.info.unsure, june.info.later, "study/eta-2012" in records(june)) == (1, 0, False)


def test_a_day_online_is_known_from_that_day(seeds: Path, shared_home: Path) -> None:
    """It counts also when the year of the issue is a later one."""
    with_line(seeds / "eta-2012.yaml", "published_online: '2011-11-30'", after="year")
    before, on = (calcigraph.open(seeds=seeds, home=shared_home, as_of=day) for day in ("2011-11-29", "2011-11-30"))
    assert ("study/eta-2012" in records(before), "study/eta-2012" in records(on)) == (False, True)


def test_a_trial_is_known_from_its_start(seeds: Path, shared_home: Path) -> None:
    """Without one it is left out, as its entry says no other day."""
    undated = calcigraph.open(seeds=seeds, home=shared_home, as_of="2012")
    with_line(seeds / "NCT00000001.yaml", "started: 2011-05", after="trial_status")
    dated = calcigraph.open(seeds=seeds, home=shared_home, as_of="2012")
    assert ("trial/NCT00000001" in records(undated), "trial/NCT00000001" in records(dated)) == (False, True)


def test_what_came_later_is_not_pointed_to(seeds: Path, shared_home: Path) -> None:
    """A trial whose results came later has none in the view."""
    with_line(seeds / "NCT00000001.yaml", "started: 2005\nresults_published: study/eta-2012", after="trial_status")
    with_line(seeds / "eta-2012.yaml", "same_work_as: trial/NCT00000001", after="year")
    home = shared_home
    then = calcigraph.open(seeds=seeds, home=home, as_of="2006").ask("trials-without-results")
    now = calcigraph.open(seeds=seeds, home=home).ask("trials-without-results")
    assert (len(then), len(now)) == (1, 0)


def test_searches_stay(seeds: Path, shared_home: Path) -> None:
    """What a search of today did not find was not there earlier: the gap is searched and empty, not unsearched."""
    (seeds / "searches.tsv").write_text(
        "searched_on\ttreatment\tcondition\twords\twhere\tfound\tnote\n"
        "2026-01-01\tpamidronate\tjuvenile dermatomyositis\tpamidronate calcinosis\tpublic pages\t\t\n",
        encoding="utf-8",
    )
    with_line(seeds / "zeta-2006.yaml", "covers: juvenile dermatomyositis", after="year")
    then = calcigraph.open(seeds=seeds, home=shared_home, as_of="2010")
    assert [row["state"] for row in then.ask("gaps", treatment="bisphosphonate")] == ["searched and empty"]


def test_a_view_is_made_once(shared_home: Path, view: Evidence) -> None:
    """The second time it is opened it is there."""
    assert view.info is not None
    folder = Home(shared_home).path / "builds" / view.info.digest
    before = (folder / "build.json").stat().st_mtime_ns
    calcigraph.open(seeds=WORLD, home=shared_home, as_of="2010-12-31")
    assert (folder / "build.json").stat().st_mtime_ns == before


def test_before_the_first_record_nothing_is_known(shared_home: Path) -> None:
    """The answer is empty, and no pool or profile breaks on it."""
    nothing = calcigraph.open(seeds=WORLD, home=shared_home, as_of="1900")
    assert nothing.info is not None
    assert (nothing.info.records, len(nothing.ask("treatments")), len(nothing.ask("pools"))) == (0, 0, 0)
    assert nothing.profile("rituximab").total.studies == 0


def test_the_last_day_of_a_month_is_known() -> None:
    """A leap year has one day more."""
    assert first_and_last("2020-02") == (date(2020, 2, 1), date(2020, 2, 29))


@pytest.mark.parametrize("text", ["yesterday", "2018/07", "2018-13", "2018-02-30", "07-2018", "", "18", "0000"])
def test_what_is_no_date_is_refused_with_the_form(text: str) -> None:
    """The message shows the three forms."""
    with pytest.raises(BadDate, match="such as 2018-07-15, 2018-07 or 2018"):
        first_and_last(text)


def test_a_day_in_the_future_is_refused() -> None:
    """This month has begun and is fine; the next one has not."""
    assert asked_day("2026-11", date(2026, 11, 2)) == date(2026, 11, 30)
    with pytest.raises(BadDate, match="in the future"):
        asked_day("2026-12", date(2026, 11, 30))


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on the small world as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "calcigraph", *arguments, "--seeds", str(WORLD)],
        env=os.environ | {"CALCIGRAPH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line_says_what_a_view_leaves_out(shared_home: Path, view: Evidence) -> None:
    """On standard error, with the numbers."""
    ran = run(shared_home, "ask", "treatments", "--as-of", "2010", "--format", "csv")
    assert ran.returncode == 0
    assert view.info is not None
    assert f"as known at the end of 2010-12-31, {view.info.records} of 22 records" in ran.stderr
    assert len(ran.stdout.splitlines()) - 1 == len(view.ask("treatments"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as-of", "soon"), "'soon' is no date"),
        (("--as-of", "2999"), "in the future"),
        (("--as-of", "2010", "--endpoint", "http://localhost:9"), "Leave out --endpoint"),
    ],
)
def test_a_wrong_day_is_wrong_use(shared_home: Path, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, no traceback, and what to do."""
    ran = run(shared_home, "ask", "treatments", *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_profile_says_of_which_day_it_is(shared_home: Path) -> None:
    """Its title does, in every form for people, so that a copy of it does too."""
    ran = run(shared_home, "profile", "rituximab", "--as-of", "2010", "--format", "markdown")
    assert ran.stdout.startswith("# rituximab, as known at the end of 2010-12-31\n")


def test_a_figure_says_of_which_day_it_is(shared_home: Path, tmp_path: Path) -> None:
    """Its foot does, and the text in its place."""
    ran = run(shared_home, "plot", "map", "--as-of", "2010", "-o", str(tmp_path / "map.svg"))
    assert ran.returncode == 0, ran.stderr
    assert "as known at the end of 2010-12-31" in (tmp_path / "map.svg.alt.txt").read_text(encoding="utf-8")


def test_every_dated_record_that_comes_with_calcigraph_is_known_today(evidence: Evidence) -> None:
    """The dates of the real records can all be read, and none is in the future."""
    from calcigraph.build.view import known_on

    known = known_on(datetime.now(tz=UTC).date(), resources(), evidence.endpoint.store)  # type: ignore[attr-defined]
    assert not known.later
    dates = ("year", "published_online", "started")
    texts = {file: file.read_text(encoding="utf-8") for file in record_files(resources().seeds)}
    undated = [file for file, text in texts.items() if not re.search(rf"^({'|'.join(dates)}): ", text, re.MULTILINE)]
    assert len(known.undated) == len(undated)
