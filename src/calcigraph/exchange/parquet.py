"""Parquet: the tables of the CSV export, typed, with lists as lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcigraph.exchange.source import compact
from calcigraph.exchange.tables import FIXED, load_tables, start

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from calcigraph.exchange.formats import Files, Write
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part
    from calcigraph.exchange.source import Source
    from calcigraph.exchange.tables import Column, Table

_READ: dict[str, Callable[[str], Any]] = {"integer": int, "number": float, "boolean": "true".__eq__, "string": compact}


def parquet(source: Source, losses: Losses) -> Files:
    """Yield each table as a Parquet file."""
    del losses
    for table in load_tables(source):
        yield table.file.removesuffix(".csv") + ".parquet", _writer(table, source)


def _writer(table: Table, source: Source) -> Write:
    def write(file: BinaryIO) -> None:
        import pyarrow as pa
        from pyarrow import parquet as pq

        types = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "string": pa.string()}
        fixed = zip(*(start(part, source) for part in table.parts), strict=True)
        arrays = {column.name: pa.array(values, pa.string()) for column, values in zip(FIXED, fixed, strict=True)}
        for column in table.columns:
            kind = types[column.kind]
            values = [_value(part, column) for part in table.parts]
            arrays[column.name] = pa.array(values, pa.list_(kind) if column.several else kind)
        out = pa.BufferOutputStream()
        pq.write_table(pa.table(arrays), out)
        file.write(out.getvalue().to_pybytes())

    return write


def _value(part: Part, column: Column) -> Any:
    read = _READ[column.kind]
    found = [value.label if column.labels else read(value.text) for value in part.values(column.said)]
    if column.several:
        return found or None
    return found[0] if found else None
