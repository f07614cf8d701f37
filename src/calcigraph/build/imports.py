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
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyoxigraph as ox

    from calcigraph.resources import Resources
    from calcigraph.store.local import Build, Home
    from calcigraph.validation.report import Result
    from calcigraph.validation.shapes import Shapes


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
    claimed = {name: _claimed(quads) for name, quads in imports.items()}
    wanted = set().union(*claimed.values())
    kept: dict[str, bytes] = {}

    def records() -> Iterator[bytes]:
        for address, triples in _records(product):
            if address in wanted:
                kept[address] = triples
            yield triples

    shards = chain(records(), map(triples_of, imports.values()))
    results = across([project(shards, shapes.spanning_properties)], shapes, "pyshifty")
    found = []
    for name, quads in imports.items():
        both = {address: (kept[address], triples) for address, triples in claimed[name].items() if address in kept}
        mine = graphs_of(quads)
        every = [*results, *_merged(both, shapes)]
        found += [problem(name, result, mine, advice) for result in every if result.focus in mine]
    return sorted(found)


def by_record(quads: Iterable[ox.Quad]) -> dict[str, list[ox.Quad]]:
    """Return what is said of each thing and its parts, by its address."""
    together: dict[str, list[ox.Quad]] = {}
    for quad in quads:
        together.setdefault(str(quad.subject).strip("<>").partition("#")[0], []).append(quad)
    return together


def _claimed(quads: Iterable[ox.Quad]) -> dict[str, bytes]:
    """Return the triples of what is said to be of a class of ours, by its address."""
    from calcigraph.graph.dataset import triples_of
    from calcigraph.names.vocabulary import RDF_TYPE, TERMS

    return {
        address: triples_of(mine)
        for address, mine in by_record(quads).items()
        if any(one.predicate.value == RDF_TYPE and str(one.object).startswith(f"<{TERMS}") for one in mine)
    }


def _merged(both: Mapping[str, tuple[bytes, bytes]], shapes: Shapes) -> Iterator[Result]:
    """Yield what breaks a shape when records and what an import claims of them are together, and not in records alone.

    So a record does not come by a second title or number of patients.
    """
    from calcigraph.build.check import CHUNK
    from calcigraph.validation.engines import engine
    from calcigraph.validation.report import weighed

    check, pairs = engine("pyshifty"), list(both.values())
    for start in range(0, len(pairs), CHUNK):
        some = pairs[start : start + CHUNK]
        alone = _as_stored(record for record, _ in some)
        together = _as_stored(chain.from_iterable(some))
        before = set(check(alone, shapes.local))
        yield from weighed([one for one in check(together, shapes.local) if one not in before], shapes.severity)


def _as_stored(shards: Iterable[bytes]) -> bytes:
    """Return triples as a store keeps them, so that 0.5 and 0.50 are one value."""
    import pyoxigraph as ox

    store = ox.Store()
    for shard in shards:
        store.load(shard, format=ox.RdfFormat.N_TRIPLES)
    return store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""


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


def _records(product: Resources) -> Iterator[tuple[str, bytes]]:
    """Yield the address and triples of each readable record; of several with one id the first, as a build does."""
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
                yield context.base + document.id, triples_of(record_quads([document]))
