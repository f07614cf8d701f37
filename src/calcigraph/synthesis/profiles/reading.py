"""Compose the plain reading of a profile: one sentence per template, from its figures and from nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.synthesis.scopes import CONDITION
from calcigraph.synthesis.values import Pool, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from calcigraph.synthesis.profiles.values import Event, Profile, Tally
    from calcigraph.synthesis.values import NoPool, Term

CAUTION = "A reported response is not efficacy: nothing here says what would have happened without the treatment."
ADVICE = "This is a reading of records, not medical advice."
_FEW = 3
"""Names that a sentence lists; of more it gives the first and how many others there are."""


class Sentence(NamedTuple):
    """A sentence of the reading, and the section of the profile in which its figures stand with their studies."""

    section: str
    text: str


def reading(profile: Profile) -> tuple[str, ...]:
    """Return the reading, sentence by sentence; each says only what its template and the figures of the profile say."""
    return tuple(sentence.text for sentence in sentences(profile))


def sentences(profile: Profile) -> Iterator[Sentence]:
    """Yield the sentences of the reading.

    Their sections are findings, response, complete, harms, claims, contradictions, trials, gaps, and "" for none.
    """
    for section, told in _told(profile):
        yield from (Sentence(section, text) for text in told)


def patients(tally: Tally) -> str:
    """Return how many patients there are in words, with both bounds where they differ.

    >>> from calcigraph.synthesis.profiles.values import Tally
    >>> patients(Tally(studies=2, patients=12, at_least=10, without_number=0))
    '10 to 12 patients'
    """
    if tally.patients is None:
        return "an unreported number of patients"
    if tally.patients != tally.at_least:
        return f"{tally.at_least} to {tally.patients} patients"
    return _count(tally.patients, "patient")


def what(profile: Profile) -> str:
    """Return what a profile is about in words."""
    where = "" if profile.condition.iri == CONDITION else f" in {profile.condition.label}"
    return f"{profile.treatment.label}{where}{f' ({profile.route.label})' if profile.route else ''}"


def title(profile: Profile) -> str:
    """Return what stands over a profile: what it is about, and the day of which it is a view."""
    return what(profile) + (f", as known at the end of {profile.as_of}" if profile.as_of else "")


def limits(pool: Pool) -> tuple[float, float]:
    """Return the limits to be believed: the wider ones where the studies agree more than chance would have it."""
    found = pool.summary
    return (found.floored_low, found.floored_high) if found.agrees_beyond_chance else (found.low, found.high)


def percent(proportion: float) -> str:
    """Return a proportion as a whole percentage.

    >>> percent(0.466)
    '47 %'
    """
    return f"{100 * proportion:.0f} %"


def _told(profile: Profile) -> Iterator[tuple[str, Iterable[str]]]:
    yield "findings", _evidence(profile)
    if profile.findings:
        yield "response", _response(profile.any_response, "responded", "a response")
        yield "complete", _complete(profile.complete_response)
        yield "response", _beside(profile.any_response)
        yield "harms", _harms(profile)
    yield "claims", _claims(profile)
    yield "contradictions", _contradictions(profile)
    yield "trials", _trials(profile)
    yield "findings", _doubts(profile)
    yield "gaps", _gaps(profile)
    yield "", (CAUTION, ADVICE)


def _evidence(profile: Profile) -> Iterator[str]:
    """Yield how many studies and patients there are, of which designs and at which level."""
    if not profile.findings:
        yield f"No study in the graph reports what {what(profile)} did to existing calcinosis."
        return
    total = profile.total
    designs = ", ".join(f"{group.name} ({group.tally.studies})" for group in profile.designs)
    yield (
        f"{_count(total.studies, 'study', 'studies')} with {patients(total)}"
        f" {'reports' if total.studies == 1 else 'report'}"
        f" on {what(profile)}: {designs}."
    )
    if total.without_number and total.patients is not None:
        yield f"{_count(total.without_number, 'study gives', 'studies give')} no number of patients."
    if profile.treatments != (profile.treatment,):
        given = _listed(profile.treatments)
        yield f"{'All is' if len(profile.treatments) == 1 else 'They are'} on what is below it: {given}."
    if profile.best_level is not None:
        reached = next(group.tally.studies for group in profile.levels if group.name == profile.best_level)
        yield f"The best level that a design earns is {profile.best_level}, in {_count(reached, 'study', 'studies')}."


def _response(found: Pool | NoPool, responded: str, noun: str) -> Iterator[str]:
    """Yield the pooled response with its interval, or the one study there is, or why there is neither."""
    if isinstance(found, Pool):
        low, high = limits(found)
        summary = found.summary
        yield (
            f"{found.events} of {found.patients} patients {responded} in the {len(found.studies)} studies that can be"
            f" counted together; pooled, {noun} is reported in {percent(summary.estimate)} (95 % interval"
            f" {percent(low)} to {percent(high)}), and a further study may find {percent(summary.prediction_low)} to"
            f" {percent(summary.prediction_high)}."
        )
        if found.events in (0, found.patients):
            who = "Nobody" if found.events == 0 else "Everybody"
            yield f"{who} {responded}, so that the pool rests on the half patient that is added to each side."
    elif found.studies:
        row = found.studies[0]
        yield (
            f"One study can be counted, so that there is no pool: {row.events} of {row.patients} patients {responded}"
            f" ({row.citation})."
        )
    else:
        yield f"There is no pool of responses: {found.reason[0].lower()}{found.reason[1:]}"


def _complete(found: Pool | NoPool) -> Iterator[str]:
    if isinstance(found, Pool):
        yield from _response(found, "responded completely", "a complete response")
    elif found.studies:
        yield f"{found.events} of {found.patients} patients responded completely in the one study that counts them."


def _beside(found: Pool | NoPool) -> Iterator[str]:
    """Yield what stands beside the pool: comparisons, reports on one patient, and counts that contradict each other."""
    for retold, how in ((False, ""), (True, ", as a review retells it")):
        compared = _compared(found, retold=retold)
        if compared:
            many = f"{_count(len(compared), 'comparison')} with something else {_stands(len(compared))} apart{how}"
            yield f"{many}: {_often(_counts(compared.values()))}."
    alone = found.single_patients
    if alone:
        better = sum(one.counted.responders == 1 for one in alone)
        many = _count(len(alone), "report")
        yield f"{many} on one patient {_stands(len(alone))} apart; a response is reported in {better} of {len(alone)}."
    wrong = sum(one.reason is Reason.CONTRADICTORY for one in found.excluded)
    if wrong:
        yield f"{_count(wrong, 'finding')} with counts that contradict each other left out."


def _compared(found: Pool | NoPool, *, retold: bool) -> dict[str, str]:
    """Return the direction of each study that compares."""
    return {one.counted.record: one.counted.direction for one in found.comparisons if one.counted.retold is retold}


def _harms(profile: Profile) -> Iterator[str]:
    told = profile.harms
    if not told.told.studies:
        yield "No study, as far as it was read, says anything of harms."
        return
    begin = (
        f"{told.told.studies} of {_count(profile.total.studies, 'study', 'studies')} ({patients(told.told)})"
        f" {'speaks' if told.told.studies == 1 else 'speak'} of harms"
    )
    if not told.events:
        yield f"{begin} and {'names' if told.told.studies == 1 else 'name'} none."
        return
    first = [f"{event.name} ({_affected(event)})" for event in told.events[:_FEW]]
    others = len(told.events) - len(first)
    yield f"{begin}: {', '.join(first)}{f' and {others} more' if others else ''}."


def _affected(event: Event) -> str:
    if event.affected is None:
        return "not counted"
    where = "" if event.counted == event.studies else f" in {event.counted} of {event.studies} studies that name it"
    return f"{event.affected} of {event.out_of}{where}"


def _claims(profile: Profile) -> Iterator[str]:
    if not profile.claims:
        yield "No review or guideline in the graph makes a claim on it."
        return
    verdicts = profile.verdicts
    yield (
        f"{_count(len(profile.claims), 'claim')} {'is' if len(profile.claims) == 1 else 'are'} made on it"
        f" ({_often(profile.stances)}){f'; held against the findings: {_often(verdicts)}' if verdicts else ''}."
    )


def _contradictions(profile: Profile) -> Iterator[str]:
    if profile.contradictions:
        kinds = ", ".join(f"{n} of {kind}" for kind, n in _counts(one.kind for one in profile.contradictions).items())
        yield f"{_count(len(profile.contradictions), 'contradiction')}: {kinds}."


def _trials(profile: Profile) -> Iterator[str]:
    if profile.trials:
        without = sum(not trial.results for trial in profile.trials)
        many = _count(len(profile.trials), "registered trial")
        yield f"{many} {_tests(len(profile.trials))} it, {without} without results."


def _gaps(profile: Profile) -> Iterator[str]:
    if profile.gaps:
        states = _often(_counts(gap.state for gap in profile.gaps))
        classes = _listed({gap.treatment for gap in profile.gaps})
        yield f"On the evidence map {classes} {_has(len({gap.treatment for gap in profile.gaps}))} gaps: {states}."


def _doubts(profile: Profile) -> Iterator[str]:
    """Yield what is known only at second hand, and what was set aside."""
    findings, claims = len(profile.second_hand_findings), len(profile.second_hand_claims)
    if findings or claims:
        known = [_count(n, name) for n, name in ((findings, "finding"), (claims, "claim")) if n]
        yield f"Only known from another publication's account: {' and '.join(known)}."
    if profile.aside:
        reasons = _often(_counts(str(reason) for _, reason in profile.aside))
        yield f"{_count(len(profile.aside), 'finding')} set aside: {reasons}."


def _counts(names: Iterable[str]) -> Mapping[str, int]:
    return dict(Counter(names).most_common())


def _often(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _listed(terms: Iterable[Term]) -> str:
    labels = sorted(term.label for term in terms)
    others = len(labels) - _FEW
    return ", ".join(labels[:_FEW]) + (f" and {others} more" if others > 0 else "")


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _stands(number: int) -> str:
    return "stands" if number == 1 else "stand"


def _tests(number: int) -> str:
    return "tests" if number == 1 else "test"


def _has(number: int) -> str:
    return "has" if number == 1 else "have"
