"""The pages' addresses: what of each request says which page is meant."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from calcigraph.figures.terms import CONDITION, TREATMENT
from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import TERMS
from calcigraph.serve import wanted
from calcigraph.serve.formats import PAGE, Format
from calcigraph.serve.hits import same
from calcigraph.serve.negotiation import choose_any
from calcigraph.serve.pages.kept import Page
from calcigraph.serve.pages.links import HERE, local
from calcigraph.serve.pages.profile import profile_page
from calcigraph.serve.pages.publications import FIELDS
from calcigraph.serve.pages.search import LONGEST, search_page
from calcigraph.serve.pages.term import term_page
from calcigraph.serve.pages.why import why_page, why_row_page
from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.protocol import parse_fields, single
from calcigraph.serve.replies import home, reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from calcigraph.serve.pages.library import Library
    from calcigraph.serve.serving import Current

_JSON = Format("json", ("application/json",), "json")
_DIGITS = 9
"""Digits of a row's number that are read: no answer has as many rows."""


async def front(request: Request) -> Response:
    """Give the home page."""
    return await give_page(request, wanted.front(_base(request)))


async def term(request: Request) -> Response:
    """Give the page of a term: what there is on a treatment or condition, or what the term means."""
    name = request.path_params["name"]
    asked = single(parse_fields(request.scope["query_string"]), "condition") or ""
    make = partial(_term, base=_base(request), name=name, asked=asked)
    return await give_page(request, Page(("term", name, asked), make))


async def why(request: Request) -> Response:
    """Say why: `of` is a record or a part of one, `question` and `row` with its parameters a row of an answer."""
    fields = {name: value for name, value in parse_fields(request.scope["query_string"]) if value.strip()}
    make: Callable[[Library], str]
    if "of" in fields:
        make = partial(why_page, base=_base(request), name=fields["of"])
    elif "question" in fields and fields.get("row", "").isdecimal():
        given = {name: value for name, value in fields.items() if name not in {"question", "row"}}
        row = int(fields["row"][:_DIGITS])
        make = partial(why_row_page, base=_base(request), question=fields["question"], row=row, given=given)
    else:
        raise Refused(Why.BAD_REQUEST, "Say of what: ?of=study/robertson-2003, or ?question=treatments&row=1.")
    return await give_page(request, Page(("why", *map("=".join, sorted(fields.items()))), make))


async def search(request: Request) -> Response:
    """Give what a text leads to: as a page, or as JSON for the field that searches while one types."""
    current: Current = request.app.state.current
    fields = parse_fields(request.scope["query_string"])
    text = (single(fields, "q") or "")[:LONGEST].strip()
    base = current.settings.base
    [choice] = choose_any(request.headers.get("accept"), single(fields, "format"), (PAGE, _JSON))
    found = await current.serving.library.run(lambda library: library.index.matches(text, base))
    if choice is not None and choice.format is _JSON:
        body = json.dumps({"matches": [one._asdict() for one in found]}, ensure_ascii=False)
        return reply(request, body, _JSON.media_type)
    return reply(request, search_page(base, text, found), PAGE.content_type())


async def treatments(request: Request) -> Response:
    """List the treatments."""
    return await give_page(request, wanted.treatments(_base(request)))


async def conditions(request: Request) -> Response:
    """List the conditions."""
    return await give_page(request, wanted.conditions(_base(request)))


async def publications(request: Request) -> Response:
    """List the records, or those that are asked for."""
    fields = parse_fields(request.scope["query_string"])
    given = {name: value.strip() for name in FIELDS if (value := single(fields, name)) and value.strip()}
    return await give_page(request, wanted.publications(_base(request), given))


async def give_page(request: Request, page: Page) -> Response:
    """Return a page, made if it is not kept."""
    current: Current = request.app.state.current
    serving = current.serving
    kept = await serving.pages.get(page)
    same(request, serving)
    # What a client says of its host may hold anything: in an address that is written out, nothing ends it.
    here = quote(home(request, current.settings.base), safe=":/[]@%").encode()
    return reply(request, kept.content.replace(HERE.encode(), here), kept.content_type)


def _term(library: Library, *, base: str, name: str, asked: str) -> str:
    iri = TERMS + name
    if iri not in library.names.labels:
        near = nearest(name, (local(known) for known in library.names.labels), limit=3)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        raise Refused(Why.NOT_FOUND, f"There is no term {name}.{hint}")
    if iri in library.data.below(TREATMENT):
        written = f"cg:{asked}" if TERMS + asked in library.names.labels else asked
        return profile_page(library, base, iri, library.names.find(written, root=CONDITION) if asked else CONDITION)
    if iri in library.data.below(CONDITION):
        return profile_page(library, base, TREATMENT, iri)
    return term_page(library, base, iri)


def _base(request: Request) -> str:
    current: Current = request.app.state.current
    return current.settings.base
