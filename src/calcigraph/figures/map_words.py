"""What the evidence map says in words: its question, how to read it, and every cell."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from calcigraph.figures.cells import Cell, State
from calcigraph.figures.frame import count, listed
from calcigraph.figures.terms import CONDITION, TREATMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calcigraph.figures.data import Data
    from calcigraph.figures.terms import Listed


def about(data: Data, treatment: str, condition: str) -> str:
    """Return what a figure is about, for a sentence."""
    what = "any treatment" if treatment == TREATMENT else data.label(treatment)
    return what if condition == CONDITION else f"{what} in {data.label(condition)}"


def question(data: Data, treatment: str, condition: str) -> str:
    """Return the question that the figure answers."""
    where = "" if condition == CONDITION else f" in {data.label(condition)}"
    if treatment == TREATMENT:
        return f"What has been tried against calcinosis{where}, in how many patients, and on which level of evidence?"
    return f"Where has {data.label(treatment)} been tried{where}, in how many patients, and on which level of evidence?"


def told(data: Data) -> str:
    """Return what is counted."""
    return (
        "Number and area: patients in the findings of studies, each counted once. "
        f"Colour: the best level that the design of a study earns ({data.scale})."
    )


def notes(alike: int, left_out: Sequence[Listed], *, filled: bool) -> list[str]:
    """Return how the figure is read; discs of up to `alike` patients have the same size, some cells are filled."""
    sums = "Filled cells: what holds all or many others. " if filled else ""
    same = f" Discs of up to {count(alike, 'patient')} have the same size." if alike > 1 else ""
    narrow = f"Not shown at this width: {', '.join(one.name for one in left_out)}." if left_out else ""
    reading = (
        f"Rows and columns hold what is indented below them, so that their numbers do not add up. {sums}Where records "
        f"may share patients, the higher number. ?: number not given.{same} Patients with several conditions who were "
        "counted together stand under what covers all of these. What reviews retell is not counted."
    )
    return [reading, narrow] if narrow else [reading]


def short(data: Data, rows: Sequence[Listed], columns: Sequence[Listed], cells: Sequence[Sequence[Cell]]) -> str:
    """Return the figure in a few sentences."""
    every = [cell for line in cells for cell in line]
    states = Counter(cell.state for cell in every)
    single = [cell for cell in every if cell.treatment != TREATMENT and cell.condition != CONDITION]
    most = max(single or every, key=lambda cell: cell.patients.most)
    best = [level for level in data.levels.values() if any(cell.level == level for cell in every)]
    return (
        f"Evidence map of {count(len(rows), 'treatment or class', 'treatments and classes')} by "
        f"{count(len(columns), 'condition')}. {count(states[State.STUDIED], 'cell')} with findings, "
        f"{states[State.COMBINED]} with findings on combinations only, {states[State.TOGETHER]} with patients counted "
        f"with other conditions only, {states[State.EMPTY]} searched and empty, "
        f"{states[State.NEVER]} never searched. The best level is {best[0].notation if best else 'none'}. "
        f"Most patients: {data.label(most.treatment)} in {data.label(most.condition)}, {most.number}."
    )


def in_words(
    data: Data, rows: Sequence[Listed], columns: Sequence[Listed], cells: Sequence[Sequence[Cell]]
) -> Iterator[str]:
    """Yield every row in a line, and then the studies that the map rests on."""
    for row, line in zip(rows, cells, strict=True):
        studied = [
            f"{column.name} {_patients(cell)}, {cell.level.notation if cell.level else 'no level'}"
            + (" (in combination)" if cell.state is State.COMBINED else "")
            for column, cell in zip(columns, line, strict=True)
            if cell.findings
        ]
        yield f"{row.name}: {'; '.join(studied) or 'no findings'}."
        for state in (State.TOGETHER, State.EMPTY, State.NEVER):
            without = [column.name for column, cell in zip(columns, line, strict=True) if cell.state is state]
            if without:
                yield f"  {state[0].upper()}{state[1:]}: {listed(without)}."
    records = {one.record for line in cells for cell in line for one in cell.findings}
    yield ""
    yield f"Studies ({len(records)}):"
    yield from sorted(
        f"- {data.records[record]['label']} (read: {data.records[record]['read_as']})" for record in records
    )


def _patients(cell: Cell) -> str:
    if not cell.patients.told:
        return "patients not given"
    fewest = f" (at least {cell.patients.least})" if cell.patients.least < cell.patients.most else ""
    number = count(cell.patients.most, "patient") + fewest
    if cell.more is None:
        return number
    more = count(cell.more.most, "patient") if cell.more.told else "patients not given"
    return f"{number}, and in combination {more}"
