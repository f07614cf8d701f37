"""A report as JSON, for programs that have no format of their own for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calcigraph.reports.report import Report


def write(report: Report) -> str:
    """Return the files, the counts and the problems, each with its place, text, nearest names and repair."""
    problems = [p._asdict() | {"severity": str(p.severity), "nearest": list(p.nearest)} for p in report.problems]
    whole = {
        "version": report.version,
        "files": list(report.files),
        "count": {str(severity): count for severity, count in report.tally},
        "problems": problems,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
