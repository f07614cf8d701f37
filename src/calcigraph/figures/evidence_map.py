"""The evidence map: treatments by conditions, with the patients and the best level in each, and the gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.errors import NothingToDraw
from calcigraph.figures import map_words as words
from calcigraph.figures.cells import SIGNS, Cell, Cells, State
from calcigraph.figures.colours import NONE, ink_on, level_colours
from calcigraph.figures.data import Data
from calcigraph.figures.frame import begin, finish
from calcigraph.figures.key import Entry, key, level_entries, shown_sizes, size_entries
from calcigraph.figures.page import FAINT, INK, PAPER, RULE, SOFT, TWO_COLUMNS, Page, circle_radius
from calcigraph.figures.terms import CONDITION, TREATMENT, Listed, conditions, found, ordered, treatments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.api import Evidence
    from calcigraph.figures.drawing import Drawing
    from calcigraph.figures.page import Point

_LEAST_COLUMN, _MOST_COLUMN = 5.0, 26.0
"""The narrowest column in which two digits stand beside their disc, and the widest that is of use, in millimetres."""
_INDENT, _STEM = 1.5, 1.3
_LYING = 3
"""Lines that a name may have above its column without standing upright."""
_NEVER = "#dedede"
_LEAST_FOR_NUMBER = 1.1
"""The radius of the smallest disc in which a digit can be read, in millimetres."""
_LEAST_RADIUS = 0.42
"""The radius of the smallest disc whose colour can be seen, in millimetres."""


def evidence_map(
    evidence: Evidence, *, treatment: str | None = None, condition: str | None = None, width: float = TWO_COLUMNS
) -> Drawing:
    """Return the evidence map of a treatment or class and a condition, or of all; `width` is in millimetres.

    Names are in any form. Raises UnknownName or AmbiguousName, and NothingToDraw where there is no finding at all.
    """
    data = Data(evidence)
    asked = found(data, treatment, TREATMENT), found(data, condition, CONDITION)
    cells = Cells(data)
    if cells.cell(*asked).state not in (State.STUDIED, State.COMBINED):
        raise NothingToDraw(words.about(data, *asked), data.nearest_with_findings(*asked))
    grid = _Grid(cells, *asked)
    page = Page(width)
    title = words.question(data, *asked)
    chart = _Chart(page, data, grid)
    y = begin(page, title, [words.told(data)])
    y = chart.key(chart.body(chart.heads(y)))
    shown = [[grid.cells[row.iri, column.iri] for column in chart.columns] for row in grid.rows]
    filled = any(grid.is_sum(cell) for line in shown for cell in line)
    records = {one.record for cell in grid.cells.values() for one in cell.findings}
    notes = [
        *words.notes(chart.alike, chart.left_out, filled=filled),
        *data.marked(sorted(records), asked[0]),
    ]
    return finish(
        page,
        y,
        data=data,
        title=title,
        notes=notes,
        short=words.short(data, grid.rows, chart.columns, shown),
        long=list(words.in_words(data, grid.rows, chart.columns, shown)),
    )


class _Grid:
    """The rows, the columns, and the cell of each pair."""

    def __init__(self, cells: Cells, treatment: str, condition: str) -> None:
        data = cells.data
        rows, columns = treatments(data, treatment), conditions(data, condition)
        self.treatment, self.condition = treatment, condition
        self.cells = {(row, column): cells.cell(row, column) for row in rows for column in columns}
        self.rows = ordered(data, rows, lambda iri: self.cells[iri, condition].patients.most)
        self.columns = ordered(data, columns, lambda iri: self.cells[treatment, iri].patients.most)

        self._sums = {CONDITION}
        if treatment == TREATMENT:
            self._sums |= {one.iri for one in self.rows if one.above_others}

    def is_sum(self, cell: Cell) -> bool:
        """Whether the cell is on all conditions, or of all treatments on a class that others are listed below."""
        return cell.treatment in self._sums or cell.condition in self._sums

    def fewer(self, number: int) -> tuple[list[Listed], list[Listed]]:
        """Return at most so many columns, and those left out.

        First go those whose findings are all those of one below, then those with the fewest findings.
        """
        findings = {column.iri: self.cells[self.treatment, column.iri].findings for column in self.columns}
        same = {
            column.iri
            for place, column in enumerate(self.columns)
            if any(findings[other.iri] == findings[column.iri] for other in self._below(place))
        }
        order = sorted(
            self.columns,
            key=lambda one: (one.iri != self.condition, one.iri in same, -len(findings[one.iri]), one.name),
        )
        kept = {one.iri for one in order[:number]}
        return [one for one in self.columns if one.iri in kept], [one for one in self.columns if one.iri not in kept]

    def _below(self, place: int) -> Iterator[Listed]:
        for other in self.columns[place + 1 :]:
            if other.depth <= self.columns[place].depth:
                return
            yield other


class _Chart:
    """The map on a page; each method draws a part below a height and returns where it ends."""

    def __init__(self, page: Page, data: Data, grid: _Grid) -> None:
        self.page, self.data, self.grid = page, data, grid
        self.colours = level_colours(data.levels.values())
        names = [(row.name, row.depth, row.above_others) for row in grid.rows]
        self.names = max(depth * _INDENT + page.extent(name, bold=bold) for name, depth, bold in names) + 1.2
        self.names = min(self.names, 0.4 * page.width)
        space = page.right - page.margin - self.names
        self.columns, self.left_out = grid.fewer(max(1, int(space / _LEAST_COLUMN)))
        self.column = min(space / len(self.columns), _MOST_COLUMN)
        self.row = max(page.leading() + 0.8, 3.5 if page.width < TWO_COLUMNS * 0.75 else 4.2)
        self.left = page.margin + self.names
        self.largest = max((cell.patients.most for cell in self._shown() if not grid.is_sum(cell)), default=1) or 1
        self.radius = min(self.row, self.column) / 2 - 0.15
        self.head = page.small if page.width < TWO_COLUMNS * 0.75 else page.body

    @property
    def alike(self) -> int:
        """Up to how many patients discs have the same size."""
        return int(self.largest * (_LEAST_RADIUS / self.radius) ** 2)

    def _shown(self) -> Iterator[Cell]:
        for row in self.grid.rows:
            for column in self.columns:
                yield self.grid.cells[row.iri, column.iri]

    def heads(self, y: float) -> float:
        """Write the names of the conditions above their columns: lying if they fit, else upright."""
        wrapped = [self._wrapped(one, self.column - 1) for one in self.columns]
        if all(lines is not None and len(lines) <= _LYING for lines in wrapped):
            return self._lying([lines or [] for lines in wrapped], y)
        return self._upright(y)

    def _wrapped(self, column: Listed, space: float) -> list[str] | None:
        """Return the name in lines no longer than the space, or nothing if a word is longer."""
        if self.page.widest(column.name.split(" "), self.head, bold=column.above_others) > space:
            return None
        return self.page.wrap(column.name, space, self.head, bold=column.above_others)

    def _lying(self, wrapped: list[list[str]], y: float) -> float:
        page = self.page
        step = page.leading(self.head)
        bottom = y + max(map(len, wrapped)) * step + 0.8
        for place, (column, lines) in enumerate(zip(self.columns, wrapped, strict=True)):
            middle = self.left + (place + 0.5) * self.column
            for number, line in enumerate(reversed(lines)):
                at = middle, bottom - 0.8 - (number + 0.5) * step
                page.text(at, line, size=self.head, side="center", bold=column.above_others)
        return bottom

    def _upright(self, y: float) -> float:
        """Write each name as far from the cells as it is deep."""
        page = self.page
        step = page.leading(self.head)
        most = max(1, int(self.column / step))
        bottom = y + min(height for height in range(10, 200) if self._fits(height, most))
        for place, column in enumerate(self.columns):
            middle = self.left + (place + 0.5) * self.column
            stem = column.depth * _STEM
            if stem:
                page.line((middle, bottom - 0.4), (middle, bottom - stem), color=RULE, weight=0.5)
            lines = self._wrapped(column, bottom - y - stem - 1) or []
            for number, line in enumerate(lines):
                x = middle + (number - (len(lines) - 1) / 2) * step
                page.text((x, bottom - stem - 0.8), line, size=self.head, turn=90, bold=column.above_others)
        return bottom

    def _fits(self, height: float, most: int) -> bool:
        """Tell whether no name has more lines than that if the names have that height."""
        wrapped = (self._wrapped(one, height - one.depth * _STEM - 1) for one in self.columns)
        return all(lines is not None and len(lines) <= most for lines in wrapped)

    def body(self, y: float) -> float:
        """Draw the rows."""
        page = self.page
        for row in self.grid.rows:
            page.line((page.margin, y), (self.left + len(self.columns) * self.column, y), color=FAINT, weight=0.5)
            x = page.margin + row.depth * _INDENT
            lines = page.wrap(row.name, self.left - x - 0.8, bold=row.above_others)
            height = max(self.row, len(lines) * page.leading() + 0.8)
            page.lines((x, y + (height - len(lines) * page.leading()) / 2), lines, bold=row.above_others)
            for place, column in enumerate(self.columns):
                self._cell(self.grid.cells[row.iri, column.iri], (self.left + place * self.column, y), height)
            y += height
        page.line((page.margin, y), (self.left + len(self.columns) * self.column, y), color=RULE, weight=0.5)
        return y + 1.5

    def _cell(self, cell: Cell, corner: Point, height: float) -> None:
        page, name = self.page, f"{_local(cell.treatment)}.{_local(cell.condition)}"
        x, middle = corner[0] + self.column / 2, corner[1] + height / 2
        if cell.state is State.NEVER:
            page.box(
                (corner[0] + 0.15, corner[1] + 0.15), self.column - 0.3, height - 0.3, fill=_NEVER, name=f"never.{name}"
            )
        elif cell.state in (State.EMPTY, State.TOGETHER):
            kind = f"{cell.state.name.lower()}.{name}"
            page.text((x, middle), cell.number, size=page.small, side="center", color=SOFT, name=kind)
        else:
            self._studied(cell, corner, height, name)

    def _studied(self, cell: Cell, corner: Point, height: float, name: str) -> None:
        """Draw the sign of a cell with its number inside if it has room, else beside, both in the middle."""
        page, sign = self.page, f"{cell.state.name.lower()}.{name}"
        fill = self.colours[cell.level.iri] if cell.level else NONE
        x, middle = corner[0] + self.column / 2, corner[1] + height / 2
        if self.grid.is_sum(cell):
            page.box((corner[0] + 0.15, corner[1] + 0.15), self.column - 0.3, height - 0.3, fill=fill, name=sign)
        if cell.more:
            ink = ink_on(fill) if self.grid.is_sum(cell) else INK
            self._corner((corner[0] + self.column - 0.3, corner[1] + 0.3), ink, f"more.{name}")
        if self.grid.is_sum(cell):
            page.text(
                (x, middle), cell.number, size=page.small, side="center", color=ink_on(fill), name=f"patients.{name}"
            )
            return
        extent = page.extent(cell.number, page.small)
        half = self._radius(cell)
        inside = cell.state is State.STUDIED and self._has_room(half, extent)
        center = x if inside else x - (extent + 0.4) / 2
        (self._diamond if cell.state is State.COMBINED else self._disc)((center, middle), half, fill, sign)
        page.text(
            (x if inside else center + half + 0.4, middle),
            cell.number,
            size=page.small,
            side="center" if inside else "left",
            color=ink_on(fill) if inside else INK,
            name=f"patients.{name}",
        )

    def _corner(self, at: Point, ink: str, name: str | None = None) -> None:
        """Mark the upper right corner of a cell."""
        x, y = at
        self.page.shape([(x - 0.8, y), (x, y), (x, y + 0.8)], fill=ink, edge=ink, weight=0.1, name=name)

    def _has_room(self, radius: float, extent: float) -> bool:
        """Tell whether a number stands well in a disc, or hardly so where it would not stand beside it either."""
        if radius < _LEAST_FOR_NUMBER:
            return False
        beside = 2 * radius + 0.4 + extent <= self.column
        return extent + (0.4 if beside else -0.1) <= 2 * radius

    def _radius(self, cell: Cell) -> float:
        return max(_LEAST_RADIUS, circle_radius(cell.patients.most, self.largest, self.radius))

    def _disc(self, at: Point, half: float, fill: str, name: str | None = None) -> None:
        self.page.disc(at, half, fill=fill, weight=0.35, name=name)

    def _diamond(self, at: Point, half: float, fill: str, name: str | None = None) -> None:
        half *= 1.25
        x, y = at
        points = [(x - half, y), (x, y - half), (x + half, y), (x, y + half)]
        self.page.shape(points, fill=fill, weight=0.35, name=name)

    def key(self, y: float) -> float:
        """Draw the key."""
        page = self.page
        shown = list(self._shown())
        studied = [cell for cell in shown if cell.state in (State.STUDIED, State.COMBINED)]
        without = any(cell.level is None for cell in studied)
        levels = level_entries(page, self.data.levels.values(), self.colours, without=without)
        y = key(page, y, "Best level", levels)
        sizes = [
            (size, max(_LEAST_RADIUS, circle_radius(size, self.largest, self.radius)))
            for size in shown_sizes(self.alike, self.largest)
        ]
        y = key(page, y, "Patients", size_entries(page, sizes))
        entries = [
            (self._has(State.COMBINED), Entry(lambda at: self._diamond(at, 0.8, PAPER), 2.0, State.COMBINED)),
            (
                any(cell.more for cell in shown),
                Entry(lambda at: self._corner((at[0] + 0.4, at[1] - 0.4), INK), 0.8, "studied in combination, too"),
            ),
            (self._has(State.TOGETHER), Entry(lambda at: self._sign(at, State.TOGETHER), 1.4, State.TOGETHER)),
            (self._has(State.EMPTY), Entry(lambda at: self._sign(at, State.EMPTY), 1.4, State.EMPTY)),
            (
                self._has(State.NEVER),
                Entry(lambda at: page.box((at[0] - 1.4, at[1] - 1.1), 2.8, 2.2, fill=_NEVER), 2.8, State.NEVER),
            ),
        ]
        return key(page, y, "", [entry for there, entry in entries if there])

    def _has(self, state: State) -> bool:
        return any(cell.state is state for cell in self._shown())

    def _sign(self, at: Point, state: State) -> None:
        self.page.text(at, SIGNS[state], size=self.page.small, side="center", color=SOFT)


def _local(iri: str) -> str:
    return iri.rpartition("#")[2]
