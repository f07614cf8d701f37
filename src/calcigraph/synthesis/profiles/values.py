"""The values of an evidence profile: its figures, section by section, each with what it was counted from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from calcigraph.synthesis.values import Counted, NoPool, Pool, Reason, Switches, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Studies and their patients, each once.

    patients is the highest and at_least the lowest number that there can be, since studies may share patients; both are
    None where no study gives a number. without_number counts the studies that give none.
    """

    studies: int
    patients: int | None
    at_least: int | None
    without_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The studies that have something in common: a design, or the best level that their designs earn."""

    name: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An adverse event: the studies that tell of it, the patients affected, and the patients of these studies.

    affected and out_of are the sums of the studies that give both numbers, which counted counts; they are None where
    none does.
    """

    name: str
    studies: int
    counted: int
    affected: int | None
    out_of: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Harms:
    """What the studies of a profile say of harms: events, and how many studies tell of some, of none, or are silent.

    told counts the studies that say something of harms, which is the denominator that all events have in common.
    """

    events: tuple[Event, ...]
    told: Tally
    reporting: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """What a publication claims, with the verdict of the audit and its reason; level is the level that it states."""

    claim: str
    citation: str
    read_as: str
    stance: str
    statement: str
    level: str | None
    verdict: str | None
    reason: str | None
    second_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two findings, or two claims, against each other, with the aspects in which they differ."""

    contradiction: str
    kind: str
    side_for: str
    says_for: str
    side_against: str
    says_against: str
    differs_in: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A registered trial; results says whether any are published or posted."""

    trial: str
    registry_id: str
    title: str
    status: str
    phase: str | None
    enrolled: int | None
    results: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A class of treatments and a condition for which there is no controlled study, or results against it alone."""

    cell: str
    treatment: Term
    condition: Term
    state: str
    studies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What there is on a treatment or class. Reported response is not efficacy.

    findings are those that count as evidence on it, aside those that do not, with the reason. treatments are what was
    given in these findings: the treatment itself, or what is below a class. any_response and complete_response
    are pools, or say why there is none. as_of is the day of which the evidence is a view, if it is one. reading is
    composed from these figures and from nothing else.
    """

    treatment: Term
    condition: Term
    route: Term | None
    switches: Switches
    treatments: tuple[Term, ...]
    findings: tuple[Counted, ...]
    aside: tuple[tuple[Counted, Reason], ...]
    total: Tally
    designs: tuple[Group, ...]
    levels: tuple[Group, ...]
    best_level: str | None
    best_level_iri: str | None
    any_response: Pool | NoPool
    complete_response: Pool | NoPool
    harms: Harms
    claims: tuple[ClaimRow, ...]
    contradictions: tuple[Contradiction, ...]
    trials: tuple[Trial, ...]
    gaps: tuple[Gap, ...]
    as_of: str = ""
    reading: tuple[str, ...] = ()

    @property
    def verdicts(self) -> Mapping[str, int]:
        """How often each verdict was given on the claims."""
        return _often(claim.verdict for claim in self.claims)

    @property
    def stances(self) -> Mapping[str, int]:
        """How often each stance is taken in the claims."""
        return _often(claim.stance for claim in self.claims)

    @property
    def second_hand_findings(self) -> tuple[Counted, ...]:
        """Findings of which only another publication's account was read, those set aside for it included."""
        return tuple(one for one in (*self.findings, *(one for one, _ in self.aside)) if one.second_hand)

    @property
    def second_hand_claims(self) -> tuple[ClaimRow, ...]:
        """Claims of which only another publication's account was read."""
        return tuple(claim for claim in self.claims if claim.second_hand)


def _often(names: Iterable[str | None]) -> Mapping[str, int]:
    return dict(Counter(name for name in names if name is not None).most_common())
