"""Validate RDF that no record was made of, for `calcigraph validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from calcigraph.cli.given import Given
    from calcigraph.errors import Problem
    from calcigraph.resources import Resources


def rdf_problems(paths: Sequence[Path], given: Given | None, product: Resources, engine: str) -> list[Problem]:
    """Return the problems of RDF files, and of what was given; that is Turtle unless its name says otherwise."""
    import pyoxigraph as ox

    from calcigraph.graph.endings import rdf_format
    from calcigraph.records.context import context_of
    from calcigraph.resources import read_limited, record_files
    from calcigraph.validation.foreign import MAX_BYTES, check_rdf
    from calcigraph.validation.shapes import load_shapes
    from calcigraph.validation.vocabulary import declared_names

    context = context_of(product)
    shapes = load_shapes(product.shape_files(), product.severity)
    declared = declared_names(product)
    stems = [file.stem for file in record_files(product.seeds)]
    known = {f"{context.base}{kind}/{stem}" for kind in context.types for stem in stems}
    texts = [(str(path), read_limited(path, MAX_BYTES), rdf_format(path)) for path in paths]
    if given is not None:
        texts.append((given.name, given.data, None if given.path is None else rdf_format(given.path)))
    problems: list[Problem] = []
    for name, data, form in texts:
        problems += check_rdf(
            data,
            name,
            form or ox.RdfFormat.TURTLE,
            shapes=shapes,
            declared=declared,
            context=context,
            known=known,
            engine_name=engine,
        )
    return problems
