"""schema.org, FHIR and nanopublications, held to PyLD, the FHIR R5 models and the nanopub library."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nanopub_sign
import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import PKCS1_v1_5
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from fhir.resources import get_fhir_model_class
from nanopub.nanopub import Nanopub
from nanopub.trustyuri.rdf.RdfHasher import make_hash, normalize_quads
from nanopub.trustyuri.rdf.RdfUtils import get_quads
from pyld import jsonld

from calcigraph.cli import cli
from calcigraph.exchange.losses import Losses
from calcigraph.exchange.source import scoped

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]

TINY = Path(__file__).parents[1] / "worlds" / "tiny"
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


def graph_of(quads: list[ox.Quad]) -> rdflib.ConjunctiveGraph:
    """Return a nanopublication as a graph of rdflib."""
    content: Any = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    graph = rdflib.ConjunctiveGraph()
    graph.parse(data=content.decode(), format="nquads")
    return graph


def read(quads: list[ox.Quad]) -> Nanopub:
    """Return a nanopublication as the nanopub library reads it."""
    return Nanopub(rdf=graph_of(quads))


def held_under(quads: list[ox.Quad]) -> tuple[Any, str]:
    """Return what a nanopublication holds, as the nanopub library takes it, and the code in its address."""
    held: Any = get_quads(graph_of(quads))  # type: ignore[no-untyped-call]
    return held, str(held[0][0]).partition("#")[0].rpartition("/")[2]


def trusted(quads: list[ox.Quad]) -> bool:
    """Whether the nanopub library finds that the address of a nanopublication is the hash of what it holds."""
    held, code = held_under(quads)
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


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a new key."""
    file = tmp_path_factory.mktemp("key") / "key.pem"
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@pytest.fixture(scope="module")
def signed(key: Path, shared_home: Path) -> bytes:
    """Return the small world's nanopublications as the command signs them."""
    words = ["export", "nanopubs", "--sign", str(key), "--signed-by", "0000-0002-1825-0097"]
    ran = CliRunner().invoke(cli, [*words, "--seeds", str(TINY), "--home", str(shared_home)])
    assert ran.exit_code == 0, ran.stderr
    return ran.stdout_bytes


def checked(quads: list[ox.Quad]) -> str:
    """Return how nanopub-sign, the network's own tool, finds a nanopublication; raises ValueError for a false one."""
    content: Any = ox.serialize(quads, format=ox.RdfFormat.TRIG)
    return str(nanopub_sign.Nanopub(content.decode()).check().info())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_signed_nanopubs_are_valid_and_altered_ones_are_not(signed: bytes) -> None:
    """The network's own tool finds each signature right, the index's too, and that of an altered one not."""
    every = nanopubs(signed)
    assert len(every) > 1
    for quads in every.values():
        checked(quads)
        assert trusted(quads)
        assert any(str(quad.object) == "<https://orcid.org/0000-0002-1825-0097>" for quad in quads)
    nine, ten = ox.Literal(9), ox.Literal(10)
    (counted,) = [quads for quads in every.values() if any(quad.object == nine for quad in quads)]
    with pytest.raises(BaseException, match=r"(?i)valid|signature|trusty|hash"):
        checked([ox.Quad(q.subject, q.predicate, ten if q.object == nine else q.object, q.graph_name) for q in counted])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_signature_is_of_all_that_is_said(signed: bytes) -> None:
    """By the nanopub library's normal form and another library for RSA: the signature holds, and without a quad not."""
    for quads in nanopubs(signed).values():
        signature = [quad for quad in quads if "#sig" in str(quad.subject) and isinstance(quad.object, ox.Literal)]
        of = {quad.predicate.value.rpartition("/")[2]: quad.object.value for quad in signature}  # type: ignore[union-attr]
        rest = [quad for quad in quads if not quad.predicate.value.endswith("hasSignature")]
        public = RSA.import_key(base64.b64decode(of["hasPublicKey"]))
        for held, right in ((rest, True), (rest[1:], False)):
            hashed = SHA256.new(normal_form(held).encode())
            verifier: Any = PKCS1_v1_5.new(public)
            try:
                holds = verifier.verify(hashed, base64.b64decode(of["hasSignature"])) is not False
            except ValueError:
                holds = False
            assert holds == right


def normal_form(quads: list[ox.Quad]) -> str:
    """Return the normal form that the nanopub library signs."""
    held, code = held_under(quads)
    return str(normalize_quads(held, hashstr=code))  # type: ignore[no-untyped-call]


def test_a_key_gives_the_same_bytes_and_is_not_in_them(signed: bytes, key: Path, shared_home: Path) -> None:
    """Signing is deterministic, and only the public key is written."""
    words = ["export", "nanopubs", "--sign", str(key), "--signed-by", "https://orcid.org/0000-0002-1825-0097"]
    again = CliRunner().invoke(cli, [*words, "--seeds", str(TINY), "--home", str(shared_home)])
    assert again.stdout_bytes == signed
    secret = b"".join(key.read_bytes().splitlines()[1:-1])
    assert secret[100:160] not in signed.replace(b"\n", b"")


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("text", "holds no private key"),
        ("short", "2,048 bits"),
        ("curve", "another key than one for RSA"),
        ("encrypted", "CALCIGRAPH_KEY_PASSWORD"),
        ("turtle", "--sign is for nanopubs"),
        ("orcid", "is no ORCID"),
    ],
)
def test_a_key_that_cannot_sign_is_told(what: str, says: str, key: Path, tmp_path: Path, shared_home: Path) -> None:
    """What is wrong with the key, and what would be right, in a sentence."""
    file, form = tmp_path / "key", "turtle" if what == "turtle" else "nanopubs"
    plain, secret = NoEncryption(), BestAvailableEncryption(b"secret")
    kinds: dict[str, Callable[[], Any]] = {
        "short": lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505 -- refused
        "curve": lambda: ec.generate_private_key(ec.SECP256R1()),
        "encrypted": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    }
    if what in kinds:
        locked = secret if what == "encrypted" else plain
        file.write_bytes(kinds[what]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    else:
        file.write_bytes(key.read_bytes() if what in ("turtle", "orcid") else b"no key")
    more = ["--signed-by", "me"] if what == "orcid" else []
    words = ["export", form, "--sign", str(file), *more, "--seeds", str(TINY), "--home", str(shared_home)]
    ran = subprocess.run([sys.executable, "-m", "calcigraph", *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr
    if what == "encrypted":
        opened = os.environ | {"CALCIGRAPH_KEY_PASSWORD": "secret"}
        command = [sys.executable, "-m", "calcigraph", *words]
        assert subprocess.run(command, capture_output=True, check=False, env=opened).returncode == 0


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
