"""Where things lie in the pages: a term, a cell of the map, a record or a part of one, the trace of a part."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode, urlsplit

from markupsafe import Markup

from calcigraph.names.vocabulary import BASE, TERMS

HERE = "http://here.invalid/"
"""In pages, what stands in the place of the server's own address: they are kept for all names that it has."""
_WEB = ("http://", "https://")
_FIGURE = re.compile(r"(?<![\w-])(\d+(?:\.\d+)?(?: (?:to|of) \d+)?(?: %)?)(?![\w-])")


def href(iri: str, base: str, **asked: str | None) -> str:
    """Return the page of a thing; of a treatment, `condition` asks for what there is in a condition.

    >>> href("https://w3id.org/calcigraph/ontology#Rituximab", "")
    '/term/Rituximab'
    >>> href("https://w3id.org/calcigraph/study/alpha-2001#minocycline", "/x")
    '/x/study/alpha-2001#minocycline'
    """
    given = {name: local(value) if value.startswith(TERMS) else value for name, value in asked.items() if value}
    query = f"?{urlencode(given)}" if given else ""
    if iri.startswith(TERMS):
        return f"{base}/term/{quote(local(iri))}{query}"
    if iri.startswith(BASE):
        return f"{base}/{quote(iri.removeprefix(BASE), safe='/#:@,;=+!$&()*~')}"
    return iri if iri.startswith(_WEB) else ""


def why(iri: str, base: str) -> str:
    """Return the page that traces a part of a record down to what was read.

    >>> why("https://w3id.org/calcigraph/study/alpha-2001#minocycline", "")
    '/why?of=study%2Falpha-2001%23minocycline'
    """
    return f"{base}/why?{urlencode({'of': iri.removeprefix(BASE)})}"


def led(text: str, target: str) -> Markup:
    """Return a sentence in which every figure leads to a target.

    >>> led("3 to 5 patients & 2 harms", "#findings")
    Markup('<a href="#findings">3 to 5</a> patients &amp; <a href="#findings">2</a> harms')
    """
    parts = _FIGURE.split(text)
    link = Markup('<a href="{}">{}</a>')
    return Markup("").join(link.format(target, part) if place % 2 else part for place, part in enumerate(parts))


def local(iri: str) -> str:
    """Return the name of a term within the ontology, or any other address as it is."""
    return iri.removeprefix(TERMS)


def outside(row: dict[str, str]) -> list[tuple[str, str]]:
    """Return the names and addresses under which the publication or trial of a record is found on the web."""
    found = []
    if "doi" in row:
        found.append((f"doi:{row['doi']}", f"https://doi.org/{quote(row['doi'], safe='/()<>;:._-')}"))
    if "pmid" in row:
        found.append((f"PubMed {row['pmid']}", f"https://pubmed.ncbi.nlm.nih.gov/{quote(row['pmid'])}/"))
    if row.get("registry_id", "").startswith("NCT"):
        found.append((row["registry_id"], f"https://clinicaltrials.gov/study/{quote(row['registry_id'])}"))
    if not found and "address" in row:
        found.append((urlsplit(row["address"]).netloc.removeprefix("www."), row["address"]))
    return found
