"""The pages on a treatment, on a condition, and on a treatment in a condition: what there is on it, weighed."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.figures.cells import State
from calcigraph.serve.pages.grid import Shown, shown
from calcigraph.serve.pages.render import page
from calcigraph.serve.pages.term import described
from calcigraph.synthesis.profiles.reading import Sentence, limits, patients, sentences, title
from calcigraph.synthesis.scopes import CONDITION, TREATMENT
from calcigraph.synthesis.values import Pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from calcigraph.serve.pages.library import Library, Row
    from calcigraph.synthesis import Counted, NoPool
    from calcigraph.synthesis.profiles import Profile
    from calcigraph.synthesis.profiles.facts import Level

_RESPONSES = ("response", "complete")
"""The sections of a response, in the order in which a page has them."""
_SHOWN = frozenset({State.STUDIED, State.COMBINED, State.TOGETHER})


class Forest(NamedTuple):
    """A response as it is shown: the pool or why there is none, and the limits of its interval as proportions."""

    heading: str
    found: Pool | NoPool
    low: float | None
    high: float | None


class Observed(NamedTuple):
    """A finding of the profile with the level that its design earns, and with its dose, duration and route."""

    finding: Counted
    level: Level | None
    given: str


def profile_page(library: Library, base: str, treatment: str, condition: str) -> str:
    """Return the page of a treatment in a condition, by IRI; what covers all of either is not named in it."""
    made = library.evidence.profile(treatment, condition=condition)
    about = condition if treatment == TREATMENT else treatment
    heading = title(made) if treatment != TREATMENT else made.condition.label
    forests = _forests(made) if treatment != TREATMENT else []
    return page(
        "profile.html",
        base=base,
        profile=made,
        marks=library.evidence.marks_behind(made),
        about=described(library, about),
        narrowed=treatment != TREATMENT and condition != CONDITION,
        overall=treatment == TREATMENT,
        heading=heading[:1].upper() + heading[1:],
        patients=patients(made.total),
        forests=forests,
        reading=_paragraphs(_reading(made, len(forests))),
        observed=[_observed(one, library) for one in _ordered(made.findings)],
        across=_across(library, treatment, condition),
        asked=_asked(treatment, condition),
        schema=_schema(library, made),
        stamp=library.data.stamp[0],
    )


def _forests(made: Profile) -> list[Forest]:
    forests = []
    for heading, found in (("Any response", made.any_response), ("Complete response", made.complete_response)):
        low, high = limits(found) if isinstance(found, Pool) else (None, None)
        if found.studies or found.excluded:
            forests.append(Forest(heading, found, low, high))
    return forests


def _reading(made: Profile, forests: int) -> list[Sentence]:
    """Return the plain reading; what belongs to a section that the page lacks is found among the findings.

    Of a condition no response is told: all treatments together have none that would mean anything.
    """
    lacking = set(_RESPONSES) - set(_RESPONSES[:forests])
    told = sentences(made)
    if made.treatment.iri == TREATMENT:
        return [one for one in told if one.section not in _RESPONSES]
    return [one._replace(section="findings") if one.section in lacking else one for one in told]


def _paragraphs(told: Iterable[Sentence]) -> list[list[Sentence]]:
    """Return sentences in paragraphs, one for each run that speaks of one section: a wall of figures is not read."""
    return [list(run) for _, run in groupby(told, key=lambda one: one.section)]


def _ordered(findings: Iterable[Counted]) -> list[Counted]:
    return sorted(findings, key=lambda one: (-(one.patients or 0), one.citation, one.finding))


def _observed(one: Counted, library: Library) -> Observed:
    level = library.evidence.facts.levels.get(one.finding)
    return Observed(one, level, _given(library.doses.get(one.finding, {})))


def _given(row: Row) -> str:
    return "; ".join(str(row[name]) for name in ("routes", "dose", "duration") if row.get(name))


def _across(library: Library, treatment: str, condition: str) -> Sequence[tuple[str, str, Shown]]:
    """Return the cells with findings beside this one: a treatment by condition, a condition by treatment."""
    data = library.data
    if treatment == TREATMENT:
        others = [(iri, library.cell(iri, condition)) for iri in data.below(TREATMENT) - {TREATMENT}]
    elif condition == CONDITION:
        others = [(iri, library.cell(treatment, iri)) for iri in data.below(CONDITION) - {CONDITION}]
    else:
        return ()
    named = {term.iri for one in data.findings for term in (one.treatment, *one.conditions)}
    there = [(iri, cell) for iri, cell in others if cell.state in _SHOWN and iri in named]
    ordered = sorted(there, key=lambda pair: (-pair[1].patients.most, data.label(pair[0])))
    return [(iri, data.label(iri), shown(cell, data)) for iri, cell in ordered]


def _asked(treatment: str, condition: str) -> dict[str, str]:
    """Return the parameters with which questions ask for the same."""
    told = {"treatment": (treatment, TREATMENT), "condition": (condition, CONDITION)}
    return {name: "cg:" + iri.rpartition("#")[2] for name, (iri, whole) in told.items() if iri != whole}


def _schema(library: Library, made: Profile) -> Row:
    kind = "MedicalCondition" if made.treatment.iri == TREATMENT else "MedicalTherapy"
    iri = made.condition.iri if made.treatment.iri == TREATMENT else made.treatment.iri
    known = library.terms.get(iri, {})
    return {
        "@context": "https://schema.org/",
        "@id": iri,
        "@type": kind,
        "name": library.names.labels.get(iri, iri),
        "description": known.get("definition", ""),
        "study": sorted({one.record for one in made.findings}),
    }
