"""A report as lines that editors and terminals know: file:line:column, and what may stand there instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calcigraph.reports.report import Report


def write(report: Report) -> str:
    """Return the problems, one a line; a safe repair is named behind it."""
    lines = [f"{p}{f' (--fix writes {p.repair!r})' if p.repair else ''}" for p in report.problems]
    return "".join(f"{line}\n" for line in lines)
