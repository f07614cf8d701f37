"""schema.org, FHIR and nanopublications, held to PyLD, the FHIR R5 models and the nanopub library."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
import rdflib
from fhir.resources import get_fhir_model_class
from nanopub.nanopub import Nanopub
from nanopub.trustyuri.rdf.RdfHasher import make_hash
from nanopub.trustyuri.rdf.RdfUtils import get_quads
from pyld import jsonld

from calcigraph.exchange.losses import Losses
from calcigraph.exchange.source import scoped

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]

SCHEMA = "https://schema.org/"
MINIMUM = ("name", "description", "identifier", "keywords", "license", "url")
"""What Bioschemas' Dataset profile 1.0 asks for."""


def refused(url: str, options: object) -> object:
    """Refuse to fetch anything."""
    del options
    message = f"{url} would be fetched"
    raise AssertionError(message)


def expanded(content: bytes) -> list[Any]:
    """Return a JSON-LD document in expanded form; nothing is fetched."""
    found: list[Any] = jsonld.expand(json.loads(content), {"documentLoader": refused})
    return found


def test_schema_org_expands_and_keeps_to_the_profile(evidence: Evidence, exported: Exported) -> None:
    """PyLD expands it without fetching a context, and the dataset has all that Bioschemas asks for."""
    (content,) = exported(evidence, "schema-org").values()
    nodes = expanded(content)
    (dataset,) = [node for node in nodes if SCHEMA + "Dataset" in node["@type"]]
    assert all(dataset[SCHEMA + name] for name in MINIMUM)
    kinds = {kind for node in nodes for kind in node["@type"]}
    expected = "Dataset Drug MedicalTherapy MedicalCondition MedicalTrial MedicalObservationalStudy Claim"
    assert {SCHEMA + kind for kind in (*expected.split(), "MedicalScholarlyArticle")} == kinds


def test_schema_org_names_no_treatment_that_evidence_does_not_bear(evidence: Evidence, exported: Exported) -> None:
    """A possible treatment is one that a guideline or a controlled trial bears, and every link leads somewhere."""
    (content,) = exported(evidence, "schema-org").values()
    nodes = json.loads(content)["@graph"]
    possible = [(node["name"], link["@id"]) for node in nodes for link in node.get("possibleTreatment", ())]
    assert possible == [("juvenile dermatomyositis", "https://w3id.org/calcigraph/ontology#ImmunomodulatoryTreatment")]
    known = {node["@id"] for node in nodes}
    links = {link["@id"] for node in nodes for name in ("study", "healthCondition") for link in node.get(name, ())}
    assert links <= known


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_each_resource_is_a_model_of_fhir_r5(evidence: Evidence, exported: Exported) -> None:
    """The bundle and each resource are accepted by the models, and every reference leads to a resource."""
    (content,) = exported(evidence, "fhir").values()
    bundle = json.loads(content)
    get_fhir_model_class("Bundle").model_validate(bundle)
    resources = [entry["resource"] for entry in bundle["entry"]]
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    known = {f"{resource['resourceType']}/{resource['id']}" for resource in resources}
    assert len(known) == len(resources)
    assert set(references(resources)) <= known
    kinds = {resource["resourceType"] for resource in resources}
    assert kinds == {"ArtifactAssessment", "Citation", "Evidence", "EvidenceVariable", "ResearchStudy"}


def references(value: Any) -> list[str]:
    """Return all references in a resource."""
    if isinstance(value, list):
        return [found for one in value for found in references(one)]
    if not isinstance(value, dict):
        return []
    own = [value["reference"]] if isinstance(value.get("reference"), str) else []
    return own + [found for one in value.values() for found in references(one)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_resource_without_what_it_needs_is_refused(tiny: Evidence, exported: Exported) -> None:
    """The models do check: evidence without a variable is refused."""
    (content,) = exported(tiny, "fhir").values()
    resources = [entry["resource"] for entry in json.loads(content)["entry"]]
    evidence = next(one for one in resources if one["resourceType"] == "Evidence")
    del evidence["variableDefinition"]
    with pytest.raises(ValueError, match="variableDefinition"):
        get_fhir_model_class("Evidence").model_validate(evidence)


def test_fhir_gives_the_counts_of_the_record(tiny: Evidence, exported: Exported) -> None:
    """Eight of nine responded and two had a harm, and so say the statistics."""
    (content,) = exported(tiny, "fhir", treatment="minocycline").values()
    resources = [entry["resource"] for entry in json.loads(content)["entry"]]
    told = {one["title"]: one["statistic"] for one in resources if one["resourceType"] == "Evidence"}
    counts = {
        title: (statistic["numberOfEvents"], statistic["sampleSize"]["numberOfParticipants"])
        for title, (statistic,) in told.items()
    }
    assert counts == {
        "minocycline in limited cutaneous systemic sclerosis": (8, 9),
        "skin hyperpigmentation under minocycline": (2, 9),
    }


def nanopubs(content: bytes) -> dict[str, list[ox.Quad]]:
    """Return the quads of each nanopublication, by its address."""
    found = defaultdict(list)
    for quad in ox.parse(io.BytesIO(content), format=ox.RdfFormat.TRIG):
        found[quad.graph_name.value.partition("#")[0]].append(quad)
    return found


def read(quads: list[ox.Quad]) -> Nanopub:
    """Return a nanopublication as the nanopub library reads it."""
    content: Any = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    graph = rdflib.ConjunctiveGraph()
    graph.parse(data=content.decode(), format="nquads")
    return Nanopub(rdf=graph)


def trusted(quads: list[ox.Quad]) -> bool:
    """Whether the nanopub library finds that the address of a nanopublication is the hash of what it holds."""
    content: Any = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    graph = rdflib.ConjunctiveGraph()
    graph.parse(data=content.decode(), format="nquads")
    held: Any = get_quads(graph)  # type: ignore[no-untyped-call]
    code = str(held[0][0]).partition("#")[0].rpartition("/")[2]
    return bool(make_hash(held, hashstr=code) == code)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nanopubs_are_valid_and_altered_ones_are_not(tiny: Evidence, exported: Exported) -> None:
    """The nanopub library finds each valid under its address, and one with a changed count not."""
    (content,) = exported(tiny, "nanopubs").values()
    every = nanopubs(content)
    parts = list(scoped(tiny).of_kind("finding", "claim"))
    assert len(every) == len(parts) + 1
    for quads in every.values():
        assert read(quads).is_valid
        assert trusted(quads)
    nine, ten = ox.Literal(9), ox.Literal(10)
    (counted,) = [quads for quads in every.values() if any(quad.object == nine for quad in quads)]
    altered = [ox.Quad(q.subject, q.predicate, ten if q.object == nine else q.object, q.graph_name) for q in counted]
    assert altered != counted
    assert not trusted(altered)


def test_the_index_lists_every_nanopub(tiny: Evidence, exported: Exported) -> None:
    """One of them is the index, and includes all others."""
    (content,) = exported(tiny, "nanopubs").values()
    every = nanopubs(content)
    listed = {
        (address, str(quad.object).strip("<>"))
        for address, quads in every.items()
        for quad in quads
        if quad.predicate.value == "http://purl.org/nanopub/x/includesElement"
    }
    (index,) = {address for address, _ in listed}
    assert {element for _, element in listed} == set(every) - {index}


def test_a_nanopub_keeps_its_address_whatever_else_is_exported(tiny: Evidence, exported: Exported) -> None:
    """The address depends on the finding and its provenance alone."""
    (few,) = exported(tiny, "nanopubs", treatment="minocycline").values()
    (every,) = exported(tiny, "nanopubs").values()
    indexes = 1
    assert len(set(nanopubs(few)) - set(nanopubs(every))) == indexes


def test_what_nanopubs_leave_out_is_counted(tiny: Evidence, exported: Exported) -> None:
    """Findings and claims are whole in them; of a record only what says where they come from is."""
    lost = Losses()
    exported(tiny, "nanopubs", lost)
    assert {kind for kind, _, _ in lost.counted}.isdisjoint({"finding", "claim", "harm"})
    assert any((kind, what) == ("study", "title") for kind, what, _ in lost.counted)
