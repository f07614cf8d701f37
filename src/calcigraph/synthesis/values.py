"""The values of a synthesis: what findings count, what was left out and why, and the pool that is made of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Response(StrEnum):
    """Which patients count as responding: all who got better, or only those whose calcinosis went away completely."""

    ANY = "any"
    COMPLETE = "complete"


class Reason(StrEnum):
    """Why a finding is not part of a pool; `Excluded.text` says it in words."""

    PURPOSE = "other purpose"
    OUTCOME = "other outcome"
    WIDER_CONDITION = "wider condition"
    ROUTE = "other route"
    RETOLD = "retold"
    SECOND_HAND = "second-hand"
    RETRACTED = "retracted"
    CORRECTED = "corrected"
    COMPARISON = "comparison"
    NO_DENOMINATOR = "no denominator"
    NO_PATIENTS = "no patients"
    NO_COUNT = "no count"
    CONTRADICTORY = "contradictory counts"
    SINGLE_PATIENT = "single patient"
    SAME_PATIENTS = "same patients"
    SAME_STUDY = "same study"
    SAME_WORK = "same work"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What is left out of a pool, or taken in, beyond the rules that always hold.

    without_retracted: leave out sources that were retracted or superseded.
    without_corrected: leave out sources that were corrected, or about which there is a notice of doubt.
    without_second_hand: leave out findings that were read only in another publication's account.
    without_overlap: of studies that share, or may share, patients with each other, leave out all; otherwise the
        fullest of them stands for all.
    primary_only: leave out what reviews retell, whose patients may be those of a study.
    single_patients: take in reports on one patient.
    """

    without_retracted: bool = True
    without_corrected: bool = False
    without_second_hand: bool = False
    without_overlap: bool = False
    primary_only: bool = True
    single_patients: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term of the ontology: its IRI and its label."""

    iri: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a pool is about: a treatment or class, a condition with its subtypes, a response, perhaps a route.

    outcome: the outcome, or class of outcomes, on which patients responded.
    """

    treatment: Term
    condition: Term
    response: Response
    outcome: Term
    route: Term | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One finding as it stands in the graph, with what decides whether it counts.

    treatment is what was given; classes are the IRIs of it and of all classes above it. conditions are those of the
    patients; touched are the IRIs of these and of all above them, whole of those for which all patients of the finding
    count. patients, responders and complete are None where the finding does not say. same_patients is the finding of
    the same record that stands for this one's patients, work and group the record that stands for all that report the
    same patients, or patients that may be in part the same.
    """

    finding: str
    record: str
    citation: str
    read_as: str
    year: int | None
    treatment: Term
    classes: frozenset[str]
    conditions: tuple[Term, ...]
    touched: frozenset[str]
    whole: frozenset[str]
    outcomes: tuple[Term, ...]
    outcome_classes: frozenset[str]
    routes: tuple[Term, ...]
    comparators: tuple[Term, ...]
    design: Term | None
    controlled: bool
    to_treat: bool
    retold: bool
    second_hand: bool
    retracted: bool
    corrected: bool
    direction: str
    patients: int | None
    responders: int | None
    complete: int | None
    enrolled: int | None
    same_patients: str
    work: str
    group: str

    def events(self, response: Response) -> int | None:
        """Return how many patients responded, or None where the finding does not say."""
        return self.responders if response is Response.ANY else self.complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A finding that is not part of a pool, with the reason; instead_of is the finding or record that counts for it."""

    counted: Counted
    reason: Reason
    text: str
    instead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """One study of a pool: its patients counted once, the proportion of them who responded with its exact interval.

    estimate, low and high are proportions between 0 and 1; low and high are the Clopper-Pearson limits at 95 %.
    weight is the study's share in the random-effects summary, between 0 and 1, or None where there is no pool.
    """

    record: str
    citation: str
    read_as: str
    year: int | None
    design: Term | None
    findings: tuple[Counted, ...]
    events: int
    patients: int
    estimate: float
    low: float
    high: float
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The summary without one study; estimate, low and high are proportions between 0 and 1, i2 a percentage."""

    record: str
    citation: str
    estimate: float
    low: float
    high: float
    tau2: float
    i2: float
    q: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A random-effects summary of proportions on the logit scale, back on the scale from 0 to 1.

    low and high are the limits of the Hartung-Knapp interval at 95 %, prediction_low and prediction_high those for the
    proportion of a further study. tau2 is the Paule-Mandel variance between studies on the logit scale, i2 the
    percentage of the variance that is between studies, q Cochran's statistic with q_df degrees of freedom and p value
    q_p. floored_low and floored_high are the limits with a Hartung-Knapp factor of at least one; they are wider than
    low and high where studies agree more than chance would have it, and there the wider ones should be believed.
    logit and se are the estimate and its Hartung-Knapp standard error on the logit scale.
    """

    studies: int
    patients: int
    events: int
    estimate: float
    low: float
    high: float
    floored_low: float
    floored_high: float
    prediction_low: float
    prediction_high: float
    tau2: float
    i2: float
    q: float
    q_df: int
    q_p: float
    logit: float
    se: float
    leave_one_out: tuple[LeftOut, ...] = ()

    @property
    def agrees_beyond_chance(self) -> bool:
        """Whether the Hartung-Knapp factor is below one, so that low and high are narrower than should be believed."""
        return self.floored_high - self.floored_low > self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """The studies of one design: their summary, or the reason for which there is none."""

    design: Term | None
    studies: tuple[StudyRow, ...]
    summary: Summary | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The studies that a pool rests on, and every finding that was left out of it with the reason."""

    scope: Scope
    switches: Switches
    studies: tuple[StudyRow, ...]
    excluded: tuple[Excluded, ...]
    strata: tuple[Stratum, ...]

    @property
    def comparisons(self) -> tuple[Excluded, ...]:
        """Findings of studies that compare, which are shown as comparisons."""
        return tuple(one for one in self.excluded if one.reason is Reason.COMPARISON)

    @property
    def single_patients(self) -> tuple[Excluded, ...]:
        """Reports on one patient, which are listed and left out."""
        return tuple(one for one in self.excluded if one.reason is Reason.SINGLE_PATIENT)

    @property
    def patients(self) -> int:
        """Patients of the studies, each once."""
        return sum(row.patients for row in self.studies)

    @property
    def events(self) -> int:
        """Patients of the studies who responded."""
        return sum(row.events for row in self.studies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool(Gathered):
    """A pool of two studies or more: the summary, and all that it rests on. Reported response is not efficacy."""

    summary: Summary
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPool(Gathered):
    """What there is where no pool can be made, and why."""

    reason: str
