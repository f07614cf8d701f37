"""Choose which findings count in a pool, each patient once, and say of every other one why it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.synthesis.values import Counted, Excluded, Reason, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from calcigraph.synthesis.values import Scope, Switches, Term

_ORDER = {reason: place for place, reason in enumerate(Reason)}
Study = tuple[Counted, ...]
"""The findings of one record that count, on different patients."""


def select(findings: Iterable[Counted], scope: Scope, switches: Switches) -> tuple[list[Study], list[Excluded]]:
    """Return the studies that count in a scope, and every other finding of the scope with the reason.

    A finding belongs to the scope if it is on the treatment or what is below it, in the condition or a subtype. Of
    findings on the same patients, and then of studies that report the same patients or share some, the one with most
    patients counts; of equals the one that the record itself names, and then the first by address.
    """
    excluded: list[Excluded] = []
    able = []
    for one in findings:
        if scope.treatment.iri in one.classes and scope.condition.iri in one.touched:
            reason, text = next(_objections(one, scope, switches), (None, ""))
            if reason is None:
                able.append(one)
            else:
                excluded.append(Excluded(counted=one, reason=reason, text=text))
    studies = list(_each_record(able, excluded))
    studies = _once(studies, excluded, lambda study: study[0].work, Reason.SAME_WORK, keep=True)
    studies = _once(studies, excluded, lambda study: study[0].group, Reason.OVERLAP, keep=not switches.without_overlap)
    excluded.sort(key=lambda one: (_ORDER[one.reason], one.counted.citation, one.counted.finding))
    return sorted(studies, key=lambda study: (study[0].year or 0, study[0].citation, study[0].record)), excluded


def _objections(one: Counted, scope: Scope, switches: Switches) -> Iterator[tuple[Reason, str]]:
    """Yield what speaks against a finding, whatever the others are: from what it is about to how it counts."""
    yield from _elsewhere(one, scope, switches)
    if one.controlled:
        against = f" with {_listed(one.comparators)}" if one.comparators else ""
        yield Reason.COMPARISON, f"The study compares{against}: it is shown as a comparison and not as a single group."
    if switches.primary_only and one.retold:
        yield Reason.RETOLD, "A review retells the finding, so that its patients may be those of a study."
    if scope.outcome.iri not in one.outcome_classes:
        yield Reason.OUTCOME, f"The outcome is {_listed(one.outcomes)}, and what is pooled is {scope.outcome.label}."
    yield from _miscounts(one, scope.response)
    if one.patients == 1 and not switches.single_patients:
        yield Reason.SINGLE_PATIENT, "A report on one patient, which is listed and left out of the pool."


def aside(one: Counted, scope: Scope, switches: Switches) -> Reason | None:
    """Return why a finding is not evidence on the scope at all, whatever it counts, or None if it is."""
    reason, _ = next(_elsewhere(one, scope, switches), (None, ""))
    return reason or (Reason.RETOLD if switches.primary_only and one.retold else None)


def _elsewhere(one: Counted, scope: Scope, switches: Switches) -> Iterator[tuple[Reason, str]]:
    """Yield why a finding is about something else than the scope, or is not to be believed."""
    if not one.to_treat:
        yield Reason.PURPOSE, "The treatment was given to prevent calcinosis, not to treat it."
    if scope.condition.iri not in one.whole:
        conditions = _listed(one.conditions)
        yield Reason.WIDER_CONDITION, f"Patients with several conditions were counted together: {conditions}."
    if scope.route is not None and scope.route not in one.routes:
        given = f"is {_listed(one.routes)}" if one.routes else "is not recorded"
        yield Reason.ROUTE, f"The route {given}, and {scope.route.label} is asked for."
    yield from _doubts(one, switches)


def _doubts(one: Counted, switches: Switches) -> Iterator[tuple[Reason, str]]:
    """Yield what speaks against the source of a finding, or against how it was read."""
    if switches.without_retracted and one.retracted:
        yield Reason.RETRACTED, "The source was retracted or superseded."
    if switches.without_corrected and one.corrected:
        yield Reason.CORRECTED, "The source was corrected, or there is a notice of doubt about it."
    if switches.without_second_hand and one.second_hand:
        yield Reason.SECOND_HAND, "Only another publication's account of the finding was read."


def _miscounts(one: Counted, response: Response) -> Iterator[tuple[Reason, str]]:
    """Yield what keeps the counts of a finding from being a proportion."""
    events = one.events(response)
    if one.patients is None:
        yield Reason.NO_DENOMINATOR, "The number of patients is not given."
    elif one.patients == 0:
        yield Reason.NO_PATIENTS, "The finding has no patients."
    elif events is None:
        who = "got better" if response is Response.ANY else "responded completely"
        yield Reason.NO_COUNT, f"The number of those who {who} is not given."
    elif not 0 <= events <= one.patients:
        yield Reason.CONTRADICTORY, f"The counts contradict each other: {events} of {one.patients} patients."


def _each_record(able: Sequence[Counted], excluded: list[Excluded]) -> Iterator[Study]:
    """Yield the findings of each record that count, which are on different patients."""
    records: dict[str, dict[str, list[Counted]]] = {}
    for one in able:
        records.setdefault(one.record, {}).setdefault(one.same_patients, []).append(one)
    for groups in records.values():
        study = []
        for same in groups.values():
            best, *others = sorted(same, key=_fullest)
            study.append(best)
            text = "The same patients, or some of them, count in another finding of the record."
            excluded += [_instead(one, Reason.SAME_PATIENTS, text, best.finding) for one in others]
        best, *others = sorted(study, key=_fullest)
        together = sum(one.patients or 0 for one in study)
        if others and best.enrolled is not None and together > best.enrolled:
            text = f"The findings have {together} patients and the study enrolled {best.enrolled}: some count twice."
            excluded += [_instead(one, Reason.SAME_STUDY, text, best.finding) for one in others]
            study = [best]
        yield tuple(study)


def _once(
    studies: Iterable[Study], excluded: list[Excluded], shared: Callable[[Study], str], reason: Reason, *, keep: bool
) -> list[Study]:
    """Return the fullest study of each group that shares patients, or with `keep` off only those that share none."""
    groups: dict[str, list[Study]] = {}
    for study in studies:
        groups.setdefault(shared(study), []).append(study)
    kept = []
    for group in groups.values():
        best, *others = sorted(group, key=lambda study: (-_patients(study), study[0].record))
        gone = others if keep or not others else group
        if gone is not group:
            kept.append(best)
        for study in gone:
            other = best if study is not best else others[0]
            text = _shared_text(reason, other[0].citation, keep=keep)
            excluded += [_instead(one, reason, text, other[0].record) for one in study]
    return kept


def _shared_text(reason: Reason, other: str, *, keep: bool) -> str:
    if reason is Reason.SAME_WORK:
        return f"The patients are those of {other}, which has as many or more of them and counts."
    counts = "which has as many or more and counts" if keep else "and studies that share patients are left out"
    return f"The patients are, or may be, in part those of {other}, {counts}."


def _instead(one: Counted, reason: Reason, text: str, instead: str) -> Excluded:
    return Excluded(counted=one, reason=reason, text=text, instead=instead)


def _fullest(one: Counted) -> tuple[int, bool, str]:
    return -(one.patients or 0), one.finding != one.same_patients, one.finding


def _patients(study: Study) -> int:
    return sum(one.patients or 0 for one in study)


def _listed(terms: Iterable[Term]) -> str:
    return ", ".join(term.label for term in terms)
