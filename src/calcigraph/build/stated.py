"""What was stated of all that a build holds, from which another build can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcigraph.graph.dataset import MADE
from calcigraph.store.local import WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.store.local import Build


def stated(made: Build) -> Iterator[Any]:
    """Yield the quads of what was stated, what was withdrawn since included, and not what the build made of it."""
    import pyoxigraph as ox

    for path in (made.dump, made.path / WITHDRAWN):
        if path.is_file():
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS):
                if not quad.graph_name.value.startswith(MADE):
                    yield quad
