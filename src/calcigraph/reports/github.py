"""A report as GitHub's workflow commands, which it shows as annotations on the changed lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.reports.report import MARK

if TYPE_CHECKING:
    from calcigraph.errors import Problem
    from calcigraph.reports.report import Report


def write(report: Report) -> str:
    """Return the problems, one command a line."""
    return "".join(f"{_command(problem)}\n" for problem in report.problems)


def _command(problem: Problem) -> str:
    level = MARK[problem.severity].replace("note", "notice")
    place = {"file": problem.file, "line": problem.line, "col": problem.column, "title": problem.code}
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in place.items() if value)
    return f"::{level} {properties}::{_data(problem.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
