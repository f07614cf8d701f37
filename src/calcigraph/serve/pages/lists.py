"""Pages that list: treatments and conditions as trees, and the terms of the ontology."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.figures.terms import CONDITION, TREATMENT
from calcigraph.serve.pages.render import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcigraph.serve.pages.library import Library

_KINDS = {
    "class": "Classes",
    "value": "Values",
    "relation": "Relations",
    "property": "Properties",
    "annotation": "Annotations",
}


class Branch(NamedTuple):
    """A term in a tree, with the number of findings on it and what is below it."""

    iri: str
    name: str
    findings: int
    below: list[Branch]


def tree_page(library: Library, base: str, root: str) -> str:
    """Return all treatments, or all conditions, each below what it belongs to."""
    whole = root == TREATMENT
    findings: dict[str, int] = {}
    for one in library.data.findings:
        for iri in one.classes if whole else one.touched:
            findings[iri] = findings.get(iri, 0) + 1
    tree = _branches(library, root, findings, frozenset())
    return page("tree.html", base=base, title="Treatments" if whole else "Conditions", tree=tree)


def ontology_page(library: Library, base: str) -> str:
    """Return the terms of the ontology by kind, each with an anchor of its name and a link to its own page."""
    labels = library.names.labels
    kinds: dict[str, list[tuple[str, str]]] = {heading: [] for heading in _KINDS.values()}
    for iri, row in library.terms.items():
        kinds[_KINDS[row["kind"]]].append((iri, labels.get(iri, iri)))
    ordered = {kind: sorted(terms, key=lambda pair: pair[1].casefold()) for kind, terms in kinds.items() if terms}
    return page("ontology.html", base=base, kinds=ordered, tops=(TREATMENT, CONDITION))


def _branches(library: Library, iri: str, findings: Mapping[str, int], above: frozenset[str]) -> list[Branch]:
    data = library.data
    below = data.below(iri) - {iri} - above
    direct = [one for one in below if not any(one in data.below(other) - {other} for other in below)]
    branches = [
        Branch(one, data.label(one), findings.get(one, 0), _branches(library, one, findings, above | {iri, one}))
        for one in direct
    ]
    return sorted(branches, key=lambda branch: (-branch.findings, branch.name))
