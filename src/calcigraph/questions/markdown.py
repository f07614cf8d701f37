"""Tables in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def markdown_table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    r"""Return a table, a line for the head and for each row, without a last line break.

    >>> print(markdown_table(["a", "b"], [["x | y", "two\nlines"]]))
    | a | b |
    | --- | --- |
    | x \| y | two lines |
    """
    return "\n".join(_line(cells) for cells in (head, ["---"] * len(head), *rows))


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("\\", "\\\\").replace("|", "\\|") for cell in cells) + " |"
