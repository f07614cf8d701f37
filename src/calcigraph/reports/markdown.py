"""A report as Markdown, ready to be a comment or the summary of a run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.errors import Problem
    from calcigraph.reports.report import Report

_MOST = 200
"""Problems that are listed; a comment on GitHub holds 65,536 characters."""


def write(report: Report) -> str:
    """Return the counts, and the problems file by file."""
    files = f"{len(report.files)} file{'s' * (len(report.files) != 1)}"
    return "\n".join(["### Validation", "", f"{files}: {report.summary()}.", *_lists(report)]) + "\n"


def _lists(report: Report) -> Iterator[str]:
    file = None
    for problem in report.problems[:_MOST]:
        if problem.file != file:
            file = problem.file
            yield from ("", f"**{_plain(file)}**", "")
        yield _bullet(problem)
    left = len(report.problems) - _MOST
    if left > 0:
        yield from ("", f"… and {left} more.")


def _bullet(problem: Problem) -> str:
    repair = f" Repair: `{problem.repair.replace('`', '')}`." if problem.repair else ""
    place = f"line {problem.line}" if problem.line else "the file"
    return f"- {place}, {problem.severity}: {_plain(problem.message)}{repair} [{problem.code}]"


def _plain(text: str) -> str:
    """Return the text so that Markdown shows it as it is, on one line."""
    return re.sub(r"([\\`*_\[\]<>|#@])", r"\\\1", " ".join(text.split()))
