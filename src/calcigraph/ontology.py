"""What is generated from the ontology and committed beside it: the hierarchy and the record context's names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from calcigraph.errors import EngineFailed

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph.resources import Resources


def generated(product: Resources) -> dict[Path, str]:
    """Return each generated file with the text that it should have.

    Raises EngineFailed if HermiT cannot run, or finds the ontology inconsistent or a class empty.
    """
    from calcigraph.names.vocabulary import TERMS, fill_context
    from calcigraph.reasoning.classify import classify, hierarchy_turtle

    sources = [path for path in product.ontology_files() if path != product.hierarchy]
    found = classify(sources)
    if not found.consistent:
        message = "HermiT finds the ontology inconsistent."
        raise EngineFailed(message)
    if found.unsatisfiable:
        message = f"HermiT finds classes that nothing can belong to: {', '.join(found.unsatisfiable)}."
        raise EngineFailed(message)
    context = fill_context(json.loads(product.context.read_text(encoding="utf-8")), sources)
    return {
        product.hierarchy: hierarchy_turtle(found, "cg", TERMS),
        product.context: json.dumps(context, indent=1, ensure_ascii=False) + "\n",
    }
