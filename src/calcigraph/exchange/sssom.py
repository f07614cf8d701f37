"""SSSOM TSV: all mappings of the ontology to other vocabularies, and between levels of evidence, in one file."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from calcigraph.names.mappings import read_header, read_mappings
from calcigraph.names.vocabulary import BASE

if TYPE_CHECKING:
    from typing import BinaryIO

    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.source import Source

_COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "subject_source",
    "object_source",
    "object_source_version",
    "mapping_source",
    "comment",
)
"""The columns, in the order in which SSSOM lists its slots."""


def sssom(source: Source, losses: Losses) -> Files:
    """Yield the mappings as one set, with the version of the release and every prefix that is used."""
    del losses

    def write(file: BinaryIO) -> None:
        import yaml

        header, rows = _merged(source)
        text = yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=10_000)
        file.writelines(f"#{line}\n".encode() for line in text.splitlines())
        columns = [column for column in _COLUMNS if any(row.get(column) for row in rows)]
        out = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.DictWriter(out, columns, delimiter="\t", lineterminator="\n", extrasaction="raise")
        writer.writeheader()
        writer.writerows({column: row.get(column, "") for column in columns} for row in rows)
        out.detach()

    yield "calcigraph.sssom.tsv", write


def _merged(source: Source) -> tuple[dict[str, Any], list[dict[str, str]]]:
    files = source.evidence.product.mapping_files()
    prefixes: dict[str, str] = {}
    rows: list[dict[str, str]] = []
    for path in files:
        more, found = read_mappings(path)
        prefixes |= more
        rows.extend(found)
    main = read_header(source.evidence.product.mappings)
    header = {
        "sssom_version": "1.1",
        "mapping_set_id": BASE + "all-mappings",
        "mapping_set_version": source.stamp,
        "mapping_set_title": main["mapping_set_title"],
        "mapping_set_description": main["mapping_set_description"],
        "license": main["license"],
        "creator_label": main["creator_label"],
        "mapping_date": main["mapping_date"],
        "subject_source_version": main["subject_source_version"],
        "curie_map": dict(sorted(prefixes.items())),
    }
    order = ("subject_id", "predicate_id", "object_id")
    return header, sorted(rows, key=lambda row: tuple(row[slot] for slot in order))
