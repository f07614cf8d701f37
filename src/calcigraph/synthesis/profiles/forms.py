"""The forms of a profile: its sections as rows for people, as Markdown, and as plain values for JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from calcigraph.names.vocabulary import BASE
from calcigraph.questions.markdown import markdown_table
from calcigraph.synthesis.profiles.reading import limits, patients, title
from calcigraph.synthesis.values import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.synthesis.profiles.values import Profile, Tally
    from calcigraph.synthesis.values import Gathered, NoPool, StudyRow, Term

NOT_REPORTED = "·"


@dataclass(frozen=True, slots=True)
class Section:
    """One section for people: a heading, sentences, and a table with its columns."""

    heading: str
    sentences: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def sections(profile: Profile) -> Iterator[Section]:
    """Yield the sections of a profile, the reading first; those of which there is nothing say so."""
    yield Section("Reading", profile.reading)
    yield Section(
        "Studies",
        () if profile.findings else ("None.",),
        ("by", "", "studies", "patients", "no number"),
        tuple(
            (kind, group.name, *_tallied(group.tally))
            for kind, groups in (("design", profile.designs), ("level", profile.levels))
            for group in groups
        ),
    )
    yield _pooled("Any response", profile.any_response)
    yield _pooled("Complete response", profile.complete_response)
    yield _harms(profile)
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in profile.verdicts.items())
    yield Section(
        "Claims and what the audit finds",
        (f"{verdicts}.",) if verdicts else ("None.",),
        ("publication", "stance", "level", "verdict", "reason"),
        tuple(
            (one.citation, one.stance, one.level or "", one.verdict or "", one.reason or "") for one in profile.claims
        ),
    )
    yield Section(
        "Contradictions",
        () if profile.contradictions else ("None.",),
        ("of", "one side", "says", "other side", "says", "differs in"),
        tuple(
            (one.kind, one.side_for, one.says_for, one.side_against, one.says_against, ", ".join(one.differs_in))
            for one in profile.contradictions
        ),
    )
    yield Section(
        "Registered trials",
        () if profile.trials else ("None.",),
        ("trial", "title", "status", "phase", "enrolled", "results"),
        tuple(
            (
                one.registry_id,
                one.title,
                one.status,
                one.phase or "",
                _number(one.enrolled),
                "yes" if one.results else "no",
            )
            for one in profile.trials
        ),
    )
    yield _second_hand(profile)
    yield Section(
        "Gaps",
        () if profile.gaps else ("None on the evidence map.",),
        ("condition", "treatment", "state", "studies"),
        tuple((gap.condition.label, gap.treatment.label, gap.state, str(gap.studies)) for gap in profile.gaps),
    )
    if profile.aside:
        yield Section(
            "Set aside",
            (),
            ("finding", "of", "reason"),
            tuple((one.finding.removeprefix(BASE), one.citation, str(reason)) for one, reason in profile.aside),
        )


def to_markdown(profile: Profile) -> str:
    """Return a profile as Markdown: a heading and, for each section, its sentences and its table."""
    lines = [f"# {title(profile)}"]
    for section in sections(profile):
        lines += ["", f"## {section.heading}"]
        if section.sentences:
            lines += ["", " ".join(section.sentences)]
        if section.rows:
            lines += ["", markdown_table(section.columns, section.rows)]
    return "\n".join(lines) + "\n"


def to_json(profile: Profile) -> str:
    """Return a profile as a JSON object: the names of its fields, proportions between 0 and 1, IRIs in full."""
    return json.dumps(_plain(profile), ensure_ascii=False, indent=2) + "\n"


def _pooled(heading: str, found: Pool | NoPool) -> Section:
    """Return the pool with its interval, or why there is none, and every study that counts."""
    if isinstance(found, Pool):
        low, high = limits(found)
        summary = found.summary
        sentences = (
            (
                f"{_percent(summary.estimate)} % (95 % interval {_percent(low)} to {_percent(high)}; prediction"
                f" {_percent(summary.prediction_low)} to {_percent(summary.prediction_high)}); tau² {summary.tau2:.2f},"
                f" I² {summary.i2:.0f} %; {found.events} of {found.patients} patients in {len(found.studies)} studies."
            ),
            *found.notes[1:],
        )
    else:
        sentences = (f"No pool. {found.reason}",)
    left = {str(one.reason): 0 for one in found.excluded}
    for one in found.excluded:
        left[str(one.reason)] += 1
    if left:
        sentences += (f"Left out: {', '.join(f'{count} {reason}' for reason, count in left.items())}.",)
    return Section(
        heading,
        sentences,
        ("study", "design", "responded", "percent", "95 % interval", "weight"),
        tuple(_study(row) for row in found.studies) + tuple(_apart(found)),
    )


def _study(row: StudyRow) -> tuple[str, ...]:
    return (
        row.citation,
        row.design.label if row.design else "",
        f"{row.events} of {row.patients}",
        _percent(row.estimate),
        f"{_percent(row.low)} to {_percent(row.high)}",
        "" if row.weight is None else f"{_percent(row.weight)} %",
    )


def _apart(found: Gathered) -> Iterator[tuple[str, ...]]:
    """Yield what stands beside the studies of a pool: comparisons and reports on one patient."""
    for left in (*found.comparisons, *found.single_patients):
        one = left.counted
        events = one.events(found.scope.response)
        counted = f"{_number(events)} of {_number(one.patients)}"
        yield one.citation, one.design.label if one.design else "", counted, "", str(left.reason), ""


def _harms(profile: Profile) -> Section:
    found = profile.harms
    reporting = ", ".join(f"{count} {name}" for name, count in found.reporting.items())
    of_whom = f" ({patients(found.told)})" if found.told.studies else ""
    told = f"{found.told.studies} of {profile.total.studies} studies speak of harms{of_whom}"
    return Section(
        "Harms",
        (f"{told}; by study: {reporting}.",) if reporting else ("Nothing is known.",),
        ("event", "studies", "affected", "out of"),
        tuple((one.name, str(one.studies), _number(one.affected), _number(one.out_of)) for one in found.events),
    )


def _second_hand(profile: Profile) -> Section:
    rows = [("finding", one.citation, one.read_as) for one in profile.second_hand_findings]
    rows += [("claim", one.citation, one.read_as) for one in profile.second_hand_claims]
    return Section("Only known second-hand", () if rows else ("None.",), ("what", "publication", "read"), tuple(rows))


def _tallied(tally: Tally) -> tuple[str, str, str]:
    even = tally.patients == tally.at_least
    number = _number(tally.patients) if even else f"{tally.at_least} to {tally.patients}"
    return str(tally.studies), number, str(tally.without_number) if tally.without_number else ""


def _number(value: int | None) -> str:
    return NOT_REPORTED if value is None else str(value)


def _percent(proportion: float) -> str:
    return f"{100 * proportion:.0f}"


def _plain(profile: Profile) -> dict[str, Any]:
    def named(term: Term | None) -> dict[str, str] | None:
        return None if term is None else {"iri": term.iri, "label": term.label}

    return {
        "treatment": named(profile.treatment),
        "condition": named(profile.condition),
        "route": named(profile.route),
        "switches": asdict(profile.switches),
        "reading": list(profile.reading),
        "treatments": [named(term) for term in profile.treatments],
        "total": asdict(profile.total),
        "designs": [asdict(group) for group in profile.designs],
        "levels": [asdict(group) for group in profile.levels],
        "best_level": profile.best_level,
        "any_response": _plain_pool(profile.any_response),
        "complete_response": _plain_pool(profile.complete_response),
        "harms": asdict(profile.harms),
        "claims": [asdict(claim) for claim in profile.claims],
        "verdicts": dict(profile.verdicts),
        "contradictions": [asdict(one) for one in profile.contradictions],
        "trials": [asdict(one) for one in profile.trials],
        "second_hand": [
            *(one.finding for one in profile.second_hand_findings),
            *(one.claim for one in profile.second_hand_claims),
        ],
        "gaps": [asdict(gap) for gap in profile.gaps],
        "findings": [one.finding for one in profile.findings],
        "aside": [{"finding": one.finding, "reason": str(reason)} for one, reason in profile.aside],
    }


def _plain_pool(found: Pool | NoPool) -> dict[str, Any]:
    """Return a pool, or why there is none, with its studies and what was left out."""
    counts: dict[str, Any] = {
        "studies_counted": len(found.studies),
        "patients": found.patients,
        "responders": found.events,
    }
    if isinstance(found, Pool):
        counts |= {"summary": asdict(found.summary), "notes": list(found.notes)}
    else:
        counts |= {"summary": None, "no_pool_because": found.reason}
    counts["studies"] = [
        {
            "record": row.record,
            "citation": row.citation,
            "design": row.design.label if row.design else None,
            "responders": row.events,
            "patients": row.patients,
            "estimate": row.estimate,
            "low": row.low,
            "high": row.high,
            "weight": row.weight,
            "findings": [one.finding for one in row.findings],
        }
        for row in found.studies
    ]
    counts["excluded"] = [
        {
            "finding": one.counted.finding,
            "citation": one.counted.citation,
            "reason": str(one.reason),
            "because": one.text,
        }
        for one in found.excluded
    ]
    return counts
