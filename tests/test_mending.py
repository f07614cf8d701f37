"""Safe repairs: what is certain is written at its place, what is not stays as it was."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from calcigraph.errors import Problem
from calcigraph.records.context import XSD, load_context
from calcigraph.records.mend import mended
from calcigraph.records.read import read_record
from calcigraph.records.repair import bare_identifier, only_near, well_formed
from calcigraph.resources import record_files, resources

CONTEXT = load_context(resources().context)


def test_slips_of_the_pen_are_mended() -> None:
    """A misspelt key, a misspelt term and a day in another form are written right, and nothing else changes."""
    [path] = [file for file in record_files(resources().seeds) if file.stem == "robertson-2003"]
    sound = path.read_text(encoding="utf-8")
    broken = sound.replace("enrolled: 9", "enroled: 9").replace("[painful calc", "[painfull calc")
    broken = broken.replace("treatment: minocycline", "treatment: 'minocyclin' # as in the title")
    broken = broken.replace("2026-11-23", "23 November 2026")
    problems = read_record(broken.encode(), path.name, CONTEXT).problems
    data, done = mended(broken.encode(), problems)
    assert len(done) == len(problems) == 4
    assert data.decode() == sound.replace("treatment: minocycline", "treatment: 'minocycline' # as in the title")


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("diltiazm", ["diltiazem", "verapamil"], "diltiazem"),
        ("Diltiazem", ["diltiazem", "verapamil"], "diltiazem"),
        ("desgin", ["design"], "design"),
        ("dose", ["doses"], ""),  # too short to tell
        ("colchicin", ["colchicine", "colchicina"], ""),  # two are near
        ("prednison", ["prednisone", "prednisolone"], "prednisone"),
        ("aspirin", ["warfarin"], ""),
    ],
)
def test_one_near_name_is_meant(text: str, names: list[str], found: str) -> None:
    """A repair needs one name within a slip or two, and no other that is nearly as near."""
    assert only_near(text, names) == found


@pytest.mark.parametrize(
    ("datatype", "text", "found"),
    [
        ("date", "2026/1/5", "2026-01-05"),
        ("date", "5 Jan. 2026", "2026-01-05"),
        ("date", "January 5, 2026", "2026-01-05"),
        ("date", "05/01/2026", ""),
        ("date", "30 February 2026", ""),
        ("boolean", "Yes", "true"),
        ("boolean", "FALSE", "false"),
        ("integer", "9.0", "9"),
        ("integer", "9.5", ""),
        ("integer", "nine", ""),
    ],
)
def test_one_value_in_another_form(datatype: str, text: str, found: str) -> None:
    """A value is put into its form where it can be only one value."""
    assert well_formed(XSD + datatype, text) == found


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("doi", "doi:10.1000/ABC", "10.1000/abc"),
        ("doi", "about 10.1000/abc", ""),
        ("pmid", "PMID: 12594122", "12594122"),
        ("pmcid", "1754476", "PMC1754476"),
        ("title", "10.1000/abc", ""),
    ],
)
def test_identifiers_lose_what_is_around_them(key: str, text: str, found: str) -> None:
    """A resolver and a label around an identifier are taken away."""
    assert bare_identifier(key, text) == found


def test_what_stands_elsewhere_is_left_alone() -> None:
    """Where the text at the place is another one, or goes on, nothing is written."""
    problem = Problem("x.yaml", 1, 6, "unknown-term", "", text="alpha", repair="beta")
    for line in ("key: gamma\n", "key: alphabet\n", "key: alpha-blocker\n"):
        assert mended(line.encode(), [problem]) == (line.encode(), [])


@given(repair=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=12))
def test_a_repair_is_read_back_as_it_was_meant(repair: str) -> None:
    """Whatever the repair is, YAML reads it as that text, in a list as well as alone."""
    for line, column in (("key: alpha\n", 6), ("key: [alpha, x]\n", 7)):
        problem = Problem("x.yaml", 1, column, "unknown-term", "", text="alpha", repair=repair)
        data, done = mended(line.encode(), [problem])
        assert done == [problem]
        value = yaml.load(data, Loader=yaml.BaseLoader)["key"]  # noqa: S506 -- BaseLoader makes texts only
        assert (value[0] if isinstance(value, list) else value) == repair
