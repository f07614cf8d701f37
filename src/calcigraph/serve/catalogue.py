"""`/catalog`: the dataset, its dumps and its endpoint for catalogues, by DCAT 3."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse

from calcigraph.exchange.description import PREFIXES, statements
from calcigraph.exchange.source import Source
from calcigraph.names.vocabulary import BASE, DATA_LICENSE, RDF_TYPE
from calcigraph.serve.cache import Kept
from calcigraph.serve.description import serialised
from calcigraph.serve.dumps import made
from calcigraph.serve.formats import GRAPHS
from calcigraph.serve.negotiation import choose_any
from calcigraph.serve.protocol import parse_fields, single
from calcigraph.serve.replies import home, reply, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from calcigraph.exchange.release import Written
    from calcigraph.serve.pages.library import Library
    from calcigraph.serve.serving import Current

_OFFERS = tuple(form for form in GRAPHS if form.name not in {"trig", "nquads"})
_SEE_OTHER = 303


async def catalogue(request: Request) -> Response:
    """Describe the dataset, each dump with its size and checksum, and the endpoint."""
    current: Current = request.app.state.current
    serving = current.serving
    asked = single(parse_fields(request.scope["query_string"]), "format")
    [choice] = choose_any(request.headers.get("accept"), asked, _OFFERS)
    assert choice is not None  # noqa: S101 -- there is one, or it was refused
    at = home(request, current.settings.base)
    key = tag("catalogue", at, choice)
    kept = serving.cache.get(key)
    if kept is None:
        _, written = await made(current, serving)

        def describe(library: Library) -> list[Any]:
            return list(_triples(Source(library.evidence), written, at))

        triples = await serving.library.run(describe)
        content = await asyncio.to_thread(serialised, triples, choice.format.name, PREFIXES)
        kept = Kept(content, choice.content_type)
        serving.cache.put(key, kept, len(kept.content))
    return reply(request, kept.content, kept.content_type)


async def well_known(request: Request) -> Response:
    """Lead to the description for catalogues."""
    current: Current = request.app.state.current
    return RedirectResponse(current.settings.base + "/catalog", status_code=_SEE_OTHER)


def _triples(source: Source, written: Sequence[Written], at: str) -> Iterator[Any]:
    import pyoxigraph as ox

    def node(name: str) -> Any:
        prefix, _, local = name.partition(":")
        return ox.NamedNode(PREFIXES[prefix] + local)

    rdf_type, dataset = ox.NamedNode(RDF_TYPE), ox.NamedNode(BASE)
    whole, service, sparql = (ox.NamedNode(at + name) for name in ("catalog", "catalog#endpoint", "sparql"))
    title = ox.Literal("The catalogue of Calcigraph", language="en")
    yield ox.Triple(whole, rdf_type, node("dcat:Catalog"))
    yield ox.Triple(whole, node("dcterms:title"), title)
    yield ox.Triple(whole, node("dcterms:license"), ox.NamedNode(DATA_LICENSE))
    yield ox.Triple(whole, node("dcterms:publisher"), ox.NamedNode(BASE + "contributors"))
    yield ox.Triple(whole, node("dcat:dataset"), dataset)
    yield ox.Triple(whole, node("dcat:service"), service)
    yield ox.Triple(service, rdf_type, node("dcat:DataService"))
    yield ox.Triple(service, node("dcterms:title"), ox.Literal("SPARQL 1.1 endpoint", language="en"))
    yield ox.Triple(service, node("dcterms:conformsTo"), ox.NamedNode("https://www.w3.org/TR/sparql11-protocol/"))
    yield ox.Triple(service, node("dcat:endpointURL"), sparql)
    yield ox.Triple(service, node("dcat:endpointDescription"), sparql)
    yield ox.Triple(service, node("dcat:servesDataset"), dataset)
    for subject, name, value in statements(source, written, at + "dumps"):
        yield ox.Triple(subject, name, value)
