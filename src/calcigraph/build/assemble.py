"""Make a build from the product, unless nothing changed since the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.build.inputs import fingerprint
from calcigraph.build.weigh import weigh
from calcigraph.errors import BuildFailed, InvalidRecords, Severity
from calcigraph.resources import record_files
from calcigraph.store.local import BuildInfo, write_info

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    from calcigraph.build.check import Checked
    from calcigraph.resources import Resources
    from calcigraph.store.local import Build, Home

_TOGETHER = 16
"""Parts that the store takes at a time: with all of a million quads it would need a gigabyte more."""


def build(
    product: Resources,
    home: Home,
    *,
    engine: str = "pyshifty",
    executor: Executor | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Build:
    """Return the build of the product, made now unless nothing changed since it was made.

    Raises InvalidRecords with every problem if a record is not sound, and BuildFailed if the disk
    refuses; in both cases the last good build stays current.
    """
    digest = fingerprint(product)
    made = home.find(digest)
    if made is None:
        with home.writing(digest) as folder:
            _make(product, digest, folder, engine=engine, executor=executor, progress=progress)
        made = home.find(digest)
        if made is None:
            message = f"The build {digest} was taken away as soon as it was made: is something else using {home.path}?"
            raise BuildFailed(message)
    try:
        home.point_to(digest, product.seeds)
    except OSError as error:
        message = f"The build is made, and cannot be noted as the current one: {error.strerror or error}."
        raise BuildFailed(message) from error
    return made


def _make(
    product: Resources,
    digest: str,
    folder: Path,
    *,
    engine: str,
    executor: Executor | None,
    progress: Callable[[str], None],
) -> None:
    from calcigraph.build.check import check

    spool = folder / "spool"
    spool.mkdir()
    checked = check(product, record_files(product.seeds), spool, engine=engine, executor=executor, progress=progress)
    if any(problem.severity is Severity.VIOLATION for problem in checked.problems):
        raise InvalidRecords(checked.problems)
    _store(product, checked, digest, folder, progress)


def _joined(parts: list[Path], target: Path) -> Path:
    """Write parts into one file, which the store takes in a third less time than one part after the other."""
    import shutil

    with target.open("wb") as whole:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, whole)
            part.unlink()
    return target


def _store(product: Resources, checked: Checked, digest: str, folder: Path, progress: Callable[[str], None]) -> None:
    import shutil

    import pyoxigraph as ox

    from calcigraph.graph.dataset import ONTOLOGY_GRAPH, mapping_quads, turtle_quads
    from calcigraph.names.vocabulary import load_vocabulary
    from calcigraph.reasoning.rules import infer, load_rules

    store = ox.Store(str(folder / "store"))
    for start in range(0, len(checked.parts), _TOGETHER):
        part = _joined(checked.parts[start : start + _TOGETHER], folder / "spool" / "joined.nq")
        store.bulk_load(path=str(part), format=ox.RdfFormat.N_QUADS)
    store.bulk_extend(turtle_quads([*product.ontology_files(), *product.order_files()], ONTOLOGY_GRAPH))
    for mappings in product.mapping_files():
        store.bulk_extend(mapping_quads(mappings))
    progress("Deriving")
    derived = infer(store, load_rules(product.rule_files()))
    vocabulary = load_vocabulary(product.ontology_files(), product.mappings)
    progress("Weighing")
    derived += weigh(product, store, vocabulary)
    progress("Writing")
    store.optimize()
    store.flush()
    store.dump(str(folder / "graph.nq"), format=ox.RdfFormat.N_QUADS)
    quads = len(store)
    del store
    (folder / "names.json").write_text(vocabulary.to_json(), encoding="utf-8")
    shutil.rmtree(folder / "spool")
    severities = [problem.severity for problem in checked.problems]
    write_info(
        folder,
        BuildInfo(
            digest=digest,
            records=len(checked.files),
            quads=quads,
            derived=derived,
            warnings=severities.count(Severity.WARNING),
            remarks=severities.count(Severity.INFO),
        ),
    )
