"""What a forest plot says in words: its question, what was left out and why, and all its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.figures.frame import DASH, count, ending, listed
from calcigraph.synthesis import Pool, Reason, Response
from calcigraph.synthesis.scopes import CONDITION, OUTCOME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from calcigraph.synthesis import Counted, Excluded, Gathered, NoPool, Stratum, StudyRow, Summary

SECOND_HAND = "†"
SPACE = "\N{NO-BREAK SPACE}"
EQUALS = f"{SPACE}={SPACE}"
_HEADS = {
    Reason.PURPOSE: "Given to prevent calcinosis",
    Reason.OUTCOME: "Another outcome",
    Reason.WIDER_CONDITION: "Counted together with other conditions",
    Reason.ROUTE: "Another route, or none recorded",
    Reason.RETOLD: "Retold by a review",
    Reason.SECOND_HAND: "Read only in another publication's account",
    Reason.RETRACTED: "Retracted or superseded",
    Reason.CORRECTED: "Corrected or doubted",
    Reason.COMPARISON: "Comparisons",
    Reason.NO_DENOMINATOR: "Number of patients not given",
    Reason.NO_PATIENTS: "Without patients",
    Reason.NO_COUNT: "Number of responders not given",
    Reason.CONTRADICTORY: "Contradictory counts",
    Reason.SINGLE_PATIENT: "Reports on one patient",
    Reason.SAME_PATIENTS: "Same patients as in another finding",
    Reason.SAME_STUDY: "Patients counted in another finding of the study",
    Reason.SAME_WORK: "Same work as another record",
    Reason.OVERLAP: "May share patients with another study",
}
_APART = (Reason.COMPARISON, Reason.SINGLE_PATIENT)


def question(made: Gathered) -> str:
    """Return the question that the figure answers."""
    scope = made.scope
    kind = "complete response" if scope.response is Response.COMPLETE else "response"
    route = f", {scope.route.label} route" if scope.route else ""
    return f"How many patients had a reported {kind} to {scope.treatment.label}{route}{where(made)}?"


def where(made: Gathered) -> str:
    """Return in which condition, or nothing where all count."""
    return "" if made.scope.condition.iri == CONDITION else f" in {made.scope.condition.label}"


def told(made: Gathered) -> str:
    """Return what counts as a response, and of whom."""
    responded = "All who got better count" if made.scope.response is Response.ANY else "Only complete responses count"
    outcome = "any outcome" if made.scope.outcome.iri == OUTCOME else made.scope.outcome.label
    counted = f"{responded} as responding ({outcome})."
    if not made.studies:
        return counted
    return (
        f"{counted} {count(len(made.studies), 'study', 'studies')}, {made.events} of "
        f"{count(made.patients, 'patient')}; 95{SPACE}% intervals, exact for each study."
    )


def notes(made: Pool | NoPool) -> Iterator[str]:
    """Yield how the figure is read, and what must be known of the pool."""
    if isinstance(made, Pool):
        yield "Square: the share who responded, its area the weight. Diamond: the random-effects estimate."
        yield from made.notes[1:]
        low, high = believed(made.summary)
        if made.summary.prediction_low > low or made.summary.prediction_high < high:
            yield "The diamond shows the wider interval; the prediction interval is not widened."
    elif made.studies:
        yield "Square: the share who responded, its area the number of patients."


def percent(value: float) -> str:
    """Return a proportion as a whole percentage.

    >>> percent(0.514)
    '51'
    """
    return f"{100 * value:.0f}"


def interval(estimate: float, low: float, high: float) -> str:
    """Return a percentage with its limits.

    >>> interval(0.5, 0.2, 0.8) == f"50 (20{DASH}80)"
    True
    """
    return f"{percent(estimate)} ({percent(low)}{DASH}{percent(high)})"


def believed(summary: Summary) -> tuple[float, float]:
    """Return the limits of the interval that should be believed: the wider one where studies agree beyond chance."""
    if summary.agrees_beyond_chance:
        return summary.floored_low, summary.floored_high
    return summary.low, summary.high


def study_name(row: StudyRow) -> str:
    """Return the citation of a study, marked if only another publication's account was read."""
    second_hand = all(one.second_hand for one in row.findings)
    return f"{row.citation} {SECOND_HAND}" if second_hand else row.citation


def treatments(row: StudyRow) -> str:
    """Return what was given in a study."""
    return ", ".join(sorted({one.treatment.label for one in row.findings}))


def stratum_name(stratum: Stratum) -> str:
    """Return the design of a stratum with its first letter large, and how much it holds."""
    design = stratum.design.label if stratum.design else "design not stated"
    patients = sum(row.patients for row in stratum.studies)
    return f"{design[0].upper()}{design[1:]} ({len(stratum.studies)}; {count(patients, 'patient')})"


def differences(summary: Summary) -> str:
    """Return how far the studies differ from each other, and what one of them changes."""
    without = [one.estimate for one in summary.leave_one_out]
    left = f" Leaving out one study at a time: {percent(min(without))} to {percent(max(without))} %." if without else ""
    return (
        f"Between studies: τ²{EQUALS}{summary.tau2:.2f}, I²{EQUALS}{summary.i2:.0f} %, Q{EQUALS}{summary.q:.1f} on "
        f"{count(summary.q_df, 'degree')} of freedom, P{EQUALS}{summary.q_p:.2g}.{left}"
    )


def comparisons(made: Gathered) -> list[str]:
    """Return a line for each finding of a study that compares."""
    return [_comparison(one.counted) for one in made.comparisons]


def _comparison(one: Counted) -> str:
    against = f" against {listed([term.label for term in one.comparators])}" if one.comparators else ", compared"
    patients = "patients not given" if one.patients is None else count(one.patients, "patient")
    who = "" if one.responders is None else f", {one.responders} responded"
    outcome = listed([term.label for term in one.outcomes])
    design = f", {one.design.label}" if one.design else ""
    return (
        f"{one.citation}{design}: {one.treatment.label}{against}; {outcome}; {patients}{who}; "
        f"{one.direction or 'direction not given'}."
    )


def single_patients(made: Gathered) -> tuple[int, int]:
    """Return how many reports on one patient tell of a response, and of how many."""
    events = [one.counted.events(made.scope.response) or 0 for one in made.single_patients]
    return sum(events), len(events)


def left_out(made: Gathered) -> list[tuple[str, str]]:
    """Return for each reason its name with how many findings were left out for it, and which they are."""
    by_reason: dict[Reason, list[Excluded]] = {}
    for one in made.excluded:
        if one.reason not in _APART:
            by_reason.setdefault(one.reason, []).append(one)
    return [(f"{_HEADS[reason]} ({len(same)}):", _named(same)) for reason, same in by_reason.items()]


def _named(excluded: Iterable[Excluded]) -> str:
    names: dict[str, None] = {}
    for one in excluded:
        detail = _detail(one)
        names[f"{one.counted.citation} ({detail})" if detail else one.counted.citation] = None
    return ending("; ".join(names))


def _detail(one: Excluded) -> str:
    """Return what the reason does not say by itself."""
    terms = {
        Reason.OUTCOME: one.counted.outcomes,
        Reason.WIDER_CONDITION: one.counted.conditions,
        Reason.ROUTE: one.counted.routes,
    }.get(one.reason, ())
    return listed([term.label for term in terms])


def in_words(made: Pool | NoPool) -> Iterator[str]:
    """Yield all numbers of the figure, one line each."""
    for stratum in made.strata:
        yield f"{stratum_name(stratum)}:"
        for row in stratum.studies:
            yield (
                f"- {study_name(row)}, {treatments(row)}: {row.events} of {row.patients}, "
                f"{interval(row.estimate, row.low, row.high)} % (read: {row.read_as})"
            )
        if stratum.summary:
            yield f"- together: {interval(stratum.summary.estimate, *believed(stratum.summary))} %"
    yield pooled(made)
    if isinstance(made, Pool):
        yield differences(made.summary)
        yield from made.notes
    for line in comparisons(made):
        yield f"Comparison, not pooled: {line}"
    for one in made.single_patients:
        better = "responded" if one.counted.events(made.scope.response) else "did not respond"
        yield f"One patient, not pooled: {one.counted.citation}, {one.counted.treatment.label}: {better}."
    for reason, which in left_out(made):
        yield f"Left out. {reason} {which}"


def pooled(made: Pool | NoPool) -> str:
    """Return the pool in a sentence, or why there is none."""
    if not isinstance(made, Pool):
        return f"No pool: {made.reason}"
    summary = made.summary
    return (
        f"Random-effects pool: {interval(summary.estimate, *believed(summary))} %, prediction interval "
        f"{percent(summary.prediction_low)}{DASH}{percent(summary.prediction_high)} %."
    )
