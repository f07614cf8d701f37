"""Which treatments and conditions a figure lists, and in which order: each below what it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.synthesis.scopes import CONDITION, TREATMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from calcigraph.figures.data import Data

__all__ = ["CONDITION", "TREATMENT", "Listed", "conditions", "found", "ordered", "treatments"]


class Listed(NamedTuple):
    """A term in a list: its IRI, its name there, how deep it stands, and whether others stand below it."""

    iri: str
    name: str
    depth: int
    above_others: bool


def found(data: Data, name: str | None, root: str) -> str:
    """Return the term that a name stands for, or without one what covers all; raises UnknownName or AmbiguousName."""
    return data.evidence.names.find(name, root=root) if name is not None else root


def treatments(data: Data, asked: str) -> frozenset[str]:
    """Return the treatments to list: without one asked for the main classes, else it and what was given below it."""
    if asked == TREATMENT:
        return data.below(asked) & (data.axes | {asked})
    return frozenset({asked} | (data.below(asked) & {one.treatment.iri for one in data.findings}))


def conditions(data: Data, asked: str) -> frozenset[str]:
    """Return the conditions to list: without one asked for the main ones, else it and what patients had below it."""
    if asked == CONDITION:
        return data.below(asked) & (data.axes | {asked})
    had = {term.iri for one in data.findings for term in one.conditions}
    return frozenset({asked} | (data.below(asked) & (data.axes | had)))


def ordered(data: Data, terms: Collection[str], weight: Callable[[str], int]) -> list[Listed]:
    """Return terms as the lines of a tree: each once, below the narrowest other that holds it, the heaviest first."""
    below = {iri: data.below(iri) for iri in terms}
    parents: dict[str, str | None] = {}
    for iri in terms:
        above = [other for other in terms if other != iri and iri in below[other]]
        parents[iri] = min(above, key=lambda other: (len(below[other]), other), default=None)
    return list(_lines(data, parents, None, 0, lambda iri: (-weight(iri), data.label(iri))))


def _lines(
    data: Data, parents: dict[str, str | None], parent: str | None, depth: int, order: Callable[[str], tuple[int, str]]
) -> Iterator[Listed]:
    for iri in sorted((iri for iri, above in parents.items() if above == parent), key=order):
        name = {TREATMENT: "All treatments", CONDITION: "All conditions"}.get(iri) or data.label(iri)
        yield Listed(iri, name, depth, iri in parents.values())
        yield from _lines(data, parents, iri, depth + 1, order)
