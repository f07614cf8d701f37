"""Make pools: from findings to the studies that count, their proportions, and the summary where two or more count."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from calcigraph.synthesis.scopes import scopes
from calcigraph.synthesis.select import select
from calcigraph.synthesis.values import (
    LeftOut,
    NoPool,
    Pool,
    Response,
    Stratum,
    StudyRow,
    Summary,
    Switches,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from calcigraph.synthesis.proportions import Effect, Proportion
    from calcigraph.synthesis.select import Study
    from calcigraph.synthesis.values import Counted, Excluded, Scope, Term

_KEPT = 256
"""Summaries that are kept."""


def pool(findings: Iterable[Counted], scope: Scope, switches: Switches | None = None) -> Pool | NoPool:
    """Return the pool of a scope, or what there is instead and why no pool can be made."""
    switches = switches or Switches()
    studies, excluded = select(findings, scope, switches)
    rows = tuple(_row(study, scope.response) for study in studies)
    strata = tuple(_strata(rows))
    if len(rows) < _at_least():
        return NoPool(
            scope=scope,
            switches=switches,
            studies=rows,
            excluded=tuple(excluded),
            strata=strata,
            reason=_why_not(rows, excluded),
        )
    summary, weights = _summary(rows)
    return Pool(
        scope=scope,
        switches=switches,
        studies=tuple(replace(row, weight=weight) for row, weight in zip(rows, weights, strict=True)),
        excluded=tuple(excluded),
        strata=strata,
        summary=summary,
        notes=tuple(_notes(rows, summary)),
    )


def default_pools(findings: Sequence[Counted], labels: Mapping[str, str]) -> Iterator[Pool | NoPool]:
    """Yield each pool that the default switches make, of every treatment, class and condition with findings.

    Where one study counts, that is yielded for the treatment and the conditions that it names, and not for what is
    above them.
    """
    for scope, within in scopes(findings, labels):
        made = pool(within, scope)
        if isinstance(made, Pool) or any(_names(row, scope) for row in made.studies):
            yield made


def _names(row: StudyRow, scope: Scope) -> bool:
    """Tell whether a finding of the study names the treatment and the condition of the scope."""
    return any(one.treatment == scope.treatment and scope.condition in one.conditions for one in row.findings)


def _at_least() -> int:
    from calcigraph.synthesis.proportions import AT_LEAST

    return AT_LEAST


def _row(study: Study, response: Response) -> StudyRow:
    from calcigraph.synthesis.proportions import Proportion, exact_interval

    first = study[0]
    events = sum(one.events(response) or 0 for one in study)
    patients = sum(one.patients or 0 for one in study)
    low, high = exact_interval(Proportion(events, patients))
    return StudyRow(
        record=first.record,
        citation=first.citation,
        read_as=first.read_as,
        year=first.year,
        design=first.design,
        findings=study,
        events=events,
        patients=patients,
        estimate=events / patients,
        low=low,
        high=high,
    )


def _strata(rows: Sequence[StudyRow]) -> Iterable[Stratum]:
    """Yield the studies of each design with their own summary; of designs with one study there is none."""
    designs: dict[Term | None, list[StudyRow]] = {}
    for row in rows:
        designs.setdefault(row.design, []).append(row)
    for design, same in sorted(designs.items(), key=lambda one: one[0].label if one[0] else ""):
        summary = _summary(same)[0] if len(same) >= _at_least() else None
        reason = None if summary else "One study of this design: no pool."
        yield Stratum(design=design, studies=tuple(same), summary=summary, reason=reason)


def _summary(rows: Sequence[StudyRow]) -> tuple[Summary, tuple[float, ...]]:
    """Return the summary of two studies or more, and the weight of each."""
    from calcigraph.synthesis.proportions import Proportion

    effect, left_out = _effects(tuple(Proportion(row.events, row.patients) for row in rows))
    without = tuple(_left_out(row, left) for row, left in zip(rows, left_out, strict=False))
    summary = Summary(
        studies=len(rows),
        patients=sum(row.patients for row in rows),
        events=sum(row.events for row in rows),
        estimate=effect.estimate,
        low=effect.interval.low,
        high=effect.interval.high,
        floored_low=effect.floored.low,
        floored_high=effect.floored.high,
        prediction_low=effect.prediction.low,
        prediction_high=effect.prediction.high,
        tau2=effect.tau2,
        i2=effect.i2,
        q=effect.q,
        q_df=len(rows) - 1,
        q_p=effect.q_p,
        logit=effect.logit,
        se=effect.se,
        leave_one_out=without,
    )
    return summary, effect.weights


@lru_cache(_KEPT)
def _effects(studies: tuple[Proportion, ...]) -> tuple[Effect, list[Effect]]:
    """Return the summary of studies, and the one without each; the same studies recur in class above class."""
    from calcigraph.synthesis.proportions import leave_one_out, summarize

    return summarize(studies), leave_one_out(studies)


def _left_out(row: StudyRow, effect: Effect) -> LeftOut:
    return LeftOut(
        record=row.record,
        citation=row.citation,
        estimate=effect.estimate,
        low=effect.interval.low,
        high=effect.interval.high,
        tau2=effect.tau2,
        i2=effect.i2,
        q=effect.q,
    )


def _why_not(rows: Sequence[StudyRow], excluded: Sequence[Excluded]) -> str:
    if rows:
        return "One study counts, and a pool needs two."
    if not excluded:
        return "There are no findings."
    if len(excluded) == 1:
        return "The one finding cannot be pooled."
    return f"None of the {len(excluded)} findings can be pooled."


def _notes(rows: Sequence[StudyRow], summary: Summary) -> Iterable[str]:
    """Yield what a reader of the summary should know."""
    yield "Reported response is not efficacy: nothing says what would have happened without the treatment."
    for what, names in (
        ("treatments", {one.treatment.label for row in rows for one in row.findings}),
        ("designs", {row.design.label for row in rows if row.design}),
    ):
        if len(names) > 1:
            yield f"Several {what} are pooled: {', '.join(sorted(names))}."
    if summary.agrees_beyond_chance:
        yield (
            "The studies agree more than chance would have it, so that the Hartung-Knapp interval is too narrow; "
            "the wider one takes its factor as one."
        )
    if summary.studies == _at_least():
        yield "Two studies: the interval and the prediction interval rest on one degree of freedom and are very wide."
    if all(row.events == 0 for row in rows):
        yield "Nobody responded in any study: the summary rests on the half patient that is added to each side."
    if all(row.events == row.patients for row in rows):
        yield "Everybody responded in every study: the summary rests on the half patient that is added to each side."
