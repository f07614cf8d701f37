"""The home page: the evidence map, with a few sentences and where to begin."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from calcigraph.names.vocabulary import BASE, DATA_LICENSE
from calcigraph.serve.pages.grid import grid
from calcigraph.serve.pages.links import local
from calcigraph.serve.pages.render import page

if TYPE_CHECKING:
    from calcigraph.serve.pages.library import Library

_IN_CLINIC = frozenset({"rheumatologist", "paediatrician", "dermatologist"})
"""Those whose questions a newcomer is shown first; `/questions` has all."""
_NAMES = {"RegisteredTrial": "trial", "Study": "study", "Review": "review", "Cohort": "cohort"}


def home(library: Library, base: str) -> str:
    """Return the home page."""
    evidence = library.evidence
    kinds = Counter(_NAMES[local(row["kind"])] for row in library.records.values())
    stamp, _ = library.data.stamp
    schema = {
        "@context": "https://schema.org/",
        "@id": BASE,
        "@type": "Dataset",
        "name": "Calcigraph",
        "description": "What studies, reviews and trials report on treating calcinosis cutis. A research tool, not"
        " medical advice; a reported response is not efficacy.",
        "license": DATA_LICENSE,
        "version": stamp,
        "isAccessibleForFree": True,
        "url": BASE,
    }
    return page(
        "home.html",
        base=base,
        grid=grid(library),
        counts={name: kinds[name] for name in _NAMES.values()},
        scale=library.data.scale,
        stamp=stamp,
        schema=schema,
        questions=[one for one in evidence.questions.values() if one.asked_by[0] in _IN_CLINIC],
        all_questions=len(evidence.questions),
    )
