"""What programs that visit read: the Atom feed of what changed, the map of the site, and what robots may do."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from calcigraph.names.vocabulary import BASE, TERMS
from calcigraph.questions.answers import rows
from calcigraph.serve.answering import fetch
from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.replies import home, reply

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from calcigraph.serve.serving import Current

    Row = dict[str, str]

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ENTRIES = 50
MOST = 50_000
"""Addresses that one map may have; more are spread over several, by the protocol of sitemaps."""
_MEANS = "This is a research tool, not medical advice. Reported response is not efficacy."


async def atom(request: Request) -> Response:
    """Give the records that were made or read again last, the newest first."""
    current: Current = request.app.state.current
    at = home(request, current.settings.base)
    changed = sorted(await _records(current), key=_day, reverse=True)
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "id", BASE + "feed.atom")
    _add(feed, "title", "Calcigraph: what changed in the evidence for treating calcinosis cutis")
    _add(feed, "subtitle", _MEANS)
    _add(feed, "updated", _instant(_day(changed[0]) if changed else "1970-01-01"))
    ET.SubElement(ET.SubElement(feed, "author"), "name").text = "The Calcigraph contributors"
    ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=at + "feed.atom")
    ET.SubElement(feed, "link", rel="alternate", type="text/html", href=at)
    for row in changed[:_ENTRIES]:
        entry = ET.SubElement(feed, "entry")
        again = "reviewed" in row
        _add(entry, "id", row["record"])
        _add(entry, "title", row["label"])
        _add(entry, "published", _instant(row["curated"]))
        _add(entry, "updated", _instant(_day(row)))
        ET.SubElement(entry, "link", rel="alternate", href=row["record"].replace(BASE, at, 1))
        ET.SubElement(entry, "category", term=row["kind"])
        said = f"Compared with its source by a second reader on {row['reviewed']}" if again else "Curated"
        _add(entry, "summary", ". ".join(filter(None, (row.get("title", "").rstrip("."), f"{said}."))))
    return reply(request, _xml(feed), "application/atom+xml; charset=utf-8")


async def sitemap(request: Request) -> Response:
    """Give the addresses of all pages, or where there are too many for one map, those of the maps."""
    current: Current = request.app.state.current
    at = home(request, current.settings.base)
    part = request.path_params.get("part")
    pages = await _pages(current, at)
    parts = range(1, -(-len(pages) // MOST) + 1)
    if part is None and len(pages) > MOST:
        index = ET.Element("sitemapindex", xmlns=_SITEMAP)
        for number in parts:
            _add(ET.SubElement(index, "sitemap"), "loc", f"{at}sitemap-{number}.xml")
        return reply(request, _xml(index), "application/xml")
    if part is not None and part not in parts:
        raise Refused(Why.NOT_FOUND, f"There are {len(parts)} maps of the site, from 1 on.")
    urls = ET.Element("urlset", xmlns=_SITEMAP)
    for address, day in pages[MOST * ((part or 1) - 1) :][:MOST]:
        url = ET.SubElement(urls, "url")
        _add(url, "loc", address)
        if day:
            _add(url, "lastmod", day)
    return reply(request, _xml(urls), "application/xml")


async def robots(request: Request) -> Response:
    """Say that robots may read all pages, and need not run queries."""
    current: Current = request.app.state.current
    base = current.settings.base
    at = home(request, base)
    kept = "".join(f"Disallow: {base}{path}\n" for path in ("/sparql", "/graph-store", "/search"))
    return reply(request, f"User-agent: *\n{kept}\nSitemap: {at}sitemap.xml\n", "text/plain; charset=utf-8")


async def _records(current: Current) -> list[Row]:
    query = current.product.site_queries()["changes"].read_text(encoding="utf-8")
    return rows(await fetch(current.serving, query, rows="json"))


async def _pages(current: Current, at: str) -> list[tuple[str, str]]:
    """Return the address of each page, with the day on which it changed where that is known."""
    days = {row["record"]: _day(row) for row in await _records(current)}
    lists = [at + path for path in ("", "treatments", "conditions", "publications", "questions", "ontology")]
    asked = [f"{at}questions/{name}" for name in current.questions]
    terms = [at + "term/" + iri.removeprefix(TERMS) for iri in sorted(current.serving.names.labels)]
    return [
        *((address, "") for address in (*lists, *asked, *terms)),
        *((record.replace(BASE, at, 1), day) for record, day in days.items()),
    ]


def _day(row: Row) -> str:
    return max(row["curated"], row.get("reviewed", ""))


def _instant(day: str) -> str:
    return f"{day}T00:00:00Z"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _xml(root: ET.Element) -> bytes:
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text
