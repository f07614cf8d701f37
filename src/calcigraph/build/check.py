"""Read and validate record files, chunk by chunk and then across all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calcigraph.build.chunk import Job, check_chunk, labels_of_names
from calcigraph.build.inputs import shown
from calcigraph.build.readers import reader_problems
from calcigraph.errors import InvalidRecords, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    import pyoxigraph as ox

    from calcigraph.build.chunk import Account
    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.resources import Resources
    from calcigraph.validation.report import Result
    from calcigraph.validation.shapes import Shapes

CHUNK = 150
"""Record files that are read and validated at a time: some 10,000 triples, beyond which the engine slows down."""


@dataclass(slots=True)
class Checked:
    """What came of some record files: the N-Quads file of each chunk and of the tables, and all problems.

    `files` gives the file of each sound record, `refused` the ids that records claim which were not; `spanning`
    holds the triples on which records are compared with each other.
    """

    parts: list[Path] = field(default_factory=list)
    spanning: list[bytes] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def check(
    product: Resources,
    files: Sequence[Path],
    spool: Path,
    *,
    engine: str = "pyshifty",
    executor: Executor | None = None,
    progress: Callable[[str], None] = lambda _: None,
    given: Mapping[Path, bytes] | None = None,
) -> Checked:
    """Return the records in the files, with all problems: of form, of shape, and across records.

    N-Quads are written to the folder `spool`. With an executor of `concurrent.futures` the chunks are
    checked side by side. `given` holds what a file is to contain in place of what stands in it.
    """
    from calcigraph.validation.shapes import load_shapes

    shapes = load_shapes(product.shape_files(), product.severity)
    whole = Checked()
    given = given or {}
    for accounts in accounts_of(files, product, shapes, spool, engine, executor, progress, given):
        for account in accounts:
            _add(whole, account)
    whole.parts += sorted(spool.glob("part-*.nq"))
    progress("Comparing records")
    _across(whole, {shown(path, product): path for path in files}, product, shapes, engine, given)
    _tables(whole, product, spool)
    whole.problems += reader_problems(product, labels_of_names(product))
    whole.problems.sort()
    return whole


def accounts_of(
    files: Sequence[Path],
    product: Resources,
    shapes: Shapes,
    spool: Path,
    engine: str,
    executor: Executor | None,
    progress: Callable[[str], None],
    given: Mapping[Path, bytes],
) -> Iterator[list[Account]]:
    """Yield the accounts of the files, chunk by chunk in their order; quads go to the folder `spool`."""
    jobs = []
    for number, start in enumerate(range(0, len(files), CHUNK)):
        chunk = files[start : start + CHUNK]
        mine = {path: given[path] for path in chunk if path in given}
        jobs.append(Job(chunk, product, shapes, engine, spool / f"part-{number:06}.nq", mine))
    run: Callable[..., Iterable[list[Account]]] = map if executor is None else executor.map
    progress(f"Reading and validating {len(files):,} records")
    for done, accounts in enumerate(run(check_chunk, jobs), start=1):
        progress(f"Read and validated {min(done * CHUNK, len(files)):,} of {len(files):,} records")
        yield accounts


def duplicate(identifier: str, file: str, first: str) -> Problem:
    """Return the problem of a file whose record stands in an earlier file."""
    return Problem(file, 1, 1, "duplicate-record", f"The record {identifier} stands already in {first}: keep one.")


def across(spanning: Iterable[bytes], shapes: Shapes, engine_name: str) -> list[Result]:
    """Return what is found by comparing records with each other."""
    from calcigraph.validation.engines import engine
    from calcigraph.validation.report import weighed

    data = b"".join(spanning)
    return weighed(engine(engine_name)(data, shapes.spanning), shapes.severity) if data and shapes.spanning else []


def table_problems(product: Resources) -> Sequence[Problem]:
    """Return what is wrong in the tables of levels, verdicts and searches."""
    from calcigraph.names.vocabulary import load_vocabulary

    try:
        _table_quads(product, load_vocabulary(product.ontology_files(), more=product.namespaces))
    except InvalidRecords as error:
        return error.problems
    return []


def _add(whole: Checked, account: Account) -> None:
    """Add a file; a record with an id that is there already is a problem of the later file, and counts for no more."""
    if account.id is not None and account.sound and account.id in whole.files:
        whole.problems.append(duplicate(account.id, account.file, whole.files[account.id]))
        return
    whole.problems += account.problems
    if account.id is not None and account.sound:
        whole.files[account.id] = account.file
        whole.spanning.append(account.spanning)
    elif account.id is not None:
        whole.refused.add(account.id)


def _across(
    whole: Checked,
    paths: Mapping[str, Path],
    product: Resources,
    shapes: Shapes,
    engine_name: str,
    given: Mapping[Path, bytes],
) -> None:
    """Add the problems that span records; a reference to a refused record is not one."""
    from calcigraph.records.context import context_of
    from calcigraph.validation.locate import locate

    context = context_of(product)
    excused = {context.base + identifier for identifier in whole.refused}
    results = across(whole.spanning, shapes, engine_name)

    def read(name: str) -> bytes:
        path = paths[name]
        return given[path] if path in given else path.read_bytes()

    wrong = [result for result in results if result.value not in excused]
    whole.problems += locate(wrong, context, whole.files, read, known=whole.files)


def _tables(whole: Checked, product: Resources, spool: Path) -> None:
    """Add the quads of the tables, or what is wrong in them."""
    import pyoxigraph as ox

    from calcigraph.graph.standing import standing_quads
    from calcigraph.names.vocabulary import load_vocabulary

    vocabulary = load_vocabulary(product.ontology_files(), more=product.namespaces)
    try:
        quads = _table_quads(product, vocabulary)
    except InvalidRecords as error:
        whole.problems += error.problems
        return
    marked, wrong = standing_quads(product.standing, vocabulary, [*whole.files, *whole.refused])
    whole.problems += wrong
    target = spool / "tables.nq"
    ox.serialize([*quads, *marked], str(target), format=ox.RdfFormat.N_QUADS)
    whole.parts.append(target)


def _table_quads(product: Resources, vocabulary: Vocabulary) -> list[ox.Quad]:
    from calcigraph.graph.tables import level_quads, search_quads, verdict_quads

    return [
        *level_quads(product.levels, vocabulary),
        *verdict_quads(product.verdicts, vocabulary),
        *search_quads(product.searches, vocabulary),
    ]
