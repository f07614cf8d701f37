"""The second extractions of a folder of records, each with its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.build.inputs import shown
from calcigraph.errors import Problem
from calcigraph.names.nearest import nearest
from calcigraph.records.context import context_of
from calcigraph.records.extractions import pair, unsettled
from calcigraph.resources import extraction_files, record_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from calcigraph.records.extractions import Pair
    from calcigraph.resources import Resources


def pairs(
    product: Resources, labels_of: Callable[[str], Sequence[str]], stems: Collection[str] | None = None
) -> tuple[list[Pair], list[Problem]]:
    """Return each record that has a second extraction held against it, and a problem for each that has no record.

    `labels_of` gives the labels of the terms that a name may mean; `stems` are the names of the records to look at.
    """
    files = [path for path in extraction_files(product.seeds) if stems is None or path.stem in stems]
    if not files:
        return [], []
    context = context_of(product)
    records: dict[str, Path] = {path.stem: path for path in record_files(product.seeds)}
    found, problems = [], []
    for path in files:
        if path.stem in records:
            record = records[path.stem]
            found.append(pair(record, path, (shown(record, product), shown(path, product)), context, labels_of))
        else:
            near = nearest(path.stem, records, limit=2)
            hint = f" Nearest: {', '.join(near)}." if near else ""
            message = f"No record has the name {path.stem}, of which this would be the second extraction.{hint}"
            problems.append(Problem(shown(path, product), 1, 1, "no-record", message))
    return found, problems


def reader_problems(
    product: Resources, labels_of: Callable[[str], Sequence[str]], stems: Collection[str] | None = None
) -> list[Problem]:
    """Return what is wrong in second extractions, and the open differences of reviewed records."""
    found, problems = pairs(product, labels_of, stems)
    return [*problems, *(problem for one in found for problem in unsettled(one))]
