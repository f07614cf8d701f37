"""Add to the graph what the findings add up to: pools and profiles, each held to its shapes before it is stored."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from calcigraph.errors import BuildFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyoxigraph as ox

    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.resources import Resources

_AT_A_TIME = 200
"""Pools or profiles that are validated at a time: some 10,000 triples, beyond which the engine slows down."""


def weigh(product: Resources, store: ox.Store, vocabulary: Vocabulary) -> int:
    """Add pools, and then profiles, and return how many quads that is; raises BuildFailed if one breaks a shape."""
    from calcigraph.store.endpoint import LocalEndpoint
    from calcigraph.synthesis import counted, default_pools
    from calcigraph.synthesis.profiles import default_profiles, facts
    from calcigraph.synthesis.profiles.rdf import profile_quads
    from calcigraph.synthesis.rdf import pool_quads
    from calcigraph.validation.shapes import load_shapes

    endpoint = LocalEndpoint(store)
    before = len(store)
    shapes = load_shapes(product.shape_files()).local
    findings = counted(endpoint, product.counts.read_text(encoding="utf-8"))
    _add(store, default_pools(findings, vocabulary.labels), pool_quads, shapes, "pools")
    known = facts(endpoint, product.profile_queries())
    _add(store, default_profiles(findings, known, vocabulary), profile_quads, shapes, "profiles")
    return len(store) - before


def _add(
    store: ox.Store,
    made: Iterable[object],
    quads_of: Callable[[list[Any]], Iterable[ox.Quad]],
    shapes: str,
    what: str,
) -> None:
    """Store what was made, in parts, each after it was found sound."""
    from calcigraph.graph.dataset import triples_of
    from calcigraph.validation.engines import validate_with_pyshifty

    parts = iter(made)
    while some := list(islice(parts, _AT_A_TIME)):
        quads = list(quads_of(some))
        wrong = validate_with_pyshifty(triples_of(quads), shapes)
        if wrong:
            message = f"The {what} are not sound, which is an error of Calcigraph: {wrong[0].focus}: {wrong[0].message}"
            raise BuildFailed(message)
        store.bulk_extend(quads)
