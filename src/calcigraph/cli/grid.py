"""Cells set in columns of given widths; where a cell is wider, its words go on below."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GAP = 3
"""Spaces between two columns."""


def grid(rows: Iterable[Sequence[str]], widths: Sequence[int], numeric: Sequence[bool] = ()) -> str:
    """Return the rows as lines without spaces at their ends; numeric columns stand to the right."""
    right = [*numeric, *[False] * (len(widths) - len(numeric))]
    return "\n".join(line for row in rows for line in _lines(row, widths, right))


def headed(rows: Sequence[Sequence[str]], widths: Sequence[int], numeric: Sequence[bool] = ()) -> str:
    """Return the rows as `grid` does, with a rule below the first."""
    rule = "=" * (sum(widths) + GAP * (len(widths) - 1))
    return "\n".join([grid(rows[:1], widths, numeric), rule, grid(rows[1:], widths, numeric)])


def _lines(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    columns = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, columns))
    set_out = [
        [line.rjust(width) if to_right else line.ljust(width) for line in [*column, *[""] * (height - len(column))]]
        for column, width, to_right in zip(columns, widths, right, strict=True)
    ]
    return [(" " * GAP).join(line).rstrip() for line in zip(*set_out, strict=True)]


def _wrapped(cell: str, width: int) -> list[str]:
    """Return the cell's lines; most fit as they are, and wrapping costs a hundred times as much."""
    if len(cell) <= width and "\n" not in cell:
        return [cell]
    return [line for part in cell.splitlines() for line in textwrap.wrap(part, width) or [""]]
