"""Nanopublications: each finding and claim as a small graph of its own, with its provenance, under a trusty URI.

A nanopublication is dated by the last curation of its record, so that its address lasts until the record changes. They
are signed if a key is given: who publishes them signs them, with a key of their own.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from calcigraph.exchange.rdf import quads
from calcigraph.exchange.trusty import normal_form, trusty
from calcigraph.names.vocabulary import BASE, DATA_LICENSE, LABEL, RDF_TYPE, TERMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part
    from calcigraph.exchange.signing import Signer
    from calcigraph.exchange.source import Source

    Statement = tuple[str, str, str, str | ox.Literal]

NANOPUBS = BASE + "np/"
_NP = "http://www.nanopub.org/nschema#"
_NPX = "http://purl.org/nanopub/x/"
_PROV = "http://www.w3.org/ns/prov#"
_DCT = "http://purl.org/dc/terms/"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_HERE = NANOPUBS + " "
_INFERRED = BASE + "graph/inferred/"
_WITHIN = ("harm", "estimate")
_READ_IN = TERMS + "readIn"
_MOST = 1000
"""How many elements an index holds; a longer list goes on in the next index."""


def nanopubs(source: Source, losses: Losses) -> Files:
    """Yield the nanopublications, and the index of all of them, as TriG."""

    def write(file: BinaryIO) -> None:
        statements = _statements(source)
        addresses = []
        for part in source.of_kind("finding", "claim"):
            address, made = nanopub(part, source, statements)
            addresses.append(address)
            _write(made, file)
        for _, made in index(addresses, source):
            _write(made, file)
        losses.add_unread(source)

    yield "calcigraph.nanopubs.trig", write


def _write(made: list[ox.Quad], file: BinaryIO) -> None:
    ox.serialize(made, file, ox.RdfFormat.TRIG)
    file.write(b"\n")


def _statements(source: Source) -> dict[str, list[ox.Quad]]:
    """Return what records themselves say of their parts, by part."""
    found: dict[str, list[ox.Quad]] = defaultdict(list)
    for quad in quads(source):
        iri, graph = quad.subject, quad.graph_name
        if isinstance(iri, ox.NamedNode) and iri.value in source.parts and _INFERRED not in str(graph):
            found[iri.value].append(quad)
    return found


def nanopub(part: Part, source: Source, statements: dict[str, list[ox.Quad]]) -> tuple[str, list[ox.Quad]]:
    """Return the trusty address of the nanopublication of a finding or claim, and its quads."""
    record = source.record(part)
    own = [part, *_within(part, source)]
    asserted: list[tuple[str, str, str | ox.Literal]] = []
    readings: dict[str, None] = {}
    for one in own:
        for quad in statements[one.iri]:
            one.read.add(quad.predicate.value.replace("#", "/").rpartition("/")[2])
            value = quad.object if isinstance(quad.object, ox.Literal) else str(quad.object).strip("<>")
            if quad.predicate.value == _READ_IN and isinstance(value, str):
                # Where it was read is where the nanopublication comes from; the reading itself is not in it.
                readings[value] = None
            else:
                asserted.append((one.iri, quad.predicate.value, value))
    curation = next(one for one in source.owned[record.iri] if one.kind == "curation")
    derived = record.texts("sourceAddress") or [record.iri]
    assertion = _HERE + "#assertion"
    provenance: list[tuple[str, str, str | ox.Literal]] = [
        (assertion, _PROV + "wasDerivedFrom", record.iri),
        *((assertion, _PROV + "wasDerivedFrom", address) for address in [*derived, *readings]),
        *((assertion, _PROV + "wasAttributedTo", curator) for curator in curation.texts("curator")),
        (assertion, _PROV + "wasGeneratedBy", curation.iri),
    ]
    label = f"{record.text('label') or record.iri}: {part.iri.rpartition('#')[2]}"
    day = max(curation.texts("curatedOn") + curation.texts("reviewedOn"), default=source.stamp)
    return _whole(asserted, provenance, label, day, curation.texts("curator"), source.signer)


def _within(part: Part, source: Source) -> Iterator[Part]:
    """Yield the harms and estimates of a part, and what those have: it says too little without them."""
    for one in source.owned[part.iri]:
        if one.kind in _WITHIN:
            yield one
            yield from _within(one, source)


def index(addresses: list[str], source: Source) -> Iterator[tuple[str, list[ox.Quad]]]:
    """Yield the indexes of nanopublications: each lists some, and goes on from the one before."""
    before = ""
    for start in range(0, len(addresses), _MOST):
        some = sorted(addresses)[start : start + _MOST]
        asserted: list[tuple[str, str, str | ox.Literal]] = [(_HERE, _NPX + "includesElement", one) for one in some]
        if before:
            asserted.append((_HERE, _NPX + "appendsIndex", before))
        provenance: list[tuple[str, str, str | ox.Literal]] = [
            (_HERE + "#assertion", _PROV + "wasDerivedFrom", BASE),
            (_HERE + "#assertion", _PROV + "wasAttributedTo", BASE),
        ]
        before, made = _whole(asserted, provenance, "Calcigraph", source.stamp, [BASE], source.signer, of_index=True)
        yield before, made


def _whole(
    asserted: list[tuple[str, str, str | ox.Literal]],
    provenance: list[tuple[str, str, str | ox.Literal]],
    label: str,
    day: str,
    creators: list[str],
    signer: Signer | None,
    *,
    of_index: bool = False,
) -> tuple[str, list[ox.Quad]]:
    head, assertion, sources, info = (_HERE + name for name in ("#Head", "#assertion", "#provenance", "#pubinfo"))
    created = ox.Literal(f"{day}T00:00:00Z", datatype=ox.NamedNode(_XSD + "dateTime"))
    statements: list[Statement] = [
        (head, _HERE, RDF_TYPE, _NP + "Nanopublication"),
        (head, _HERE, _NP + "hasAssertion", assertion),
        (head, _HERE, _NP + "hasProvenance", sources),
        (head, _HERE, _NP + "hasPublicationInfo", info),
        *((assertion, *one) for one in asserted),
        *((sources, *one) for one in provenance),
        (info, _HERE, _DCT + "created", created),
        *((info, _HERE, _DCT + "creator", creator) for creator in creators or [BASE]),
        (info, _HERE, _DCT + "license", DATA_LICENSE),
        (info, _HERE, LABEL, ox.Literal(label)),
    ]
    if of_index:
        statements.append((info, _HERE, RDF_TYPE, _NPX + "NanopubIndex"))
    if signer is not None:
        statements += _signature(statements, signer)
    return trusty(statements, NANOPUBS)


def _signature(statements: list[Statement], signer: Signer) -> list[Statement]:
    """Return the statements that sign others: the key, and the signature of all but itself."""
    info, signature = _HERE + "#pubinfo", _HERE + "#sig"
    told: list[Statement] = [
        (info, signature, _NPX + "hasSignatureTarget", _HERE),
        (info, signature, _NPX + "hasAlgorithm", ox.Literal("RSA")),
        (info, signature, _NPX + "hasPublicKey", ox.Literal(signer.public_key)),
    ]
    if signer.orcid:
        told.append((info, signature, _NPX + "signedBy", signer.orcid))
    signed = signer.sign(normal_form([*statements, *told]))
    return [*told, (info, signature, _NPX + "hasSignature", ox.Literal(signed))]
