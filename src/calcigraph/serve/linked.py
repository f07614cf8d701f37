"""Linked data: every address of the project answers with what is said of it, as RDF or as a page.

A document (a record, the ontology, a named graph) answers at its own address; any other thing leads, by 303, to the
address of a document about it. Each has one address per format besides, such as `/study/robertson-2003.ttl`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import BASE, TERMS
from calcigraph.serve.answering import Asking, fetch, give
from calcigraph.serve.description import describe, serialised
from calcigraph.serve.formats import GRAPHS, PAGE
from calcigraph.serve.negotiation import choose_any
from calcigraph.serve.pages.kept import Page
from calcigraph.serve.pages.lists import ontology_page
from calcigraph.serve.pages.record import record_page
from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.protocol import parse_fields, single
from calcigraph.serve.replies import home, reply
from calcigraph.serve.statements import statements_page
from calcigraph.serve.views import give_page

if TYPE_CHECKING:
    from starlette.requests import Request

    from calcigraph.serve.formats import Format
    from calcigraph.serve.pages.library import Library
    from calcigraph.serve.serving import Current

_OFFERS = tuple(form for form in GRAPHS if form.name not in {"trig", "nquads"})
_BY_EXTENSION = {form.extension: form for form in (*_OFFERS, PAGE)}
_SEE_OTHER = 303
ONTOLOGY = TERMS.removesuffix("#")
"""The address of the ontology as a whole."""


async def address(request: Request) -> Response:
    """Answer at an address of the project, or at that of one of its formats."""
    current: Current = request.app.state.current
    path: str = request.path_params["path"]
    stem, _, ending = path.rpartition(".")
    named = _BY_EXTENSION.get(ending) if stem else None
    if named is None:
        stem = path
    iri = BASE + stem
    query = await _query(iri, current)
    if query is None:
        raise _nothing(stem, current)
    form = named or await _chosen(request)
    place = f"{current.settings.base}/{stem}"
    links = _links(place, iri)
    if named is None and iri not in current.serving.documents.by_address:
        there = {"Location": f"{place}.{form.extension}", "Link": links, "Vary": "Accept"}
        return Response(status_code=_SEE_OTHER, headers=there)
    if form is PAGE:
        response = await _page(request, current, iri, query)
    else:
        response = await give(request, current.serving, Asking(query, form.name), graphs=_OFFERS)
    response.headers["Link"] = links
    response.headers["Content-Location"] = f"{place}.{form.extension}"
    return response


async def graph_store(request: Request) -> Response:
    """Give a named graph, or with `default` the union of all, by the Graph Store HTTP Protocol."""
    current: Current = request.app.state.current
    fields = parse_fields(request.scope["query_string"])
    graph = single(fields, "graph")
    form = single(fields, "format")
    documents = current.serving.documents
    if any(name == "default" for name, _ in fields) == (graph is not None):
        raise Refused(Why.BAD_REQUEST, "Name one graph: ?graph=ADDRESS, or ?default for the union of all.")
    if graph is None:
        return await give(request, current.serving, Asking(documents.everything(), form))
    query = documents.graph(graph)
    if query is None:
        raise Refused(Why.NOT_FOUND, f"There is no graph {graph}.")
    return await give(request, current.serving, Asking(query, form))


async def void(request: Request) -> Response:
    """Describe the dataset and its endpoint, by VoID."""
    current: Current = request.app.state.current
    asked = single(parse_fields(request.scope["query_string"]), "format")
    [choice] = choose_any(request.headers.get("accept"), asked, _OFFERS)
    assert choice is not None  # noqa: S101 -- there is one, or it was refused
    at = home(request, current.settings.base)
    return reply(
        request, serialised(describe(current.serving, at + "sparql", at), choice.format.name), choice.content_type
    )


async def well_known(request: Request) -> Response:
    """Lead to the description of the dataset."""
    current: Current = request.app.state.current
    return RedirectResponse(current.settings.base + "/void", status_code=_SEE_OTHER)


def _nothing(path: str, current: Current) -> Refused:
    """Return that nothing is said of an address, with what has the same name elsewhere, or else the nearest names."""
    documents = current.serving.documents.by_address.items()
    known = [iri.removeprefix(BASE) for iri, document in documents if document.record and iri != document.graph]
    name = path.rpartition("/")[2]
    near = [one for one in known if one.rpartition("/")[2] == name] or nearest(path, known, limit=3)
    hint = f" Nearest: {', '.join(f'/{one}' for one in near)}." if near else ""
    message = (
        f"Nothing is said of {BASE}{path}.{hint} Records are at /study/…, /review/…, /trial/… and /cohort/…, "
        "terms at /ontology."
    )
    return Refused(Why.NOT_FOUND, message, leads=near, nearest=[BASE + one for one in near])


async def _query(iri: str, current: Current) -> str | None:
    """Return the query for what is said at an address, or None if nothing is."""
    serving = current.serving
    query = serving.documents.query(iri)
    if query is None or iri in serving.documents.by_address:
        return query
    return query if await fetch(serving, query, graph="ntriples") else None


async def _chosen(request: Request) -> Format:
    asked = single(parse_fields(request.scope["query_string"]), "format")
    [choice] = choose_any(request.headers.get("accept"), asked, (*_OFFERS, PAGE))
    assert choice is not None  # noqa: S101 -- there is one, or it was refused
    return choice.format


async def _page(request: Request, current: Current, iri: str, query: str) -> Response:
    base, prefixes = current.settings.base, current.prefixes

    def make(library: Library) -> str:
        if iri == ONTOLOGY:
            return ontology_page(library, base)
        triples = library.endpoint.construct(query)
        if iri in library.records:
            return record_page(library, base, iri, triples)
        return statements_page(triples, iri, library.names, prefixes, base)

    return await give_page(request, Page(("address", iri), make))


def _links(place: str, iri: str) -> str:
    """Return the Link header: the thing itself, and each format of what is said of it."""
    others = [f'<{place}.{form.extension}>; rel="alternate"; type="{form.media_type}"' for form in (*_OFFERS, PAGE)]
    return ", ".join([f'<{iri}>; rel="canonical"', *others])
