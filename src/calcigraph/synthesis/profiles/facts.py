"""Fetch what profiles are made of besides counts: each section's facts on all treatments, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from calcigraph.questions import answers
from calcigraph.synthesis.profiles.values import ClaimRow, Contradiction, Gap, Trial
from calcigraph.synthesis.values import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from calcigraph.questions.ask import Endpoint

    Row = dict[str, Any]

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Level:
    """The level that the design of a finding earns; the lowest rank is the best."""

    rank: int
    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a finding says of one adverse event, or with event None how it speaks of harms at all.

    Of several findings of a study the one with the lowest place speaks for it; told is whether it tells anything.
    """

    reporting: str
    place: int
    told: bool
    event: str | None
    affected: int | None
    out_of: int | None


@dataclass(frozen=True, slots=True)
class About(Generic[Thing]):
    """Something with the treatments and the conditions that it is about."""

    thing: Thing
    treatments: frozenset[str]
    conditions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of all sections: levels and harms by finding, and the rest with what it is about."""

    levels: Mapping[str, Level]
    harms: Mapping[str, tuple[Told, ...]]
    claims: tuple[About[ClaimRow], ...]
    contradictions: tuple[About[Contradiction], ...]
    trials: tuple[About[Trial], ...]
    gaps: tuple[Gap, ...]


def facts(endpoint: Endpoint, queries: Mapping[str, Path]) -> Facts:
    """Return the facts of all sections; `queries` are those of the folder `queries/profile` by name."""

    def rows(name: str) -> list[Row]:
        return answers.rows(endpoint.select(queries[name].read_text(encoding="utf-8")))

    levels: dict[str, Level] = {}
    for row in rows("levels"):
        levels.setdefault(row["finding"], Level(row["rank"], row["level"], row["level_label"]))
    harms: dict[str, list[Told]] = {}
    for row in rows("harms"):
        told = Told(
            reporting=row["reporting"],
            place=row["place"],
            told=row["told"],
            event=row.get("event"),
            affected=row.get("affected"),
            out_of=row.get("out_of"),
        )
        harms.setdefault(row["finding"], []).append(told)
    return Facts(
        levels=levels,
        harms={finding: tuple(told) for finding, told in harms.items()},
        claims=_about(rows("claims"), "claim", _claim),
        contradictions=_about(rows("contradictions"), "contradiction", _contradiction),
        trials=_about(rows("trials"), "trial", _trial),
        gaps=tuple(_gap(row) for row in rows("gaps") if row["gap"]),
    )


def _about(rows: Iterable[Row], key: str, made: Callable[[list[Row]], Thing]) -> tuple[About[Thing], ...]:
    """Return the things that the rows of one key tell of, in the order in which they come first."""
    together: dict[str, list[Row]] = {}
    for row in rows:
        together.setdefault(row[key], []).append(row)
    return tuple(
        About(made(same), frozenset(row["treatment"] for row in same), frozenset(row["condition"] for row in same))
        for same in together.values()
    )


def _claim(rows: list[Row]) -> ClaimRow:
    row = rows[0]
    return ClaimRow(
        claim=row["claim"],
        citation=row["citation"],
        read_as=row["read_as"],
        stance=row["stance"],
        statement=row["statement"],
        level=row.get("level"),
        verdict=row.get("verdict"),
        reason=row.get("reason"),
        second_hand=row["second_hand"],
    )


def _contradiction(rows: list[Row]) -> Contradiction:
    row = rows[0]
    return Contradiction(
        contradiction=row["contradiction"],
        kind=row["kind"],
        side_for=row["for_citation"],
        says_for=row["for_says"],
        side_against=row["against_citation"],
        says_against=row["against_says"],
        differs_in=tuple(sorted({row["aspect"] for row in rows if "aspect" in row})),
    )


def _trial(rows: list[Row]) -> Trial:
    row = rows[0]
    return Trial(
        trial=row["trial"],
        registry_id=row["registry_id"],
        title=row["title"],
        status=row["status"],
        phase=row.get("phase"),
        enrolled=row.get("enrolled"),
        results=row["results"],
    )


def _gap(row: Row) -> Gap:
    return Gap(
        cell=row["cell"],
        treatment=Term(iri=row["treatment"], label=row["treatment_label"]),
        condition=Term(iri=row["condition"], label=row["condition_label"]),
        state=row["state"],
        studies=row["studies"],
    )
