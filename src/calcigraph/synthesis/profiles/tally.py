"""Count studies and patients, each once, by design and by level; and what the studies say of harms."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from calcigraph.synthesis.profiles.values import Event, Group, Harms, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from calcigraph.synthesis.profiles.facts import Level, Told
    from calcigraph.synthesis.values import Counted

NOT_STATED = "not stated"


def tally(findings: Iterable[Counted]) -> Tally:
    """Return the studies of the findings and their patients.

    Findings on the same patients count once, by the larger number; of records that report the same patients the one
    with most counts; studies that share patients, or may, make the difference between the two bounds.
    """
    works: dict[str, int | None] = {}
    groups: dict[str, set[str]] = {}
    for work, same in _works(findings).items():
        numbers = [number for record in _by_record(same) if (number := _patients(record)) is not None]
        works[work] = max(numbers, default=None)
        for one in same:
            groups.setdefault(one.group, set()).add(work)
    known = [number for number in works.values() if number is not None]
    least = sum(max((works[work] or 0 for work in shared), default=0) for shared in groups.values())
    return Tally(
        studies=len(works),
        patients=sum(known) if known else None,
        at_least=least if known else None,
        without_number=len(works) - len(known),
    )


def by_design(findings: Iterable[Counted]) -> tuple[Group, ...]:
    """Return the studies by design, the most frequent first; a study reported twice has that of its fuller record."""
    designs: dict[str, list[Counted]] = {}
    for same in _works(findings).values():
        fullest = max(_by_record(same), key=lambda record: (_patients(record) or 0, record[0].design is not None))
        design = fullest[0].design
        designs.setdefault(design.label if design else NOT_STATED, []).extend(same)
    groups = (Group(name=name, tally=tally(same)) for name, same in designs.items())
    return tuple(sorted(groups, key=lambda group: (-group.tally.studies, group.name)))


def by_level(findings: Iterable[Counted], levels: Mapping[str, Level]) -> tuple[tuple[Group, Level | None], ...]:
    """Return the studies by the best level that their designs earn, and the level itself, the best first."""
    found: dict[Level | None, list[Counted]] = {}
    for same in _works(findings).values():
        earned = [levels[one.finding] for one in same if one.finding in levels]
        found.setdefault(min(earned, key=lambda level: level.rank, default=None), []).extend(same)
    ordered = sorted(found, key=lambda level: level.rank if level else float("inf"))
    return tuple((Group(name=level.label if level else "none", tally=tally(found[level])), level) for level in ordered)


def harms(findings: Iterable[Counted], told: Mapping[str, Sequence[Told]]) -> Harms:
    """Return what the studies say of harms, each patient once.

    Where a study tells of one event in several words, or of the same patients twice, the largest number counts.
    """
    events: dict[str, list[tuple[int | None, int | None]]] = {}
    speaking: list[Counted] = []
    reporting: Counter[str] = Counter()
    for same in _works(findings).values():
        said = [one for finding in same for one in told.get(finding.finding, ())]
        if not said:
            continue
        loudest = min(said, key=lambda one: one.place)
        reporting[loudest.reporting] += 1
        if loudest.told:
            speaking += same
        for name in {one.event for one in said if one.event is not None}:
            numbers = [_affected(record, name, told) for record in _by_record(same)]
            known = [pair for pair in numbers if pair[0] is not None and pair[1] is not None]
            events.setdefault(name, []).append(max(known, key=lambda pair: pair[1] or 0, default=(None, None)))
    rows = (_event(name, numbers) for name, numbers in events.items())
    return Harms(
        events=tuple(sorted(rows, key=lambda event: (-event.studies, -(event.affected or 0), event.name))),
        told=tally(speaking),
        reporting=dict(reporting.most_common()),
    )


def _event(name: str, numbers: Sequence[tuple[int | None, int | None]]) -> Event:
    known = [(affected, out_of) for affected, out_of in numbers if affected is not None and out_of is not None]
    return Event(
        name=name,
        studies=len(numbers),
        counted=len(known),
        affected=sum(affected for affected, _ in known) if known else None,
        out_of=sum(out_of for _, out_of in known) if known else None,
    )


def _affected(
    record: Sequence[Counted], event: str, told: Mapping[str, Sequence[Told]]
) -> tuple[int | None, int | None]:
    """Return the patients of a record with the event, and out of how many, where both numbers are given."""
    groups: dict[str, tuple[int, int]] = {}
    for finding in record:
        for one in told.get(finding.finding, ()):
            out_of = one.out_of if one.out_of is not None else finding.patients
            if one.event == event and one.affected is not None and out_of is not None:
                before = groups.get(finding.same_patients, (0, 0))
                groups[finding.same_patients] = (max(before[0], one.affected), max(before[1], out_of))
    if not groups:
        return None, None
    return sum(affected for affected, _ in groups.values()), sum(out_of for _, out_of in groups.values())


def _works(findings: Iterable[Counted]) -> dict[str, list[Counted]]:
    return _grouped(findings, lambda one: one.work)


def _by_record(findings: Iterable[Counted]) -> list[list[Counted]]:
    return list(_grouped(findings, lambda one: one.record).values())


def _patients(record: Sequence[Counted]) -> int | None:
    """Return the patients of one record's findings, which are at most those whom it enrolled."""
    groups = _grouped((one for one in record if one.patients is not None), lambda one: one.same_patients)
    if not groups:
        return None
    together = sum(max(one.patients or 0 for one in same) for same in groups.values())
    enrolled = record[0].enrolled
    return together if enrolled is None or len(groups) == 1 else min(together, enrolled)


def _grouped(findings: Iterable[Counted], key: Callable[[Counted], str]) -> dict[str, list[Counted]]:
    groups: dict[str, list[Counted]] = {}
    for one in findings:
        groups.setdefault(key(one), []).append(one)
    return groups
