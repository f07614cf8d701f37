"""What visitors' programs read: the catalogue, the dumps, the feed, and the map of the site."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import feedparser
import httpx
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DCAT, RDF

from .conftest import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Served

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
BASE = "https://w3id.org/calcigraph/"
_FORMATS = {"application/n-quads": ox.RdfFormat.N_QUADS, "application/trig": ox.RdfFormat.TRIG}


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Iterator[Served]:
    """Return a server below a path, as behind a proxy."""
    with running(tmp_path_factory.mktemp("below"), "--base", "/kb", home=shared_home) as served:
        yield served


def test_the_catalogue_leads_to_dumps_that_hold_the_whole_graph(below: Served) -> None:
    """Each distribution can be fetched, has the size and SHA-256 that are told, and holds all that the endpoint has."""
    answer = below.get("catalog", headers={"Accept": "text/turtle"})
    assert answer.status_code == 200, answer.text
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    [catalog] = graph.subjects(RDF.type, DCAT.Catalog)
    [service] = graph.objects(catalog, DCAT.service)
    assert str(graph.value(service, DCAT.endpointURL)) == below.address.rstrip("/") + "/sparql"
    files = list(graph.subjects(RDF.type, DCAT.Distribution))
    assert len(files) == 3
    count = below.ask("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }").json()["results"]["bindings"][0]["n"][
        "value"
    ]
    for file in files:
        content = httpx.get(str(graph.value(file, DCAT.downloadURL))).raise_for_status()
        assert len(content.content) == int(str(graph.value(file, DCAT.byteSize)))
        told = graph.value(graph.value(file, SPDX.checksum), SPDX.checksumValue)
        assert hashlib.sha256(content.content).hexdigest() == str(told)
        media = content.headers["content-type"].partition(";")[0]
        if media in _FORMATS:
            assert len(set(ox.parse(content.content, format=_FORMATS[media]))) == int(count)
        else:
            assert media == "text/turtle"


def test_the_catalogue_is_found_and_negotiated(below: Served) -> None:
    """`/.well-known/dcat` leads there; JSON-LD and N-Triples hold the same."""
    led = below.get(".well-known/dcat")
    assert (led.status_code, led.headers["location"]) == (303, "/kb/catalog")
    turtle = rdflib.Graph().parse(data=below.get("catalog?format=turtle").text, format="turtle")
    for form, parser in (("jsonld", "json-ld"), ("ntriples", "nt")):
        assert rdflib.Graph().parse(data=below.get(f"catalog?format={form}").text, format=parser).isomorphic(turtle)


def test_dumps_are_listed_and_read_in_parts(below: Served) -> None:
    """The list of checksums is that of `sha256sum`; a client reads a range, and is not sent what it has."""
    lines = {line[66:]: line[:64] for line in below.get("dumps/SHA256SUMS").text.splitlines()}
    assert set(lines) == {"calcigraph.nq", "calcigraph.trig", "calcigraph.ttl"}
    whole = below.get("dumps/calcigraph.nq")
    assert hashlib.sha256(whole.content).hexdigest() == lines["calcigraph.nq"]
    part = below.get("dumps/calcigraph.nq", headers={"Range": "bytes=10-19", "Accept-Encoding": "identity"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    again = below.get("dumps/calcigraph.nq", headers={"If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304
    for name in ("written.json", "..%2Fbuild.json", "calcigraph.nt"):
        missing = below.get(f"dumps/{name}")
        assert missing.status_code == 404, name
    assert "calcigraph.trig" in below.get("dumps/calcigraph.nt").text


def test_the_feed_tells_what_changed(server: Served) -> None:
    """A reader of feeds takes it; the newest comes first, and each entry leads to its record."""
    answer = server.get("feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    days = [entry.updated for entry in feed.entries]
    assert days == sorted(days, reverse=True)
    assert feed.feed.updated == days[0]
    assert BASE + "study/alpha-2001" in {entry.id for entry in feed.entries}
    for entry in feed.entries:
        assert entry.link.startswith(server.address)
        assert httpx.get(entry.link, headers={"Accept": "text/html"}).status_code == 200
    assert server.get("feed.atom", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_the_map_of_the_site_leads_to_pages(below: Served) -> None:
    """Every record is in it, each address is below the base, and a sample of them answers."""
    robots = below.get("robots.txt").text
    assert "Disallow: /kb/sparql" in robots
    place = robots.rpartition("Sitemap: ")[2].strip()
    root = ET.fromstring(httpx.get(place).content)  # noqa: S314 -- our own server's
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    pages = [str(one.findtext(f"{name}loc")) for one in root.findall(f"{name}url")]
    days = {one.findtext(f"{name}loc"): one.findtext(f"{name}lastmod") for one in root.findall(f"{name}url")}
    assert len(pages) == len(set(pages))
    assert all(page.startswith(below.address) for page in pages)
    assert days[below.address + "study/alpha-2001"]
    records = [page for page in pages if "/study/" in page or "/review/" in page]
    for page in [*pages[:5], *pages[5::60], *records]:
        assert httpx.get(page, headers={"Accept": "text/html"}, follow_redirects=True).status_code == 200, page
    assert below.get("sitemap-2.xml").status_code == 404
    assert below.get("sitemap-1.xml").content == httpx.get(place).content
