"""The evidence map as a table: treatments by conditions, each cell with what stands in it and what it says aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.figures.cells import State
from calcigraph.figures.terms import CONDITION, TREATMENT, conditions, ordered, treatments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph.figures.cells import Cell
    from calcigraph.figures.data import Data, Level
    from calcigraph.figures.terms import Listed
    from calcigraph.serve.pages.library import Library

_ALL = {TREATMENT: "all treatments", CONDITION: "all conditions"}


class Shown(NamedTuple):
    """A cell as it is shown: the cell, what stands in it, and what it says in words."""

    cell: Cell
    number: str
    words: str

    @property
    def studied(self) -> bool:
        """Whether there are findings behind it."""
        return self.cell.state in {State.STUDIED, State.COMBINED, State.TOGETHER}


class Grid(NamedTuple):
    """The evidence map: its columns, its rows with their cells, and the levels that occur."""

    columns: Sequence[Listed]
    rows: Sequence[tuple[Listed, Sequence[Shown]]]
    levels: Sequence[Level]


def grid(library: Library) -> Grid:
    """Return the evidence map of the main classes of treatments and the main conditions."""
    data = library.data
    listed, heads = treatments(data, TREATMENT), conditions(data, CONDITION)
    rows = ordered(data, listed, lambda iri: library.cell(iri, CONDITION).patients.most)
    columns = ordered(data, heads, lambda iri: library.cell(TREATMENT, iri).patients.most)
    table = [(row, [shown(library.cell(row.iri, column.iri), data) for column in columns]) for row in rows]
    levels = {one.cell.level for _, cells in table for one in cells if one.cell.level is not None}
    return Grid(columns, table, sorted(levels, key=lambda level: level.rank))


def shown(cell: Cell, data: Data) -> Shown:
    """Return a cell with its number and its words."""
    treatment, condition = (_ALL.get(iri) or data.label(iri) for iri in (cell.treatment, cell.condition))
    about = f"{treatment} in {condition}"
    if cell.state not in {State.STUDIED, State.COMBINED}:
        return Shown(cell, cell.number, f"{about}: {cell.state}")
    patients = cell.patients
    number = f"{patients.least}\N{EN DASH}{patients.most}" if patients.least != patients.most else str(patients.most)
    told = f"{number} patient{'' if patients.most == 1 else 's'}" if patients.told else "number of patients not given"
    level = f", best level {cell.level.notation}" if cell.level else ", no level"
    combined = ", in combination only" if cell.state is State.COMBINED else ""
    return Shown(cell, cell.number, f"{about}: {told}{level}{combined}")
