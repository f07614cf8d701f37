"""Make profiles: gather what is on a treatment in a condition, weigh it, and have it read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calcigraph.synthesis.pools import pool
from calcigraph.synthesis.profiles.reading import reading
from calcigraph.synthesis.profiles.tally import by_design, by_level, harms, tally
from calcigraph.synthesis.profiles.values import Profile
from calcigraph.synthesis.scopes import scope
from calcigraph.synthesis.select import aside
from calcigraph.synthesis.values import Response, Switches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.synthesis.profiles.facts import About, Facts, Thing
    from calcigraph.synthesis.profiles.values import Gap
    from calcigraph.synthesis.values import Counted, Scope


def profile(
    findings: Iterable[Counted], facts: Facts, names: Vocabulary, asked: Scope, switches: Switches | None = None
) -> Profile:
    """Return the profile of a scope: of its treatment, condition and route, whatever its response is.

    Findings, claims, trials and contradictions belong to it if they are on the treatment or what is below it, in the
    condition or a subtype; trials also if they test a combination with it. A route holds for findings alone.
    """
    switches = switches or Switches()
    touching = [one for one in findings if asked.treatment.iri in one.classes and asked.condition.iri in one.touched]
    reasons = [(one, aside(one, asked, switches)) for one in touching]
    evidence = tuple(one for one, reason in reasons if reason is None)
    levels = by_level(evidence, facts.levels)
    best = next((level for _, level in levels if level is not None), None)
    treatments = _below(names, asked.treatment.iri)
    conditions = _below(names, asked.condition.iri)
    made = Profile(
        treatment=asked.treatment,
        condition=asked.condition,
        route=asked.route,
        switches=switches,
        treatments=tuple(sorted({one.treatment for one in evidence}, key=lambda term: term.label)),
        findings=evidence,
        aside=tuple((one, reason) for one, reason in reasons if reason is not None),
        total=tally(evidence),
        designs=by_design(evidence),
        levels=tuple(group for group, _ in levels),
        best_level=best.label if best else None,
        best_level_iri=best.iri if best else None,
        any_response=pool(touching, replace(asked, response=Response.ANY), switches),
        complete_response=pool(touching, replace(asked, response=Response.COMPLETE), switches),
        harms=harms(evidence, facts.harms),
        claims=_on(facts.claims, treatments, conditions),
        contradictions=_on(facts.contradictions, treatments, conditions),
        trials=_on(facts.trials, treatments, conditions),
        gaps=tuple(_gaps(facts.gaps, names, asked.treatment.iri, conditions)),
    )
    return replace(made, reading=reading(made))


def default_profiles(findings: Sequence[Counted], facts: Facts, names: Vocabulary) -> Iterator[Profile]:
    """Yield the profile of every treatment that a finding names, in all conditions, by the default switches."""
    for treatment in sorted({one.treatment for one in findings}, key=lambda term: term.label):
        yield profile(findings, facts, names, scope(names, treatment.iri))


def _below(names: Vocabulary, term: str) -> frozenset[str]:
    return frozenset(names.members.get(term, ())) | {term}


def _on(things: Iterable[About[Thing]], treatments: frozenset[str], conditions: frozenset[str]) -> tuple[Thing, ...]:
    return tuple(
        one.thing
        for one in things
        if not treatments.isdisjoint(one.treatments) and not conditions.isdisjoint(one.conditions)
    )


def _gaps(gaps: Sequence[Gap], names: Vocabulary, treatment: str, conditions: frozenset[str]) -> Iterator[Gap]:
    """Yield the gaps of the treatment, or of the nearest classes above it that the evidence map lists."""
    listed = {gap.treatment.iri for gap in gaps}
    above = {term for term in listed if treatment in _below(names, term)}
    nearest = (
        {treatment} if treatment in above else {term for term in above if not (_below(names, term) - {term}) & above}
    )
    return (gap for gap in gaps if gap.treatment.iri in nearest and gap.condition.iri in conditions)
