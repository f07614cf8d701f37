"""What an engine found, as values that sort and compare."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from calcigraph.errors import Severity
from calcigraph.names.vocabulary import BASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rdflib import Graph

SHACL = "http://www.w3.org/ns/shacl#"
_IRI = re.compile(rf"<?{re.escape(BASE)}([^\s>]*)>?")


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One validation result: IRIs are whole, and a missing part is an empty text."""

    focus: str
    path: str
    value: str
    shape: str
    component: str
    severity: Severity
    message: str


def weighed(results: Iterable[Result], given: Mapping[str, Severity]) -> list[Result]:
    """Return the results with the severities that a registry gives to their shapes, by IRI."""
    return [replace(one, severity=given.get(one.shape, one.severity)) for one in results]


def results_of(report: Graph) -> list[Result]:
    """Return the results in a W3C validation report, sorted, each once; what a result has as detail is left out."""
    from rdflib import BNode, URIRef

    def text(node: Any, name: str) -> str:
        found = report.value(node, URIRef(SHACL + name))
        return "" if found is None or isinstance(found, BNode) else str(found)

    results = set()
    for node in report.objects(None, URIRef(SHACL + "result")):
        results.add(
            Result(
                focus=text(node, "focusNode"),
                path=text(node, "resultPath"),
                value=text(node, "value"),
                shape=text(node, "sourceShape"),
                component=text(node, "sourceConstraintComponent").removeprefix(SHACL),
                severity=Severity(text(node, "resultSeverity").removeprefix(SHACL).lower()),
                message=_IRI.sub(r"\1", text(node, "resultMessage")),
            )
        )
    return sorted(results)
