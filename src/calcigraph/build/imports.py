"""A build with what was imported: the same records, and the graphs of imports, with rules and pools made anew.

What spans records is compared between records and imports, when something is imported and when a build takes it in,
because the records may have changed since.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from calcigraph.errors import InvalidRecords, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyoxigraph as ox

    from calcigraph.resources import Resources
    from calcigraph.store.local import Build, Home
    from calcigraph.validation.report import Result


def with_imports(
    product: Resources, home: Home, made: Build, progress: Callable[[str], None] = lambda _: None
) -> Build:
    """Return the build with all imports of its home, made now unless it was made before; without imports, the build.

    Raises BuildFailed if it cannot be written, and InvalidRecords if imports clash with the records as they are now.
    """
    files = home.import_files()
    if not files:
        return made
    digest = hashlib.blake2b(digest_size=8)
    for path in files:
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    name = f"{made.info.digest}-with-{digest.hexdigest()}"
    return home.found_or_made(name, lambda folder: _make(product, made, files, name, folder, progress))


def _make(
    product: Resources, made: Build, files: Sequence[Path], digest: str, folder: Path, progress: Callable[[str], None]
) -> None:
    import pyoxigraph as ox

    from calcigraph.build.finish import finish
    from calcigraph.build.stated import stated

    imports = {path.stem: list(ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)) for path in files}
    problems = import_problems(product, imports, advice=" Or take the import away by `calcigraph import --remove`.")
    if any(problem.severity is Severity.VIOLATION for problem in problems):
        raise InvalidRecords(problems)
    store = ox.Store(str(folder / "store"))
    store.bulk_extend(stated(made))
    for quads in imports.values():
        store.bulk_extend(quads)
    info = made.info._replace(digest=digest, quads=0, derived=0)
    finish(product, store, folder, info, progress)


def import_problems(product: Resources, imports: Mapping[str, Sequence[ox.Quad]], *, advice: str = "") -> list[Problem]:
    """Return what is found by comparing imports, by their names, with the records and with each other."""
    from calcigraph.build.check import across
    from calcigraph.graph.dataset import triples_of
    from calcigraph.validation.shapes import load_shapes, project

    shapes = load_shapes(product.shape_files(), product.severity)
    graphs = {name: graphs_of(quads) for name, quads in imports.items()}
    shards = chain(_records(product), map(triples_of, imports.values()))
    results = across([project(shards, shapes.spanning_properties)], shapes, "pyshifty")
    return sorted(
        problem(name, result, mine, advice)
        for name, mine in graphs.items()
        for result in results
        if result.focus in mine
    )


def graphs_of(quads: Sequence[ox.Quad]) -> dict[str, str]:
    """Return in which graph each thing is described, by its address; the first counts."""
    graphs: dict[str, str] = {}
    for quad in quads:
        graphs.setdefault(str(quad.subject).strip("<>"), str(quad.graph_name).strip("<>"))
    return graphs


def problem(name: str, result: Result, graphs: Mapping[str, str], advice: str = "") -> Problem:
    """Return what is wrong in an import, with the graph and the node."""
    told = f"{result.focus} in {graphs.get(result.focus, 'no graph')}: {result.message}{advice}"
    return Problem(f"import/{name}", 0, 0, result.component, told, result.severity)


def _records(product: Resources) -> Iterator[bytes]:
    """Yield the triples of each record that can be read; where an id stands twice, the first counts, as in a build."""
    from calcigraph.build.inputs import shown
    from calcigraph.graph.dataset import record_quads, triples_of
    from calcigraph.records.context import context_of
    from calcigraph.records.read import read_record
    from calcigraph.records.tree import MAX_BYTES
    from calcigraph.resources import read_limited, record_files

    context = context_of(product)
    seen = set()
    for path in record_files(product.seeds):
        with suppress(OSError):  # which a build tells
            document = read_record(read_limited(path, MAX_BYTES), shown(path, product), context).document
            if document is not None and document.id not in seen:
                seen.add(document.id)
                yield triples_of(record_quads([document]))
