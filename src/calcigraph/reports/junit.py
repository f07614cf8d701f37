"""A report as JUnit XML, which CI systems list as tests: a suite per file, and a failure per violation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from calcigraph.errors import Severity

if TYPE_CHECKING:
    from calcigraph.errors import Problem
    from calcigraph.reports.report import Report

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> str:
    """Return the report as XML: warnings and remarks pass, and are told in the output of their test."""
    root = Element("testsuites", name="calcigraph validate")
    by_file: dict[str, list[Problem]] = {file: [] for file in report.files}
    for problem in report.problems:
        by_file.setdefault(problem.file, []).append(problem)
    totals = {"tests": 0, "failures": 0}
    for file, problems in by_file.items():
        failures = sum(problem.severity is Severity.VIOLATION for problem in problems)
        counts = {"tests": max(len(problems), 1), "failures": failures}
        totals = {key: totals[key] + counts[key] for key in totals}
        attributes = {"name": _clean(file), "errors": "0", "skipped": "0", "time": "0"}
        suite = SubElement(root, "testsuite", attributes | {key: str(value) for key, value in counts.items()})
        for problem in problems:
            _case(suite, problem)
        if not problems:
            SubElement(suite, "testcase", classname=_clean(file), name="is sound", time="0")
    for key, value in totals.items():
        root.set(key, str(value))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(suite: Element, problem: Problem) -> None:
    name = f"{problem.code} at {problem.line}:{problem.column}"
    case = SubElement(
        suite, "testcase", classname=_clean(problem.file), name=name, file=_clean(problem.file), line=str(problem.line)
    )
    case.set("time", "0")
    if problem.severity is Severity.VIOLATION:
        failure = SubElement(case, "failure", message=_clean(problem.message), type=problem.code)
        failure.text = _clean(str(problem))
    else:
        SubElement(case, "system-out").text = _clean(str(problem))


def _clean(text: str) -> str:
    """Return the text without characters that XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)
