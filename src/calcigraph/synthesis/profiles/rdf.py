"""Write profiles as RDF: the figures and the reading, and all that they rest on."""

from __future__ import annotations

import io
from dataclasses import fields
from typing import TYPE_CHECKING

import pyoxigraph as ox

from calcigraph.graph.dataset import PROVENANCE_GRAPH, SYNTHESIS
from calcigraph.names.vocabulary import BASE, LABEL, RDF_TYPE, TERMS
from calcigraph.synthesis.profiles.reading import title
from calcigraph.synthesis.rdf import address as pool_address
from calcigraph.synthesis.scopes import CONDITION
from calcigraph.synthesis.values import Pool, Switches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from calcigraph.synthesis.profiles.values import Profile

PROFILES_GRAPH = SYNTHESIS + "profiles"
_RULE = BASE + "rule/profiles"
_MAKING = BASE + "synthesis/profiles"
_PROV = "http://www.w3.org/ns/prov#"
_DESCRIPTION = "http://purl.org/dc/terms/description"
_PREFIXES = {
    "cg": TERMS,
    "prov": _PROV,
    "rdfs": LABEL.removesuffix("label"),
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Said = tuple[str, str, ox.NamedNode | ox.Literal]
"""Subject and property by IRI, and the value."""


def profile_quads(made: Iterable[Profile]) -> Iterator[ox.Quad]:
    """Yield profiles as quads of their own graph, and the description of that graph."""
    graph = ox.NamedNode(PROFILES_GRAPH)
    for one in made:
        for subject, name, value in _said(one):
            yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(name), value, graph)
    for subject, name, value in _description():
        yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(name), value, ox.NamedNode(PROVENANCE_GRAPH))


def to_turtle(profile: Profile) -> str:
    """Return a profile as Turtle."""
    triples = (ox.Triple(ox.NamedNode(s), ox.NamedNode(p), o) for s, p, o in _said(profile))
    out = io.BytesIO()
    ox.serialize(triples, out, format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES)
    return out.getvalue().decode()


def address(profile: Profile) -> str:
    """Return the IRI of a profile: of the one in the graph, or beside it of one of another scope or other switches."""
    parts = [profile.treatment.iri.rpartition("#")[2]]
    if profile.condition.iri != CONDITION or profile.route:
        parts.append(profile.condition.iri.rpartition("#")[2])
    if profile.route:
        parts.append(profile.route.iri.rpartition("#")[2])
    usual = Switches()
    switched = [
        f"{field.name.replace('_', '-')}-{'on' if getattr(profile.switches, field.name) else 'off'}"
        for field in fields(Switches)
        if getattr(profile.switches, field.name) != getattr(usual, field.name)
    ]
    return f"{BASE}profile/{'/'.join([*parts, *switched])}"


def _said(one: Profile) -> Iterator[Said]:
    node = address(one)
    yield node, RDF_TYPE, _term(TERMS + "EvidenceProfile")
    yield node, LABEL, ox.Literal(f"Evidence on {title(one)}")
    yield node, _PROV + "wasGeneratedBy", _term(_MAKING)
    yield node, TERMS + "profiledTreatment", _term(one.treatment.iri)
    yield node, TERMS + "profiledCondition", _term(one.condition.iri)
    if one.route:
        yield node, TERMS + "profiledRoute", _term(one.route.iri)
    for name, number in (
        ("profileStudies", one.total.studies),
        ("profilePatients", one.total.patients),
        ("profilePatientsAtLeast", one.total.at_least),
        ("studiesOnHarms", one.harms.told.studies),
        ("profileClaims", len(one.claims)),
        ("profileContradictions", len(one.contradictions)),
        ("profileTrials", len(one.trials)),
        ("profileSecondHand", len(one.second_hand_findings) + len(one.second_hand_claims)),
        ("profileGaps", len(one.gaps)),
    ):
        if number is not None:
            yield node, TERMS + name, ox.Literal(number)
    if one.best_level_iri:
        yield node, TERMS + "profileBestLevel", _term(one.best_level_iri)
    yield node, TERMS + "profileReading", ox.Literal(" ".join(one.reading))
    for iri in dict.fromkeys(_sources(one)):
        yield node, _PROV + "wasDerivedFrom", _term(iri)


def _sources(one: Profile) -> Iterator[str]:
    """Yield what a profile rests on: findings, claims, contradictions, trials, cells of the evidence map, and pools."""
    yield from (finding.finding for finding in one.findings)
    yield from (finding.finding for finding, _ in one.aside)
    yield from (claim.claim for claim in one.claims)
    yield from (pair.contradiction for pair in one.contradictions)
    yield from (trial.trial for trial in one.trials)
    yield from (gap.cell for gap in one.gaps)
    if one.switches == Switches() and one.route is None:
        for found in (one.any_response, one.complete_response):
            if isinstance(found, Pool):
                yield pool_address(found.scope)


def _description() -> Iterator[Said]:
    """Yield what the graph of the profiles is, and by which rule it was made."""
    derives = (
        "what there is on each treatment with findings, in figures and in a plain reading composed from these alone"
    )
    yield PROFILES_GRAPH, RDF_TYPE, _term(_PROV + "Entity")
    yield PROFILES_GRAPH, TERMS + "derivedBy", _term(_RULE)
    yield PROFILES_GRAPH, _PROV + "wasGeneratedBy", _term(_MAKING)
    yield _RULE, RDF_TYPE, _term(TERMS + "InferenceRule")
    yield _RULE, LABEL, ox.Literal("profiles")
    yield _RULE, _DESCRIPTION, ox.Literal(derives)
    yield _MAKING, RDF_TYPE, _term(_PROV + "Activity")
    yield _MAKING, LABEL, ox.Literal("making of the profiles")


def _term(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)
