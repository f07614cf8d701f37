"""The forest plot: what share of patients responded in each study of a treatment, and the pool with all it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calcigraph.errors import NothingToDraw
from calcigraph.figures import forest_words as words
from calcigraph.figures.data import Data
from calcigraph.figures.frame import DASH, begin, count, finish
from calcigraph.figures.page import FAINT, INK, MM_PER_POINT, PAPER, RULE, SOFT, TWO_COLUMNS, Page, circle_radius
from calcigraph.names.vocabulary import BASE
from calcigraph.synthesis import Pool

if TYPE_CHECKING:
    from calcigraph.api import Evidence
    from calcigraph.figures.drawing import Drawing
    from calcigraph.synthesis import NoPool, Stratum, StudyRow, Summary

_TICKS = (0, 25, 50, 75, 100)
_POOL = "#31688e"
_GAP = 2.0
_HALF, _LEAST_HALF = 1.15, 0.35
"""Half the side of the largest square, and the least that can be seen, in millimetres."""


def forest(
    evidence: Evidence,
    *,
    treatment: str,
    condition: str | None = None,
    route: str | None = None,
    response: str = "any",
    outcome: str | None = None,
    width: float = TWO_COLUMNS,
) -> Drawing:
    """Return the forest plot of those who responded to a treatment; names are in any form, `width` is in millimetres.

    Raises NothingToDraw where there is no finding at all, and what `Evidence.pool` raises.
    """
    made = evidence.pool(treatment, condition=condition, response=response, route=route, outcome=outcome)
    data = Data(evidence)
    if not made.studies and not made.excluded:
        nearest = data.nearest_with_findings(made.scope.treatment.iri, made.scope.condition.iri)
        raise NothingToDraw(made.scope.treatment.label + words.where(made), nearest)
    title = words.question(made)
    plot = _Plot(Page(width), made)
    y = plot.studies(begin(plot.page, title, [words.told(made)]))
    y = plot.beside(y)
    notes = list(words.notes(made))
    if any(words.SECOND_HAND in words.study_name(row) for row in made.studies):
        notes.append(f"{words.SECOND_HAND} Read only in another publication's account.")
    records = [row.record for row in made.studies] + [one.counted.record for one in made.excluded]
    notes += data.marked(records, made.scope.treatment.iri)
    events, reports = words.single_patients(made)
    short = (
        f"Forest plot. {words.told(made)} {words.pooled(made)} {count(reports, 'report')} on one patient "
        f"({events} with a response), {count(len(made.comparisons), 'comparison')} and "
        f"{count(len(made.excluded) - reports - len(made.comparisons), 'other finding')} are listed and not pooled."
    )
    return finish(plot.page, y, data=data, title=title, notes=notes, short=short, long=list(words.in_words(made)))


@dataclass
class _Columns:
    """Where columns stand, in millimetres: names from the left, the scale from `low` to `high`, then right edges."""

    names: float
    low: float
    high: float
    counts: float
    percents: float
    weights: float | None


class _Plot:
    """One plot on a page; each method draws a part below a height and returns where it ends."""

    def __init__(self, page: Page, made: Pool | NoPool) -> None:
        self.page = page
        self.made = made
        self.weights = {row.record: row.weight for row in made.studies}
        self.several = len({words.treatments(row) for row in made.studies}) > 1
        self.at = self._columns()

    def _columns(self) -> _Columns:
        page, rows = self.page, self.made.studies
        percents = page.widest(["% (95 % CI)", words.interval(1, 1, 1)], bold=True)
        counts = page.widest(["n/N", f"{self.made.events}/{self.made.patients}"], bold=True)
        wide = page.width >= TWO_COLUMNS * 0.75
        weight = page.extent("Weight", bold=True) + _GAP if wide and isinstance(self.made, Pool) else 0.0
        left = page.right - percents - counts - _GAP - weight
        names = [words.study_name(row) for row in rows]
        if self.several:
            names = [f"{name}, {words.treatments(row)}" for name, row in zip(names, rows, strict=True)]
        most = (left - page.margin) * (0.45 if wide else 0.52)
        name = min(most, max(page.widest(names) + 2, page.extent("Prediction interval") + 2))
        return _Columns(
            names=page.margin,
            low=page.margin + name + _GAP + 0.8,
            high=left - _GAP,
            counts=left + counts,
            percents=page.right - weight,
            weights=page.right if weight else None,
        )

    def place(self, proportion: float) -> float:
        """Return where a proportion stands on the scale."""
        return self.at.low + proportion * (self.at.high - self.at.low)

    def studies(self, y: float) -> float:
        """Draw the studies by design, the pool and the scale."""
        if not self.made.studies:
            lines = self.page.wrap(f"No pool: {self.made.reason}", self.page.right - self.page.margin, bold=True)  # type: ignore[union-attr]  # a pool has studies
            return self.page.lines((self.page.margin, y), lines, bold=True) + 0.5
        y = top = self._heads(y)
        for stratum in self.made.strata:
            y = self._stratum(stratum, y)
        y = self._pool(y)
        self._scale(top, y)
        return self._below(y + self.page.leading(self.page.small) + 2.2)

    def _heads(self, y: float) -> float:
        page, at = self.page, self.at
        middle = y + page.leading() / 2
        page.text((at.names, middle), "Study", bold=True)
        page.text((at.counts, middle), "n/N", bold=True, side="right")
        page.text((at.percents, middle), "% (95 % CI)", bold=True, side="right")
        if at.weights:
            page.text((at.weights, middle), "Weight", bold=True, side="right")
        y += page.leading() + 0.6
        page.line((page.margin, y), (page.right, y), color=RULE)
        return y + 0.8

    def _stratum(self, stratum: Stratum, y: float) -> float:
        y = self._over_the_scale(words.stratum_name(stratum), y) + 0.4
        for row in stratum.studies:
            y = self._study(row, y)
        if stratum.summary and len(self.made.strata) > 1:
            y = self._estimate("Together", stratum.summary, y, fill=PAPER)
        return y + 0.8

    def _over_the_scale(self, text: str, y: float) -> float:
        """Write bold lines from the left margin on, so that the lines of the scale do not run through them."""
        page = self.page
        lines = page.wrap(text, page.right - page.margin, bold=True)
        height = len(lines) * page.leading()
        page.box((self.at.names, y), page.widest(lines, bold=True) + 0.6, height)
        return page.lines((self.at.names, y), lines, bold=True)

    def _study(self, row: StudyRow, y: float) -> float:
        page = self.page
        end = self._name(row, y)
        middle = (y + end) / 2
        page.line((self.place(row.low), middle), (self.place(row.high), middle), weight=0.8)
        for limit in (row.low, row.high):
            page.line((self.place(limit), middle - 0.5), (self.place(limit), middle + 0.5), weight=0.8)
        half = self._half(row)
        page.box(
            (self.place(row.estimate) - half, middle - half),
            2 * half,
            2 * half,
            fill=INK,
            edge=PAPER,
            weight=0.3,
            name=f"study.{_element(row.record)}",
        )
        percent = words.interval(row.estimate, row.low, row.high)
        weight = self.weights[row.record]
        share = f"{100 * weight:.0f} %" if weight is not None else ""
        self._numbers(middle, f"{row.events}/{row.patients}", percent, share)
        return end + 0.7

    def _name(self, row: StudyRow, y: float) -> float:
        """Write the citation of a study, and what was given where that differs: beside it, or below if it is long."""
        page, x = self.page, self.at.names + 2
        width = self.at.low - _GAP - x
        name, given = words.study_name(row), words.treatments(row) if self.several else ""
        beside = page.extent(f"{name}, ")
        if given and beside + page.extent(given) <= width:
            page.text((x + beside, y + page.leading() / 2), given, color=SOFT)
            given, name = "", f"{name},"
        end = page.lines((x, y), page.wrap(name, width))
        return page.lines((x, end), page.wrap(given, width), color=SOFT) if given else end

    def _half(self, row: StudyRow) -> float:
        """Return half the side of the square of a study, whose area is its weight, or its patients where none is."""
        shares = {one.record: one.weight or one.patients / self.made.patients for one in self.made.studies}
        return max(_LEAST_HALF, circle_radius(shares[row.record], max(shares.values()), _HALF))

    def _numbers(self, middle: float, counts: str, percent: str, weight: str = "", *, bold: bool = False) -> None:
        self.page.text((self.at.counts, middle), counts, side="right", bold=bold)
        self.page.text((self.at.percents, middle), percent, side="right", bold=bold)
        if self.at.weights and weight:
            self.page.text((self.at.weights, middle), weight, side="right", bold=bold)

    def _estimate(self, name: str, summary: Summary, y: float, *, fill: str, bold: bool = False) -> float:
        """Draw a summary as a diamond from limit to limit."""
        page = self.page
        middle = y + page.leading() / 2
        low, high = words.believed(summary)
        page.text((self.at.names + (0 if bold else 2), middle), name, bold=bold)
        points = [
            (self.place(low), middle),
            (self.place(summary.estimate), middle - 1.05),
            (self.place(high), middle),
            (self.place(summary.estimate), middle + 1.05),
        ]
        page.shape(points, fill=fill, edge=_POOL, weight=0.8, name="pool" if bold else None)
        percent = words.interval(summary.estimate, low, high)
        self._numbers(middle, f"{summary.events}/{summary.patients}", percent, "100 %" if bold else "", bold=bold)
        return y + page.leading() + 0.7

    def _pool(self, y: float) -> float:
        page = self.page
        page.line((page.margin, y), (page.right, y), color=RULE)
        y += 0.9
        if not isinstance(self.made, Pool):
            return self._over_the_scale(f"No pool: {self.made.reason}", y) + 0.8
        summary = self.made.summary
        y = self._estimate(f"Pool of {summary.studies} studies", summary, y, fill=_POOL, bold=True)
        middle = y + page.leading() / 2
        page.text((self.at.names, middle), "Prediction interval")
        start, end = self.place(summary.prediction_low), self.place(summary.prediction_high)
        page.line((start, middle), (end, middle), color=_POOL, weight=1.6, name="prediction")
        for limit in (start, end):
            page.line((limit, middle - 0.8), (limit, middle + 0.8), color=_POOL, weight=0.9)
        limits = f"({words.percent(summary.prediction_low)}{DASH}{words.percent(summary.prediction_high)})"
        self._numbers(middle, "", limits)
        return y + page.leading() + 0.9

    def _scale(self, top: float, y: float) -> None:
        """Draw the scale in per cent below, with lines behind, and where the pool stands."""
        page = self.page
        for tick in _TICKS:
            x = self.place(tick / 100)
            page.line((x, top), (x, y), color=FAINT, weight=0.6, behind=True)
            page.line((x, y), (x, y + 0.8), color=SOFT, weight=0.6)
            page.text(
                (x, y + 0.8 + page.leading(page.small) / 2), str(tick), size=page.small, side="center", color=SOFT
            )
        page.line((self.at.low, y), (self.at.high, y), color=SOFT, weight=0.6)
        if isinstance(self.made, Pool):
            x = self.place(self.made.summary.estimate)
            page.line((x, top), (x, y), color=_POOL, weight=0.7, dashes=(3, 2), behind=True)

    def _below(self, y: float) -> float:
        page = self.page
        name = "Patients with a reported response, %"
        half = page.extent(name, page.small) / 2
        middle = min(max((self.at.low + self.at.high) / 2, page.margin + half), page.right - half)
        page.text((middle, y), name, size=page.small, side="center", color=SOFT)
        y += page.leading(page.small) / 2 + 1.5
        if isinstance(self.made, Pool):
            lines = page.wrap(words.differences(self.made.summary), page.right - page.margin)
            y = page.lines((page.margin, y), lines) + 1.0
        return y

    def beside(self, y: float) -> float:
        """Write what is not pooled: comparisons, reports on one patient, and what was left out with the reason."""
        page, width = self.page, self.page.right - self.page.margin
        compared = words.comparisons(self.made)
        if compared:
            y = self._title(f"Comparisons, not pooled ({len(compared)})", y)
            for line in compared:
                y = page.lines((page.margin, y), page.wrap(line, width, page.small), size=page.small) + 0.3
        if self.made.single_patients:
            events, reports = words.single_patients(self.made)
            y = self._title(f"Reports on one patient, not pooled ({reports}; {events} responded)", y)
            y = self._reports(y)
        left = words.left_out(self.made)
        if left:
            y = self._title("Left out, with the reason", y)
            for reason, which in left:
                y = (
                    page.lines((page.margin, y), page.wrap(f"{reason} {which}", width, page.small), size=page.small)
                    + 0.3
                )
        return y

    def _title(self, words_: str, y: float) -> float:
        return self.page.lines((self.page.margin, y + 1.0), [words_], bold=True) + 0.2

    def _reports(self, y: float) -> float:
        """Draw each report on one patient as a disc, full if the patient responded, with its name."""
        page = self.page
        radius = page.small * MM_PER_POINT * 0.32
        step = page.leading(page.small) + 0.2
        x, y = page.margin, y + step / 2
        for one in self.made.single_patients:
            name = one.counted.citation + (f", {one.counted.treatment.label}" if self.several_reports else "")
            extent = 2 * radius + 0.8 + page.extent(name, page.small)
            if x > page.margin and x + extent > page.right:
                x, y = page.margin, y + step
            responded = bool(one.counted.events(self.made.scope.response))
            page.disc((x + radius, y), radius, fill=INK if responded else PAPER, weight=0.6)
            page.text((x + 2 * radius + 0.8, y), name, size=page.small)
            x += extent + 2.5
        return y + step / 2

    @property
    def several_reports(self) -> bool:
        """Whether the reports on one patient are of several treatments."""
        return len({one.counted.treatment.iri for one in self.made.single_patients}) > 1


def _element(record: str) -> str:
    """Return the name of a record as that of an element."""
    return record.removeprefix(BASE).replace("/", ".")
