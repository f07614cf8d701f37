"""Reports: one content in three forms, that needs nothing from elsewhere and says the same twice."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calcigraph.docs.report import of_condition, of_treatment, to_html, to_markdown, to_pdf
from calcigraph.errors import UnknownName

if TYPE_CHECKING:
    from calcigraph import Evidence
    from calcigraph.docs.report import Report

TINY = Path(__file__).parent / "worlds" / "tiny"


@pytest.fixture(params=["treatment", "condition"])
def report(request: pytest.FixtureRequest, tiny: Evidence) -> Report:
    """Return the report on a treatment, and that on a condition."""
    if request.param == "treatment":
        return of_treatment(tiny, "minocycline")
    return of_condition(tiny, "systemic sclerosis")


def test_every_form_has_every_section_and_source(report: Report) -> None:
    """Headings, cells and links of the report stand in Markdown and in HTML alike."""
    markdown, html = to_markdown(report), to_html(report)
    assert report.sources
    assert any(section.rows for section in report.sections)
    for section in report.sections:
        assert f"## {section.heading}\n" in markdown
        assert f"<h2>{section.heading}</h2>" in html
        for row in section.rows:
            assert " ".join(row[0].split()) in markdown
    for source in report.sources:
        for link in source.links:
            assert f"({link.href})" in markdown
            assert f'href="{link.href}"' in html
    assert "not medical advice" in markdown
    assert "not medical advice" in html


def test_a_report_needs_nothing_from_elsewhere(report: Report) -> None:
    """No script, style sheet, font or picture is named: only links lead elsewhere."""
    html = to_html(report)
    assert not re.search(r"<(?:script|link|img|iframe)\b|\bsrc=|@import|url\(", html)


def test_the_same_report_gives_the_same_pdf(report: Report) -> None:
    """A PDF is one, and has the same bytes each time."""
    first, second = to_pdf(report), to_pdf(report)
    assert first.startswith(b"%PDF-")
    assert first == second


def test_what_is_not_there_is_told(tiny: Evidence) -> None:
    """A name that no condition has is answered with the nearest ones."""
    with pytest.raises(UnknownName, match="systemic sclerosis"):
        of_condition(tiny, "systemic sclerosys")


def test_the_command_writes_by_the_ending(tiny: Evidence, shared_home: Path, tmp_path: Path) -> None:
    """The ending of the file names the form; a view of an earlier day says so; wrong use is told in a sentence."""
    assert tiny.dump is not None
    place = ["--seeds", str(TINY), "--home", str(shared_home)]

    def run(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "calcigraph", "report", *words, *place]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stderr

    for name, start in (("a.md", b"# "), ("a.html", b"<!DOCTYPE html>"), ("a.pdf", b"%PDF-")):
        code, told = run("--treatment", "minocycline", "--as-of", "2002", "-o", name)
        assert code == 0, told
        assert (tmp_path / name).read_bytes().startswith(start)
    assert "as known at the end of 2002-12-31" in (tmp_path / "a.md").read_text(encoding="utf-8")
    assert run("--treatment", "minocycline", "-o", "a.doc")[0] == 2
    assert run("-o", "a.md")[0] == 2
    assert run("--treatment", "minocyclin", "-o", "b.md")[0] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.md", "a.pdf"]
