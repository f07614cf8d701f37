"""The timeline: when each treatment was first reported, how its patients added up, and which level was reached when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calcigraph.errors import NothingToDraw
from calcigraph.figures import map_words
from calcigraph.figures.cells import Cells
from calcigraph.figures.colours import NONE, level_colours
from calcigraph.figures.data import Data
from calcigraph.figures.frame import DASH, begin, count, finish
from calcigraph.figures.key import Entry, key, level_entries, shown_sizes
from calcigraph.figures.page import FAINT, INK, RULE, SOFT, TWO_COLUMNS, Page
from calcigraph.figures.terms import CONDITION, TREATMENT, Listed, found, ordered, treatments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.api import Evidence
    from calcigraph.figures.data import Level
    from calcigraph.figures.drawing import Drawing
    from calcigraph.figures.page import Point
    from calcigraph.synthesis import Counted

_INDENT = 1.5
_LEAST_HEIGHT = 0.35
_UNDATED = 3.0
"""How wide the band of studies without a year is, in millimetres."""
_FEW_ROWS = 8
"""Up to so many rows, bands have their numbers below."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was known at the end of a year: patients of all findings so far, each once, and the best level so far."""

    year: int
    patients: int | None
    level: Level | None


@dataclass(frozen=True, slots=True)
class Course:
    """A treatment or class through the years, with what has no year: its patients, studies and findings in the end."""

    listed: Listed
    steps: tuple[Step, ...]
    patients: int | None
    studies: int
    undated: int
    level: Level | None


def timeline(
    evidence: Evidence, *, treatment: str | None = None, condition: str | None = None, width: float = TWO_COLUMNS
) -> Drawing:
    """Return the timeline of a treatment or class, or of all, in a condition or in all; `width` is in millimetres.

    Names are in any form. Raises UnknownName or AmbiguousName, and NothingToDraw where there is no finding at all.
    """
    data = Data(evidence)
    what, where = found(data, treatment, TREATMENT), found(data, condition, CONDITION)
    courses = list(_courses(data, what, where))
    if not courses:
        raise NothingToDraw(map_words.about(data, what, where), data.nearest_with_findings(what, where))
    page = Page(width)
    title = _question(data, what, where)
    chart = _Chart(page, data, courses)
    told = (
        "Height: patients in the findings of studies up to that year, each counted once. Colour: the best level "
        f"reached by then ({data.scale})."
    )
    y = chart.key(chart.body(begin(page, title, [told])))
    dated = [step.year for course in courses for step in course.steps]
    years = f", {min(dated)}{DASH}{max(dated)}" if dated else ""
    short = (
        f"Timeline of {count(len(courses), 'treatment or class', 'treatments and classes')}{years}. {told} "
        f"Most patients by now: {chart.most.listed.name}, {chart.most.patients or 0}."
    )
    records = {one.record for one in data.findings if where in one.whole and what in one.classes}
    notes = [_NOTES, *data.marked(sorted(records), what)]
    return finish(
        page, y, data=data, title=title, notes=notes, short=short, long=[_in_words(course) for course in courses]
    )


def _courses(data: Data, treatment: str, condition: str) -> Iterator[Course]:
    """Yield the course of each listed treatment with findings; of all of them, those that hold no others."""
    cells = Cells(data)
    here = [one for one in data.findings if condition in one.whole]
    findings = {iri: [one for one in here if iri in one.classes] for iri in treatments(data, treatment)}
    findings = {iri: ones for iri, ones in findings.items() if ones}
    most = {iri: cells.patients(ones) for iri, ones in findings.items()}
    rows = ordered(data, findings, lambda iri: most[iri].most)
    if treatment == TREATMENT:
        single = [one._replace(depth=0) for one in rows if not one.above_others]
        rows = sorted(single, key=lambda one: (-most[one.iri].most, one.name))
    for listed in rows:
        ones = findings[listed.iri]
        yield Course(
            listed=listed,
            steps=tuple(_steps(data, cells, ones)),
            patients=most[listed.iri].most if most[listed.iri].told else None,
            studies=len({one.work for one in ones}),
            undated=len({one.work for one in ones if one.year is None}),
            level=data.best_level(ones),
        )


def _steps(data: Data, cells: Cells, findings: list[Counted]) -> Iterator[Step]:
    for year in sorted({one.year for one in findings if one.year is not None}):
        known = [one for one in findings if one.year is not None and one.year <= year]
        patients = cells.patients(known)
        yield Step(year, patients.most if patients.told else None, data.best_level(known))


def _question(data: Data, treatment: str, condition: str) -> str:
    where = "" if condition == CONDITION else f" in {data.label(condition)}"
    what = "what" if treatment == TREATMENT else data.label(treatment)
    return f"When was {what} tried against calcinosis{where}, in how many patients, and on which level of evidence?"


_NOTES = (
    "Heights grow as the square root of the patients. A mark: a year with a study. n.d.: with the studies of which the "
    "part read gives no year. A class holds what is below it. Where records may share patients, the higher number. "
    "What reviews retell is not counted."
)


def _in_words(course: Course) -> str:
    steps = [f"by {step.year} {_patients(step.patients)}, {_notation(step.level)}" for step in course.steps]
    steps.append(
        f"in all {_patients(course.patients)}, {_notation(course.level)}, {count(course.studies, 'study', 'studies')}"
    )
    if course.undated:
        steps.append(f"of which {course.undated} without a year")
    return f"{course.listed.name}: {'; '.join(steps)}."


def _patients(number: int | None) -> str:
    return "patients not given" if number is None else count(number, "patient")


def _notation(level: Level | None) -> str:
    return level.notation if level else "no level"


class _Chart:
    """The timeline on a page; each method draws a part below a height and returns where it ends."""

    def __init__(self, page: Page, data: Data, courses: list[Course]) -> None:
        self.page, self.data, self.courses = page, data, courses
        self.colours = level_colours(data.levels.values())
        self.few = len(courses) <= _FEW_ROWS
        self.band = page.leading() + 0.6
        self.row = self.band + 0.9 + (page.leading(page.small) if self.few else 0)
        self.largest = max((course.patients or 0 for course in courses), default=1) or 1
        self.most = max(courses, key=lambda course: course.patients or 0)
        names = [(one.listed.name, one.listed.depth, one.listed.above_others) for one in courses]
        names_width = max(depth * _INDENT + page.extent(name, bold=bold) for name, depth, bold in names)
        self.left = (
            page.margin + min(names_width, (0.4 if page.width >= TWO_COLUMNS * 0.75 else 0.3) * page.width) + 2.5
        )
        self.patients = page.right - page.extent("Studies", page.small, bold=True) - 1.6
        self.end = self.patients - page.extent("Patients", page.small, bold=True) - 1.6
        if any(course.undated for course in courses):
            self.end -= _UNDATED + 1.6
        dated = [step.year for course in courses for step in course.steps]
        now = int(data.stamp[0][:4]) if data.stamp[0][:4].isdigit() else max(dated, default=2000)
        self.first, self.last = min(dated, default=now) // 10 * 10, max([now, *dated]) + 1

    def place(self, year: int) -> float:
        """Return where a year begins."""
        return self.left + (year - self.first) / (self.last - self.first) * (self.end - self.left)

    def height(self, patients: int) -> float:
        """Return how high a band is: as the square root of the patients, so that few can be seen beside many."""
        return max(_LEAST_HEIGHT, self.band * math.sqrt(patients / self.largest))

    def body(self, y: float) -> float:
        """Draw the heads, the years and the rows."""
        page = self.page
        middle = y + page.leading(page.small) / 2
        for x, head in ((self.patients, "Patients"), (page.right, "Studies")):
            page.text((x, middle), head, size=page.small, bold=True, side="right")
        if any(course.undated for course in self.courses):
            page.text((self.end + 1.6 + _UNDATED / 2, middle), "n.d.", size=page.small, side="center", color=SOFT)
        y += page.leading(page.small) + 0.8
        bottom = y + sum(map(self._row, self.courses))
        for year in self._ticks():
            x = self.place(year)
            page.line((x, y), (x, bottom), color=FAINT)
            page.text((x, middle), str(year), size=page.small, side="center", color=SOFT)
        page.line((page.margin, y), (page.right, y), color=RULE, weight=0.5)
        for course in self.courses:
            y = self._course(course, y)
        page.line((page.margin, y), (page.right, y), color=RULE, weight=0.5)
        return y + 1.5

    def _ticks(self) -> range:
        """Return the years that are written: tens, twenties or fifties, as there is room."""
        room = self.page.extent("2000", self.page.small) + 1.2
        step = next((step for step in (10, 20) if self.place(self.first + step) - self.left >= room), 50)
        return range(self.first, self.last, step)

    def _names(self, course: Course) -> list[str]:
        space = self.left - 1.5 - self.page.margin - course.listed.depth * _INDENT
        return self.page.wrap(course.listed.name, space, bold=course.listed.above_others)

    def _row(self, course: Course) -> float:
        return max(self.row, len(self._names(course)) * self.page.leading() + 0.8)

    def _course(self, course: Course, y: float) -> float:
        page, height = self.page, self._row(course)
        lines = self._names(course)
        x = page.margin + course.listed.depth * _INDENT
        middle = y + height / 2 - (page.leading(page.small) / 2 if self.few else 0)
        page.lines((x, max(y + 0.4, middle - len(lines) * page.leading() / 2)), lines, bold=course.listed.above_others)
        ends = [*[self.place(step.year) for step in course.steps[1:]], self.end]
        taken = 0.0
        for step, end in zip(course.steps, ends, strict=False):
            start = self.place(step.year)
            self._band(start, end, middle, step.patients or 0, step.level)
            taken = self._number(start, middle, step.patients, taken)
        name = course.listed.iri.rpartition("#")[2]
        if course.undated:
            start = self.end + 1.6
            self._band(start, start + _UNDATED, middle, course.patients or 0, course.level)
        patients = "?" if course.patients is None else str(course.patients)
        for right, number, what in (
            (self.patients, patients, "patients"),
            (page.right, str(course.studies), "studies"),
        ):
            page.text((right, middle), number, side="right", size=page.small, name=f"{what}.{name}")
        return y + height

    def _band(self, start: float, end: float, middle: float, patients: int, level: Level | None) -> None:
        """Draw the band from a year to the next, with a mark where it begins."""
        height = self.height(patients)
        fill = self.colours[level.iri] if level else NONE
        self.page.box((start, middle - height / 2), end - start, height, fill=fill, edge=INK, weight=0.25)
        mark = max(height, 1.0) / 2
        self.page.line((start, middle - mark), (start, middle + mark), weight=0.6)

    def _number(self, x: float, middle: float, patients: int | None, taken: float) -> float:
        """Write a number below its band if there is room to the right of what is taken, and return what is then."""
        words = "?" if patients is None else str(patients)
        extent = self.page.extent(words, self.page.small)
        if not self.few or x < taken:
            return taken
        below = middle + self.band / 2 + self.page.leading(self.page.small) / 2
        self.page.text((x, below), words, size=self.page.small, color=SOFT)
        return x + extent + 0.8

    def key(self, y: float) -> float:
        """Draw the key."""
        page = self.page
        without = any(step.level is None for course in self.courses for step in course.steps)
        y = key(page, y, "Best level", level_entries(page, self.data.levels.values(), self.colours, without=without))
        return key(page, y, "Patients", map(self._size, shown_sizes(1, self.largest)))

    def _size(self, patients: int) -> Entry:
        height = self.height(patients)

        def bar(at: Point) -> None:
            self.page.box((at[0] - 1, at[1] - height / 2), 2, height, fill="#d0d0d0", edge=INK, weight=0.25)

        return Entry(bar, 2, str(patients))
