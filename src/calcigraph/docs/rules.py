"""The page of the rules: what each derives, how often, and the tables of levels by design and of verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcigraph.docs.graph import rows
from calcigraph.reasoning.rules import load_rules

if TYPE_CHECKING:
    from calcigraph.api import Evidence
    from calcigraph.docs.graph import Row


def page(evidence: Evidence) -> dict[str, Any]:
    """Return the values of the page of rules: the rules with their counts, and the two tables."""
    counts = {row["rule"]: int(row["statements"]) for row in rows(evidence, "derived")}
    levels = rows(evidence, "levels")
    scales = {row["scale"]: row["scale_label"] for row in levels}
    designs = dict(sorted({row["design"]: row["design_label"] for row in levels}.items(), key=lambda item: item[1]))
    cells: dict[tuple[str, str], Row] = {(row["design"], row["scale"]): row for row in levels}
    return {
        "rules": [(rule, counts.get(rule.iri, 0)) for rule in load_rules(evidence.product.rule_files())],
        "scales": scales,
        "designs": designs,
        "cells": cells,
        "lines": levels,
        "verdicts": rows(evidence, "verdicts"),
    }
