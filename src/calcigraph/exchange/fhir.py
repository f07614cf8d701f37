"""FHIR R5: a bundle of Evidence, EvidenceVariable, Citation, ResearchStudy and ArtifactAssessment, for EBMonFHIR.

A finding is Evidence with its counts, and so is each harm; a level that a design earns is an ArtifactAssessment of it.
What a review claims is no Evidence: it is an ArtifactAssessment of the review's Citation.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from calcigraph.exchange.citations import citations
from calcigraph.names.vocabulary import BASE, TERMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from calcigraph.exchange.citations import Citation
    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part, Value
    from calcigraph.exchange.source import Source

    Resource = dict[str, Any]

FHIR = BASE + "fhir/"
_CODES = "http://terminology.hl7.org/CodeSystem/"
_LEVELS = TERMS + "OxfordModified-"
_ROLES = (("condition", "population"), ("treatment", "exposure"), ("outcome", "measuredVariable"))
_STATUS = {
    "NotYetRecruiting": "approved",
    "Recruiting": "recruiting",
    "ActiveNotRecruiting": "active",
    "Completed": "completed",
    "Terminated": "terminated",
    "Withdrawn": "withdrawn",
}
"""How far a trial is, as FHIR's research study status says it; other states have no code."""


def fhir(source: Source, losses: Losses) -> Files:
    """Yield one bundle of type collection."""

    def write(file: BinaryIO) -> None:
        resources = {f"{one['resourceType']}/{one['id']}": one for one in _resources(source, losses)}
        losses.add_unread(source)
        bundle = {
            "resourceType": "Bundle",
            "id": "calcigraph",
            "type": "collection",
            "timestamp": f"{source.stamp}T00:00:00Z",
            "entry": [{"fullUrl": FHIR + name, "resource": one} for name, one in sorted(resources.items())],
        }
        file.write((json.dumps(bundle, indent=1, ensure_ascii=False) + "\n").encode())

    yield "calcigraph.fhir.json", write


def identifier(iri: str) -> str:
    """Return the id of a resource: at most 64 letters, digits, dots and hyphens, the same for the same address.

    >>> identifier("https://w3id.org/calcigraph/study/robertson-2003#minocycline")
    'study-robertson-2003-minocycline-dd79330a'
    """
    words = re.sub(r"[^A-Za-z0-9]+", "-", iri.removeprefix(BASE)).strip("-")
    return f"{words[:54].strip('-')}-{hashlib.sha256(iri.encode()).hexdigest()[:8]}"


def _resources(source: Source, losses: Losses) -> Iterator[Resource]:
    for one in citations(source, losses):
        yield _citation(one)
    for trial in source.of_kind("trial"):
        yield _trial(trial)
    for finding in source.of_kind("finding"):
        yield from (_variable(iri, source) for name, _ in _ROLES for iri in finding.texts(name))
        yield _evidence(finding, source)
        yield from _levels(finding)
    for harm in source.of_kind("harm"):
        yield from (_variable(iri, source) for iri in harm.texts("event"))
        yield _harm(harm, source)
    for claim in source.of_kind("claim"):
        yield _claim(claim, source)


def _citation(one: Citation) -> Resource:
    numbers = (("https://doi.org", one.doi), ("https://pubmed.ncbi.nlm.nih.gov", one.pmid))
    artifact: Resource = {
        "identifier": [{"system": system, "value": value} for system, value in numbers if value],
        "title": [{"text": one.title}] if one.title else [],
        "publicationForm": [_form(one)] if one.journal or one.year else [],
    }
    names = [" ".join(filter(None, name)) for name in one.authors]
    if names:
        artifact["contributorship"] = {"summary": [{"value": ", ".join(names)}]}
    return {
        "resourceType": "Citation",
        "id": identifier(one.url),
        "url": one.url,
        "status": "active",
        "title": one.title or one.key,
        **({"note": [{"text": one.note}]} if one.note else {}),
        "citedArtifact": {name: value for name, value in artifact.items() if value},
    }


def _form(one: Citation) -> Resource:
    form: Resource = {"volume": one.volume, "issue": one.issue, "pageString": one.pages, "articleDate": one.year}
    published = {"publishedIn": {"title": one.journal}} if one.journal else {}
    return published | {name: value for name, value in form.items() if value}


def _trial(trial: Part) -> Resource:
    state = (trial.text("trialStatus") or "").rpartition("#")[2]
    study: Resource = {
        "resourceType": "ResearchStudy",
        "id": identifier(trial.iri),
        "url": trial.iri,
        "status": "active",
        "title": trial.text("title"),
        "identifier": [{"value": value} for value in trial.texts("registryIdentifier")],
        "condition": [{"text": label} for label in trial.labels("condition")],
        "focus": [{"concept": {"text": label}} for label in trial.labels("treatment")],
        "studyDesign": [{"text": label} for label in trial.labels("design")],
    }
    phase, size = trial.label("trialPhase"), trial.number("enrolled")
    if phase:
        study["phase"] = {"text": phase}
    if size is not None:
        study["recruitment"] = {"actualNumber": size}
    if state in _STATUS:
        code = {"system": "http://hl7.org/fhir/research-study-status", "code": _STATUS[state]}
        study["progressStatus"] = [{"state": {"coding": [code]}}]
    return {name: value for name, value in study.items() if value}


def _variable(iri: str, source: Source) -> Resource:
    """Return a condition, treatment, outcome or adverse event as an EvidenceVariable."""
    label = source.label(iri)
    codes = [{"system": source.prefixes[p], "code": c.partition(":")[2]} for p, c in source.exact(iri).items()]
    concept: Resource = {"text": label} | ({"coding": sorted(codes, key=str)} if codes else {})
    return {
        "resourceType": "EvidenceVariable",
        "id": identifier(iri),
        "url": iri,
        "status": "active",
        "title": label,
        "characteristic": [{"definitionCodeableConcept": concept}],
    }


def _evidence(finding: Part, source: Source) -> Resource:
    record = source.record(finding)
    said = finding.text("result")
    evidence: Resource = {
        "resourceType": "Evidence",
        "id": identifier(finding.iri),
        "url": finding.iri,
        "status": "active",
        "title": f"{', '.join(finding.labels('treatment'))} in {', '.join(finding.labels('condition'))}",
        "description": "A reported response is not efficacy. Not medical advice.",
        "variableDefinition": list(_defined(finding, tuple(role for _, role in _ROLES))),
        "synthesisType": _coded("synthesis-type", "NotApplicable"),
        "studyDesign": [{"text": label} for label in record.labels("design")],
        "statistic": _statistics(finding),
        "relatedArtifact": _derived_from(record),
    }
    direction = finding.label("direction")
    if direction:
        evidence["assertion"] = f"Direction: {direction}." + (f" {said}" if said else "")
    return {name: value for name, value in evidence.items() if value}


def _derived_from(record: Part) -> list[Resource]:
    kind = "ResearchStudy" if record.kind == "trial" else "Citation"
    return [{"type": "derived-from", "resourceReference": {"reference": f"{kind}/{identifier(record.iri)}"}}]


def _harm(harm: Part, source: Source) -> Resource:
    """Return a harm as Evidence: how many patients it befell, out of how many."""
    finding, record = source.parts[harm.owner], source.record(harm)
    events, affected = harm.values("event"), harm.number("affected")
    out_of = harm.number("outOf") or finding.number("patients")
    told = harm.text("eventAsReported")
    title = f"{', '.join(event.label for event in events)} under {', '.join(finding.labels('treatment'))}"
    evidence: Resource = {
        "resourceType": "Evidence",
        "id": identifier(harm.iri),
        "url": harm.iri,
        "status": "active",
        "title": title,
        "description": "A harm as the source reports it; that the treatment caused it is not shown.",
        "assertion": told,
        "variableDefinition": [
            *_defined(finding, ("population", "exposure")),
            *(_definition(event, "measuredVariable", None) for event in events),
        ],
        "synthesisType": _coded("synthesis-type", "NotApplicable"),
        "relatedArtifact": _derived_from(record),
    }
    if affected is not None:
        statistic: Resource = {"description": "Patients affected.", "numberOfEvents": affected}
        evidence["statistic"] = [statistic | ({"sampleSize": {"numberOfParticipants": out_of}} if out_of else {})]
    return {name: value for name, value in evidence.items() if value}


def _definition(value: Value, role: str, told: str | None) -> Resource:
    return {
        "description": f"{value.label}; {told}" if told else value.label,
        "variableRole": _coded("variable-role", role),
        "observed": {"reference": f"EvidenceVariable/{identifier(value.text)}"},
    }


def _coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": _CODES + system, "code": code}]}


def _defined(finding: Part, roles: tuple[str, ...]) -> Iterator[Resource]:
    for name, role in _ROLES:
        if role not in roles:
            continue
        for value in finding.values(name):
            more = {"population": "population", "exposure": "dose"}.get(role)
            told = finding.text(more) if more else None
            yield _definition(value, role, told)


def _statistics(finding: Part) -> list[Resource]:
    """Return how many responded, out of how many, with the share and its interval as the graph derives them."""
    patients, responders = finding.number("patients"), finding.number("responders")
    if patients is None:
        return []
    size = {"numberOfParticipants": patients}
    if responders is None:
        return [{"description": "Patients; who responded is not counted.", "sampleSize": size}]
    statistic: Resource = {
        "description": "Patients with a reported response, of any degree.",
        "statisticType": {"text": "proportion"},
        "numberOfEvents": responders,
        "sampleSize": size,
    }
    share, low, high = (finding.text(name) for name in ("proportion", "proportionLow", "proportionHigh"))
    if share and low and high:
        statistic["quantity"] = {"value": float(share), "unit": "%"}
        limits = {"low": {"value": float(low), "unit": "%"}, "high": {"value": float(high), "unit": "%"}}
        statistic["attributeEstimate"] = [{"type": {"text": "95% confidence interval"}, "level": 0.95, "range": limits}]
    return [statistic]


def _levels(finding: Part) -> Iterator[Resource]:
    for level in finding.values("derivedLevel"):
        if level.text.startswith(_LEVELS):
            content = {
                "informationType": "rating",
                "summary": "The level that the design of the study earns; it says nothing of how the study was done.",
                "classifier": [{"text": level.label}],
            }
            yield _assessment(f"{finding.iri} {level.text}", f"Evidence/{identifier(finding.iri)}", content)


def _claim(claim: Part, source: Source) -> Resource:
    about = ", ".join(claim.labels("treatment") + claim.labels("condition"))
    classifiers = [*claim.labels("stance"), *claim.labels("statedLevel"), *claim.texts("levelAsStated")]
    content = {
        "informationType": "comment",
        "summary": f"{about}: {claim.text('statement')}",
        "classifier": [{"text": text} for text in classifiers],
    }
    return _assessment(claim.iri, f"Citation/{identifier(source.record(claim).iri)}", content)


def _assessment(iri: str, of: str, content: Resource) -> Resource:
    return {
        "resourceType": "ArtifactAssessment",
        "id": identifier(iri),
        "artifactReference": {"reference": of},
        "content": [content],
    }
