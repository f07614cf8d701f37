"""Records as sources: their citation, and the address at which a reader finds the publication or the trial."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from calcigraph.docs.graph import Row, rows
from calcigraph.names.vocabulary import BASE

if TYPE_CHECKING:
    from calcigraph.api import Evidence

_DOI = "https://doi.org/"
_PUBMED = "https://pubmed.ncbi.nlm.nih.gov/"
_CENTRAL = "https://pmc.ncbi.nlm.nih.gov/articles/"
_REGISTRY = "https://clinicaltrials.gov/study/"
_SHORT = re.compile(r"^https?://(?:www\.)?")
_LONGEST = 60


class Link(NamedTuple):
    """A text and where it leads to."""

    text: str
    href: str


class Source(NamedTuple):
    """A record: its IRI, how it is cited, its title, and the addresses of its source, the best first."""

    iri: str
    label: str
    title: str
    links: tuple[Link, ...]

    @property
    def name(self) -> str:
        """The record's name, such as study/robertson-2003."""
        return self.iri.removeprefix(BASE)

    @property
    def href(self) -> str:
        """The best address of the source, or nothing."""
        return self.links[0].href if self.links else ""


def load_sources(evidence: Evidence) -> dict[str, Source]:
    """Return the records of the graph by IRI."""
    return {row["record"]: _source(row) for row in rows(evidence, "records")}


def _source(row: Row) -> Source:
    links = []
    if "doi" in row:
        links.append(Link(f"doi:{row['doi']}", _DOI + quote(row["doi"], safe="/()")))
    if "pmid" in row:
        links.append(Link(f"PMID {row['pmid']}", _PUBMED + row["pmid"] + "/"))
    if "pmcid" in row:
        links.append(Link(row["pmcid"], _CENTRAL + row["pmcid"] + "/"))
    if row.get("registry_id", "").startswith("NCT"):
        links.append(Link(row["registry_id"], _REGISTRY + row["registry_id"]))
    if not links and "address" in row:
        links.append(Link(shorten(row["address"]), row["address"]))
    return Source(row["record"], row["label"], row.get("title", ""), tuple(links))


def shorten(iri: str) -> str:
    """Return an address as people cite it.

    >>> shorten("https://pubmed.ncbi.nlm.nih.gov/31302187/")
    'PMID 31302187'
    """
    if iri.startswith(_DOI):
        return "doi:" + iri.removeprefix(_DOI)
    if iri.startswith(_PUBMED):
        return "PMID " + iri.removeprefix(_PUBMED).strip("/")
    short = _SHORT.sub("", iri).rstrip("/")
    return short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…"
