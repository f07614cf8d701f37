"""The SPARQL console for browsers: its page, and what it must know to complete what one types."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from calcigraph.names.vocabulary import BASE, TERMS
from calcigraph.serve.cache import Kept
from calcigraph.serve.formats import GRAPHS, SOLUTIONS
from calcigraph.serve.pages import page
from calcigraph.serve.replies import reply, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from calcigraph.serve.pages.library import Library
    from calcigraph.serve.serving import Current

_LOCAL = re.compile(r"[A-Za-z_][\w-]*")
"""Names that need no escaping behind a prefix."""


def console_page(current: Current, address: str) -> str:
    """Return the page with the console, which without its script is a form; `address` is the endpoint's."""
    text = current.product.site_queries()["start"].read_text(encoding="utf-8")
    bare = " ".join(line.strip() for line in text.splitlines() if not line.startswith("#"))
    return page(
        "sparql.html",
        base=current.settings.base,
        address=address,
        quads=current.serving.info.quads,
        formats=[form.name for form in (*SOLUTIONS, *GRAPHS)],
        limits=current.settings.limits,
        iris=BASE,
        terms=TERMS,
        query=text,
        short_query=bare,
    )


async def known(request: Request) -> Response:
    """Give what the console knows: prefixes, terms and properties, and the questions as examples."""
    current: Current = request.app.state.current
    serving = current.serving
    key = tag("console")
    kept = serving.cache.get(key)
    if kept is None:

        def tell(library: Library) -> bytes:
            return json.dumps(_known(library, current), ensure_ascii=False).encode()

        kept = Kept(await serving.library.run(tell), "application/json")
        serving.cache.put(key, kept, len(kept.content))
    return reply(request, kept.content, kept.content_type)


def _known(library: Library, current: Current) -> dict[str, Any]:
    used = [str(row["property"]) for row in library.rows("used")]
    labels = library.names.labels
    terms = [
        [name, labels.get(iri, ""), library.terms.get(iri, {}).get("definition", "")]
        for iri in dict.fromkeys([*used, *labels])
        for name in _compact(iri, current.prefixes)
    ]
    examples = [{"name": one.name, "summary": one.summary, "query": one.fill({})} for one in current.questions.values()]
    return {"prefixes": current.prefixes, "terms": terms, "examples": examples}


def _compact(iri: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the compact name of an address, if a prefix makes one that needs no escaping."""
    found = [(start, name) for name, start in prefixes.items() if iri.startswith(start)]
    if found:
        start, name = max(found, key=lambda one: len(one[0]))
        local = iri.removeprefix(start)
        if _LOCAL.fullmatch(local):
            yield f"{name}:{local}"
