"""Read and validate record files, chunk by chunk and then across all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from calcigraph.build.inputs import shown
from calcigraph.errors import InvalidRecords, Problem
from calcigraph.names.vocabulary import Vocabulary, fold, load_vocabulary
from calcigraph.resources import read_limited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from calcigraph.resources import Resources
    from calcigraph.validation.shapes import Shapes

CHUNK = 150
"""Record files that are read and validated at a time: some 10,000 triples, beyond which the engine slows down."""


@dataclass(slots=True)
class Checked:
    """What came of some record files: the N-Quads file of each chunk and of the tables, and all problems.

    `files` gives the file of each sound record, `refused` that of each record that was not; `spanning`
    holds the triples on which records are compared with each other.
    """

    parts: list[Path] = field(default_factory=list)
    spanning: list[bytes] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def check(
    product: Resources,
    files: Sequence[Path],
    spool: Path,
    *,
    engine: str = "pyshifty",
    executor: Executor | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Checked:
    """Return the records in the files, with all problems: of form, of shape, and across records.

    N-Quads are written to the folder `spool`. With an executor of `concurrent.futures` the chunks are
    checked side by side.
    """
    from calcigraph.validation.shapes import load_shapes

    shapes = load_shapes(product.shape_files(), product.severity)
    chunks = [list(files[start : start + CHUNK]) for start in range(0, len(files), CHUNK)]
    jobs = [(chunk, product, shapes, engine, spool / f"part-{number:06}.nq") for number, chunk in enumerate(chunks)]
    run: Callable[..., Iterable[Checked]] = map if executor is None else executor.map
    whole = Checked()
    progress(f"Reading and validating {len(files):,} records")
    for done, part in enumerate(run(_check_chunk, jobs), start=1):
        progress(f"Read and validated {min(done * CHUNK, len(files)):,} of {len(files):,} records")
        whole.parts += part.parts
        whole.spanning += part.spanning
        whole.refused |= part.refused
        whole.problems += part.problems
        _join(whole, part)
    progress("Comparing records")
    _across(whole, files, product, shapes, engine)
    _tables(whole, product, spool)
    whole.problems.sort()
    return whole


def _join(whole: Checked, part: Checked) -> None:
    """Add the records of a part; an id that is there already is a problem of the later file."""
    for identifier, file in part.files.items():
        if identifier in whole.files:
            whole.problems.append(_duplicate(identifier, file, whole.files[identifier]))
        else:
            whole.files[identifier] = file


def _tables(whole: Checked, product: Resources, spool: Path) -> None:
    """Add the quads of the tables, or what is wrong in them."""
    import pyoxigraph as ox

    from calcigraph.graph.tables import level_quads, search_quads, verdict_quads

    vocabulary = load_vocabulary(product.ontology_files(), more=product.namespaces)
    try:
        quads = [
            *level_quads(product.levels, vocabulary),
            *verdict_quads(product.verdicts, vocabulary),
            *search_quads(product.searches, vocabulary),
        ]
    except InvalidRecords as error:
        whole.problems += error.problems
        return
    target = spool / "tables.nq"
    ox.serialize(quads, str(target), format=ox.RdfFormat.N_QUADS)
    whole.parts.append(target)


def _duplicate(identifier: str, file: str, first: str) -> Problem:
    return Problem(file, 1, 1, "duplicate-record", f"The record {identifier} stands already in {first}: keep one.")


def _check_chunk(job: tuple[list[Path], Resources, Shapes, str, Path]) -> Checked:
    import pyoxigraph as ox

    from calcigraph.graph.dataset import record_quads, triples_of
    from calcigraph.records.context import context_of
    from calcigraph.records.read import read_record
    from calcigraph.records.tree import MAX_BYTES
    from calcigraph.validation.engines import engine
    from calcigraph.validation.locate import locate
    from calcigraph.validation.report import weighed
    from calcigraph.validation.shapes import project

    files, product, shapes, engine_name, target = job
    context = context_of(product)
    labels_of = _labels(product)
    checked = Checked()
    documents = []
    paths = {}
    for path in files:
        name = shown(path, product)
        paths[name] = path
        try:
            data = read_limited(path, MAX_BYTES)
        except OSError as error:
            checked.problems.append(Problem(name, 0, 0, "unreadable", f"The file cannot be read: {error.strerror}."))
            continue
        read = read_record(data, name, context, labels_of=labels_of)
        checked.problems += read.problems
        if read.document is None:
            if read.claimed_id is not None:
                checked.refused[read.claimed_id] = name
        elif read.document.id in checked.files:
            checked.problems.append(_duplicate(read.document.id, name, checked.files[read.document.id]))
        else:
            documents.append(read.document)
            checked.files[read.document.id] = name
    if documents:
        quads = list(record_quads(documents))
        ox.serialize(quads, str(target), format=ox.RdfFormat.N_QUADS)
        triples = triples_of(quads)
        results = weighed(engine(engine_name)(triples, shapes.local), shapes.severity)
        checked.problems += locate(results, context, checked.files, lambda name: paths[name].read_bytes())
        checked.parts.append(target)
        checked.spanning.append(project([triples], shapes.spanning_properties))
    return checked


def _labels(product: Resources) -> Callable[[str], list[str]]:
    """Return a function from any name to the labels of the terms that it may mean; it reads the ontology when asked."""

    @cache
    def vocabulary() -> Vocabulary:
        return load_vocabulary(product.ontology_files(), product.mappings, more=product.namespaces)

    return lambda name: [vocabulary().labels[term] for term in vocabulary().names.get(fold(name), ())]


def _across(whole: Checked, files: Sequence[Path], product: Resources, shapes: Shapes, engine_name: str) -> None:
    """Add the problems that span records; a reference to a refused record is not one."""
    from calcigraph.records.context import context_of
    from calcigraph.validation.engines import engine
    from calcigraph.validation.locate import locate
    from calcigraph.validation.report import weighed

    if not whole.spanning or not shapes.spanning:
        return
    context = context_of(product)
    excused = {context.base + identifier for identifier in whole.refused}
    results = weighed(engine(engine_name)(b"".join(whole.spanning), shapes.spanning), shapes.severity)
    paths = {shown(path, product): path for path in files}
    whole.problems += locate(
        [result for result in results if result.value not in excused],
        context,
        whole.files,
        lambda name: paths[name].read_bytes(),
    )
