"""A report as a value, and the forms in which it can be written."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from calcigraph.errors import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMS = ("text", "json", "sarif", "junit", "github", "markdown")
MARK = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
"""What CI systems call a severity; GitHub's annotations say notice for a note."""


@dataclass(frozen=True, slots=True)
class Report:
    """The files that were looked at, the problems that are to be shown, and how many there are of each severity."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    tally: tuple[tuple[Severity, int], ...]
    version: str

    def summary(self) -> str:
        """Return the counts in words."""
        words = {Severity.VIOLATION: "violation", Severity.WARNING: "warning", Severity.INFO: "remark"}
        return ", ".join(f"{count} {words[severity]}{'s' * (count != 1)}" for severity, count in self.tally)


def report(files: Sequence[str], problems: Sequence[Problem], least: Severity, version: str) -> Report:
    """Return a report on the files that shows the problems of a severity and above, sorted by place."""
    weights = list(Severity)
    shown = sorted(p for p in problems if weights.index(p.severity) <= weights.index(least))
    tally = tuple((severity, sum(p.severity is severity for p in problems)) for severity in Severity)
    return Report(tuple(files), tuple(shown), tally, version)


def written(made: Report, form: str) -> str:
    """Return the report in one of the forms, ending with a line break unless it is empty."""
    write: str = import_module(f"calcigraph.reports.{form}").write(made)
    return write
