"""Read some record files and check each by itself: a chunk of the work that processes share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from calcigraph.build.inputs import shown
from calcigraph.errors import Problem
from calcigraph.names.vocabulary import Vocabulary, fold, load_vocabulary
from calcigraph.resources import read_limited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from calcigraph.records.read import Document
    from calcigraph.resources import Resources
    from calcigraph.validation.shapes import Shapes


@dataclass(slots=True)
class Account:
    """What one record file comes to, by itself.

    `id` is that of the record, or the one that a record claims which was refused (`sound` is false). `spanning` holds
    the triples on which records are compared with each other, as N-Triples.
    """

    file: str
    id: str | None
    sound: bool
    spanning: bytes = b""
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Job:
    """Files to check by an engine; `target` is where their quads go, and `given` holds what files are to contain."""

    files: Sequence[Path]
    product: Resources
    shapes: Shapes
    engine: str
    target: Path
    given: Mapping[Path, bytes] = field(default_factory=dict)


def check_chunk(job: Job) -> list[Account]:
    """Return an account of each file, in order; the quads of its records are written to the target, if there are any.

    Of several records with one id only the first is written.
    """
    from calcigraph.records.context import context_of
    from calcigraph.records.read import read_record
    from calcigraph.records.tree import MAX_BYTES

    context = context_of(job.product)
    labels_of = labels_of_names(job.product)
    accounts: dict[str, Account] = {}
    contents: dict[str, bytes] = {}
    rounds: list[dict[str, Document]] = []
    for path in job.files:
        name = shown(path, job.product)
        try:
            data = job.given[path] if path in job.given else read_limited(path, MAX_BYTES)
        except OSError as error:
            unreadable = Problem(name, 0, 0, "unreadable", f"The file cannot be read: {error.strerror}.")
            accounts[name] = Account(name, None, sound=False, problems=[unreadable])
            continue
        read = read_record(data, name, context, labels_of=labels_of)
        accounts[name] = Account(name, read.claimed_id, read.document is not None, problems=list(read.problems))
        if read.document is not None:
            contents[name] = data
            free = next((one for one in rounds if read.document.id not in one), None)
            if free is None:
                free = {}
                rounds.append(free)
            free[read.document.id] = read.document
    for number, documents in enumerate(rounds):
        _check_shapes(job, documents, accounts, contents, write=number == 0)
    return list(accounts.values())


def _check_shapes(
    job: Job,
    documents: Mapping[str, Document],
    accounts: Mapping[str, Account],
    contents: Mapping[str, bytes],
    *,
    write: bool,
) -> None:
    """Add to the accounts what shapes find in the records, and their spanning triples; ids differ from each other."""
    import pyoxigraph as ox

    from calcigraph.graph.dataset import record_quads, triples_of
    from calcigraph.records.context import context_of
    from calcigraph.validation.engines import engine
    from calcigraph.validation.locate import locate
    from calcigraph.validation.report import weighed
    from calcigraph.validation.shapes import project, record_of

    quads = list(record_quads(documents.values()))
    if write:
        ox.serialize(quads, str(job.target), format=ox.RdfFormat.N_QUADS)
    triples = triples_of(quads)
    context = context_of(job.product)
    files = {identifier: document.file for identifier, document in documents.items()}
    results = weighed(engine(job.engine)(triples, job.shapes.local), job.shapes.severity)
    for problem in locate(results, context, files, contents.__getitem__):
        accounts[problem.file].problems.append(problem)
    lines: dict[str, list[bytes]] = {identifier: [] for identifier in documents}
    for line in project([triples], job.shapes.spanning_properties).splitlines():
        lines[record_of(line, context.base)].append(line + b"\n")
    for identifier, mine in lines.items():
        accounts[files[identifier]].spanning = b"".join(mine)


def labels_of_names(product: Resources) -> Callable[[str], list[str]]:
    """Return a function from any name to the labels of the terms that it may mean; it reads the ontology when asked."""

    @cache
    def vocabulary() -> Vocabulary:
        return load_vocabulary(product.ontology_files(), product.mappings, more=product.namespaces)

    return lambda name: [vocabulary().labels[term] for term in vocabulary().names.get(fold(name), ())]
