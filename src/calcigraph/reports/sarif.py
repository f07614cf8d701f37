"""A report as SARIF 2.1.0, which code scanning services and editors show at the line."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from calcigraph.reports.report import MARK

if TYPE_CHECKING:
    from calcigraph.errors import Problem
    from calcigraph.reports.report import Report

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://w3id.org/calcigraph/"
_ROOT = "%SRCROOT%"


def write(report: Report) -> str:
    """Return the report as a SARIF log with one run; columns count in Unicode code points."""
    codes = sorted({problem.code for problem in report.problems})
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Calcigraph",
                "version": report.version,
                "informationUri": _HOME,
                "rules": [{"id": code, "name": code, "shortDescription": {"text": _words(code)}} for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _location(file)} for file in report.files],
        "results": [_result(problem, codes.index(problem.code)) for problem in report.problems],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _words(code: str) -> str:
    return code.replace("-", " ").capitalize() if code.islower() else f"The shape {code}."


def _location(file: str) -> dict[str, str]:
    """Return the address of a file: relative to the root of the repository unless it is absolute."""
    if file.startswith("/"):
        return {"uri": f"file://{quote(file)}"}
    return {"uri": quote(file), "uriBaseId": _ROOT}


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _location(problem.file)}
    region = _region(problem)
    if region:
        place["region"] = region
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": MARK[problem.severity],
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"calcigraph/v1": _print(problem)},
    }
    if problem.repair and region:
        result["fixes"] = [
            {
                "description": {"text": f"Write {problem.repair!r}."},
                "artifactChanges": [
                    {
                        "artifactLocation": _location(problem.file),
                        "replacements": [{"deletedRegion": region, "insertedContent": {"text": problem.repair}}],
                    }
                ],
            }
        ]
    return result


def _region(problem: Problem) -> dict[str, Any]:
    if not problem.line:
        return {}
    region: dict[str, Any] = {"startLine": problem.line, "startColumn": max(problem.column, 1)}
    if problem.text and "\n" not in problem.text:
        region |= {"endLine": problem.line, "endColumn": max(problem.column, 1) + len(problem.text)}
    return region


def _print(problem: Problem) -> str:
    """Return what stays the same for a problem when lines move."""
    stable = f"{problem.file}\0{problem.code}\0{problem.text}\0{problem.message}"
    return hashlib.sha256(stable.encode()).hexdigest()[:32]
