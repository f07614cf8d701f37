"""Count the patients of findings once: as the question `counted` does, for any choice of findings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from calcigraph.synthesis.values import Counted


class Patients(NamedTuple):
    """How many patients some findings have, at most and at least; silent is how many findings do not tell."""

    most: int
    least: int
    silent: int
    told: bool


def patients_once(
    findings: Iterable[Counted], beside: Mapping[str, frozenset[str]], whole: Mapping[str, Counted]
) -> Patients:
    """Return how many patients the findings have, each counted once.

    `beside` gives for a finding those on the same patients that it names, `whole` all findings by address. A finding
    whose patients another one of them counts adds none; findings whose patients are among those of one finding have at
    most as many as that one. Of records of the same work the fullest counts; where records may share patients, the
    lower number takes the largest of them and the higher one their sum.
    """
    chosen = {one.finding: one for one in findings}
    numbers: dict[str, int] = {}
    for one in chosen.values():
        named = (chosen.get(other) for other in beside.get(one.finding, ()))
        if one.patients is not None and not any(other and other.patients is not None for other in named):
            numbers[one.finding] = one.patients
    works: dict[tuple[str, str], dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    by_whole: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    for one in chosen.values():
        by_whole[one.record, one.same_patients].append(one)
    for (record, stands), same in by_whole.items():
        here = [numbers.get(one.finding, 0) for one in same]
        total = whole[stands].patients if stands in whole else None
        most = min(sum(here), total) if total is not None else sum(here)
        works[same[0].group, same[0].work][record].append((most, max(here)))
    groups: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (group, _), records in works.items():
        pairs = [(sum(most for most, _ in parts), sum(least for _, least in parts)) for parts in records.values()]
        groups[group].append((max(most for most, _ in pairs), max(least for _, least in pairs)))
    return Patients(
        most=sum(most for pairs in groups.values() for most, _ in pairs),
        least=sum(max(least for _, least in pairs) for pairs in groups.values()),
        silent=sum(one.patients is None for one in chosen.values()),
        told=bool(numbers),
    )
