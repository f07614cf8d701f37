"""The pages' addresses: each page is made once per build, in the pages' own thread, and kept."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from calcigraph.figures.terms import CONDITION, TREATMENT
from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import TERMS
from calcigraph.serve.cache import Kept
from calcigraph.serve.formats import PAGE, Format
from calcigraph.serve.hits import same
from calcigraph.serve.negotiation import choose_any
from calcigraph.serve.pages.home import home
from calcigraph.serve.pages.links import local
from calcigraph.serve.pages.lists import publications_page, tree_page
from calcigraph.serve.pages.profile import profile_page
from calcigraph.serve.pages.search import LONGEST, search_page
from calcigraph.serve.pages.term import term_page
from calcigraph.serve.pages.why import why_page, why_row_page
from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.protocol import parse_fields, single
from calcigraph.serve.replies import reply, tag

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
    return await give_page(request, ("home",), partial(home, base=_base(request)))


async def term(request: Request) -> Response:
    """Give the page of a term: what there is on a treatment or condition, or what the term means."""
    name = request.path_params["name"]
    asked = single(parse_fields(request.scope["query_string"]), "condition") or ""
    return await give_page(request, ("term", name, asked), partial(_term, base=_base(request), name=name, asked=asked))


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
    return await give_page(request, ("why", *map("=".join, sorted(fields.items()))), make)


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
    return await give_page(request, ("tree", TREATMENT), partial(tree_page, base=_base(request), root=TREATMENT))


async def conditions(request: Request) -> Response:
    """List the conditions."""
    return await give_page(request, ("tree", CONDITION), partial(tree_page, base=_base(request), root=CONDITION))


async def publications(request: Request) -> Response:
    """List the records."""
    return await give_page(request, ("publications",), partial(publications_page, base=_base(request)))


async def give_page(request: Request, key: tuple[str, ...], make: Callable[[Library], str]) -> Response:
    """Return a page, made if it is not kept under that key; the key says all that the page depends on."""
    current: Current = request.app.state.current
    serving = current.serving
    name = tag("page", key)
    kept = serving.cache.get(name)
    if kept is None:
        kept = Kept((await serving.library.run(make)).encode(), PAGE.content_type())
        serving.cache.put(name, kept, len(kept.content))
    same(request, serving)
    return reply(request, kept.content, kept.content_type)


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
