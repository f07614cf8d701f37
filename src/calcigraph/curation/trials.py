"""Read one registered trial from the JSON of ClinicalTrials.gov (API v2), with its posted results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcigraph.curation.source import Source
from calcigraph.errors import BadSource
from calcigraph.names.vocabulary import fold

if TYPE_CHECKING:
    from calcigraph.records.context import RecordContext


def read_trial(data: dict[str, Any], context: RecordContext) -> Source:
    """Return the trial in a study object of the registry. Raises BadSource if it has no number."""
    protocol = data.get("protocolSection", {})
    identity = protocol.get("identificationModule", {})
    number = identity.get("nctId", "")
    if not number:
        message = "This is no study of ClinicalTrials.gov: protocolSection.identificationModule.nctId is missing."
        raise BadSource(message)
    status, design = protocol.get("statusModule", {}), protocol.get("designModule", {})
    arms = protocol.get("armsInterventionsModule", {})
    interventions = [item.get("name", "") for item in arms.get("interventions", [])]
    conditions = protocol.get("conditionsModule", {}).get("conditions", [])
    places = protocol.get("contactsLocationsModule", {}).get("locations", [])
    enrolment = design.get("enrollmentInfo", {})
    facts: dict[str, str | list[str]] = {
        "title": identity.get("officialTitle") or identity.get("briefTitle", ""),
        "registry_id": number,
        "country": list(dict.fromkeys(place["country"] for place in places if "country" in place)),
        "design": _design(design),
        "design_basis": "stated by source",
        "enrolled": str(enrolment.get("count", "")),
        "condition_as_reported": "; ".join(conditions),
        "treatment_as_reported": "; ".join(interventions),
        "trial_status": _named(status.get("overallStatus", ""), "trial_status", context),
        "started": status.get("startDateStruct", {}).get("date", ""),
        "phase": _phase(design.get("phases", []), context),
        "sponsor": protocol.get("sponsorCollaboratorsModule", {}).get("leadSponsor", {}).get("name", ""),
        "primary_outcome": [
            ", ".join(filter(None, (item.get("measure", ""), item.get("timeFrame", ""))))
            for item in protocol.get("outcomesModule", {}).get("primaryOutcomes", [])
        ],
        "results_posted": "true" if data.get("hasResults") else "false",
    }
    source = Source(
        {key: value for key, value in facts.items() if value},
        abstract=protocol.get("descriptionModule", {}).get("briefSummary", ""),
        extra="\n".join([*conditions, *interventions]),
        posted=_posted(data.get("resultsSection", {})),
        address=f"https://clinicaltrials.gov/study/{number}",
        registry=True,
    )
    if enrolment.get("type") == "ESTIMATED":
        source.remarks.append(f"{enrolment.get('count')} is the number planned.")
    for reference in protocol.get("referencesModule", {}).get("references", []):
        if reference.get("type") == "RESULT" and reference.get("pmid"):
            source.remarks.append(f"The entry names PMID {reference['pmid']} as its results: see results_published.")
    return source


def _design(design: dict[str, Any]) -> str:
    """Return the one design that the registry's fields state, as records name it."""
    info = design.get("designInfo", {})
    if info.get("allocation") == "RANDOMIZED":
        return "randomized controlled trial"
    if design.get("studyType") == "INTERVENTIONAL":
        return "open-label trial" if info.get("maskingInfo", {}).get("masking") == "NONE" else "interventional study"
    return "observational study" if design.get("studyType") == "OBSERVATIONAL" else ""


def _named(value: str, key: str, context: RecordContext) -> str:
    """Return the name of a key's values that a constant of the registry spells: ACTIVE_NOT_RECRUITING and the like."""
    plain = fold(value.replace("_", " "))
    names = {fold(name.replace(",", "")): name for name in context.fields[key].names}
    return names.get(plain) or names.get(f"{plain} status", "")


def _phase(phases: list[str], context: RecordContext) -> str:
    digits = [phase.removeprefix("PHASE") for phase in phases if phase.startswith("PHASE")]
    wanted = "phase " + " and ".join(digits) if digits else "phase not applicable"
    return wanted if wanted in context.fields["phase"].names and phases else ""


def _posted(results: dict[str, Any]) -> list[str]:
    """Return one line per posted outcome and group, and per event, with numbers as they are posted."""
    lines = []
    for outcome in results.get("outcomeMeasuresModule", {}).get("outcomeMeasures", []):
        titles = {group["id"]: group.get("title", group["id"]) for group in outcome.get("groups", [])}
        sizes = {c["groupId"]: c["value"] for d in outcome.get("denoms", [])[:1] for c in d.get("counts", [])}
        unit = outcome.get("unitOfMeasure", "")
        for part in outcome.get("classes", []):
            for category in part.get("categories", []):
                named = " / ".join(filter(None, (outcome.get("title"), part.get("title"), category.get("title"))))
                for value in category.get("measurements", []):
                    group = value["groupId"]
                    of = f"{titles.get(group, group)} (n = {sizes.get(group, '?')})"
                    lines.append(f"{named}: {of}: {value.get('value', '?')} {unit}")
    for weight in ("seriousEvents", "otherEvents"):
        for event in results.get("adverseEventsModule", {}).get(weight, []):
            for stats in event.get("stats", []):
                affected, at_risk = stats.get("numAffected", "?"), stats.get("numAtRisk", "?")
                lines.append(f"{weight}: {event.get('term', '')}: {stats['groupId']}: {affected} of {at_risk}")
    return lines
