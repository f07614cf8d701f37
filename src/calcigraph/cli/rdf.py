"""Validate RDF that no record was made of, for `calcigraph validate`; what is large, in a process of limited memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from calcigraph.cli.given import Given
    from calcigraph.errors import Problem
    from calcigraph.resources import Resources

_SMALL = 1 << 18
"""Bytes up to which a file is validated in this process: each of its nodes may be wrong, at some 250 kB of report."""
_MEMORY = 4 << 30
"""Bytes of memory that the validation of a larger file may take."""


def rdf_problems(paths: Sequence[Path], given: Given | None, product: Resources, engine: str) -> list[Problem]:
    """Return the problems of RDF files, and of what was given; that is Turtle unless its name says otherwise."""
    from calcigraph.graph.endings import rdf_format
    from calcigraph.resources import read_limited
    from calcigraph.validation.foreign import MAX_BYTES

    texts = [(str(path), read_limited(path, MAX_BYTES), rdf_format(path)) for path in paths]
    if given is not None:
        texts.append((given.name, given.data, None if given.path is None else rdf_format(given.path)))
    problems: list[Problem] = []
    for name, data, form in texts:
        media = form.media_type if form is not None else "text/turtle"
        check = _checked if len(data) <= _SMALL else _checked_apart
        problems += check(name, data, media, product, engine)
    return problems


def _checked(name: str, data: bytes, media: str, product: Resources, engine: str) -> list[Problem]:
    import pyoxigraph as ox

    from calcigraph.records.context import context_of
    from calcigraph.resources import record_files
    from calcigraph.validation.foreign import check_rdf
    from calcigraph.validation.shapes import load_shapes
    from calcigraph.validation.vocabulary import declared_names

    context = context_of(product)
    stems = [file.stem for file in record_files(product.seeds)]
    return check_rdf(
        data,
        name,
        ox.RdfFormat.from_media_type(media) or ox.RdfFormat.TURTLE,
        shapes=load_shapes(product.shape_files(), product.severity),
        declared=declared_names(product),
        context=context,
        known={f"{context.base}{kind}/{stem}" for kind in context.types for stem in stems},
        engine_name=engine,
    )


def _checked_apart(name: str, data: bytes, media: str, product: Resources, engine: str) -> list[Problem]:
    """Return the problems that a process of its own finds, or that it needs more memory than it may take."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    from calcigraph.errors import Problem

    try:
        with ProcessPoolExecutor(1, get_context("spawn"), _limit, (_MEMORY,)) as executor:
            return executor.submit(_checked, name, data, media, product, engine).result()
    except (BrokenProcessPool, MemoryError):
        message = f"Its validation takes more than {_MEMORY >> 20:,} MB, as with very many problems: split the file."
        return [Problem(name, 0, 0, "too-much", message)]


def _limit(most: int) -> None:
    import sys

    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
