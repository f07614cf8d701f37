"""Read one publication from PubMed's XML and from a PubMed page that was saved as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calcigraph.curation.source import DOI, Source, language, publication, short_name
from calcigraph.errors import BadSource

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MONTHS = {
    name: n
    for n, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1)
}
_CITATION = re.compile(r"\b((?:18|19|20)\d\d)\b[^;:\n]*;\s*([\w.-]*)(?:\(([^)]*)\))?(?::\s*([\w.-]+?))?\.?(?=\s|$)")
_ONLINE = re.compile(r"Epub (\d{4}) (\w{3}) (\d{1,2})")
_PMID = re.compile(r"\bPMID:?\s*(\d{5,9})\b")
_PMCID = re.compile(r"\bPMCID:?\s*(PMC\d+)\b")
_SECTIONS = (
    "similar articles",
    "cited by",
    "references",
    "publication types",
    "mesh terms",
    "substances",
    "related information",
)
_KINDS = {
    "review",
    "case reports",
    "clinical trial",
    "randomized controlled trial",
    "meta-analysis",
    "systematic review",
}
_MARKS = re.compile(r"(?:\s*[\d*#†‡§,]+|\(\d+\))+$")


def read_pubmed_xml(text: str) -> Source:
    """Return the publication in a PubmedArticleSet. Raises BadSource unless there is exactly one."""
    import defusedxml
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root: Element = fromstring(text.encode())
    except (ParseError, defusedxml.DefusedXmlException) as error:
        raise BadSource(f"This XML cannot be read: {error}") from error
    articles = [root] if root.tag == "PubmedArticle" else root.findall(".//PubmedArticle")
    if len(articles) != 1:
        raise BadSource(f"This XML holds {len(articles)} PubMed articles: give one at a time.")
    article = articles[0]
    ids = {node.get("IdType", ""): node.text or "" for node in article.findall("./PubmedData/ArticleIdList/ArticleId")}
    pages = _text(article, ".//MedlinePgn")
    return publication(
        {
            "title": _text(article, ".//ArticleTitle") or _text(article, ".//VernacularTitle"),
            "authors": [_author(node) for node in article.findall(".//AuthorList/Author")],
            "journal": _text(article, ".//Journal/Title"),
            "year": _text(article, ".//JournalIssue/PubDate/Year") or _text(article, ".//PubDate/MedlineDate")[:4],
            "published_online": _day(article.find(".//ArticleDate[@DateType='Electronic']")),
            "volume": _text(article, ".//JournalIssue/Volume"),
            "issue": _text(article, ".//JournalIssue/Issue"),
            "pages": pages,
            "language": language(_text(article, ".//Language")),
            "doi": ids.get("doi") or _text(article, ".//ELocationID[@EIdType='doi']"),
            "pmid": _text(article, "./MedlineCitation/PMID"),
            "pmcid": ids.get("pmc", ""),
        },
        abstract=" ".join(" ".join(node.itertext()) for node in article.findall(".//Abstract/AbstractText")),
        kinds=["".join(node.itertext()) for node in article.findall(".//PublicationType")],
        linked=" ".join(node.text or "" for node in article.findall(".//AccessionNumber")),
    )


def read_page(text: str) -> Source:
    """Return the publication on a PubMed page saved as text, with the similar and citing articles that it lists.

    Raises BadSource if the text names no PMID or holds no citation with a year.
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    starts = {line.casefold().rstrip(":"): n for n, line in reversed(list(enumerate(lines)))}
    end = min((starts[name] for name in _SECTIONS if name in starts), default=len(lines))
    head = lines[:end]
    pmid = _PMID.search("\n".join(head)) or _PMID.search(text)
    cited = next((n for n, line in enumerate(head) if _CITATION.search(line)), None)
    if pmid is None or cited is None:
        message = "This text is no PubMed page: it lacks a PMID, or a citation such as 2020 Feb;82(2):317-325."
        raise BadSource(message)
    citation = _CITATION.search(head[cited])
    assert citation is not None  # noqa: S101 -- it was found in this line
    rest = [
        n for n in range(cited + 1, end) if head[n] and not head[n].lower().startswith(("doi:", "epub", "online ahead"))
    ]
    title = head[rest[0]] if rest else ""
    names = head[rest[1]] if len(rest) > 1 else ""
    whole = "\n".join(head)
    doi, pmc, online = DOI.search(whole), _PMCID.search(whole), _ONLINE.search(whole)
    source = publication(
        {
            "title": title,
            "authors": [_named(name) for name in re.split(r",(?!\s*\d)", names) if _MARKS.sub("", name).strip()],
            "journal": _journal(head, cited, citation.start()),
            "year": citation[1],
            "published_online": f"{online[1]}-{_MONTHS[online[2]]:02}-{int(online[3]):02}"
            if online and online[2] in _MONTHS
            else "",
            "volume": citation[2],
            "issue": citation[3] or "",
            "pages": citation[4] or "",
            "doi": doi.group() if doi else "",
            "pmid": pmid[1],
            "pmcid": pmc[1] if pmc else "",
        },
        abstract=_abstract(head, starts.get("abstract"), rest),
        kinds=[line for line in head[:cited] if line.casefold() in _KINDS],
    )
    source.remarks.append("The page shows names of authors and journal in its own form: compare both.")
    source.similar = _listed(lines, starts, "similar articles")
    source.cited_by = _listed(lines, starts, "cited by")
    return source


def _listed(lines: list[str], starts: dict[str, int], section: str) -> list[str]:
    """Return the PMIDs that stand below a heading and above the next one."""
    if section not in starts:
        return []
    end = min((n for name, n in starts.items() if name in _SECTIONS and n > starts[section]), default=len(lines))
    return list(dict.fromkeys(_PMID.findall("\n".join(lines[starts[section] : end]))))


def _abstract(head: list[str], heading: int | None, rest: list[int]) -> str:
    if heading is not None and heading < len(head):
        body = head[heading + 1 :]
    else:
        body = [head[n] for n in rest[2:] if not head[n].startswith(("Author information", "(", "DOI:", "PMID:"))]
    stop = next(
        (n for n, line in enumerate(body) if line.casefold().startswith(("keywords:", "copyright", "pmid:"))), None
    )
    return " ".join(body[:stop])


def _journal(head: list[str], cited: int, start: int) -> str:
    """Return the journal: before the year on its own line, or on the line above."""
    before = re.sub(r"^\d+\.\s", "", head[cited][:start]).strip(" .")
    above = [line for line in head[:cited] if line and line.casefold() not in _KINDS]
    return before or (above[-1] if above else "")


def _named(name: str) -> str:
    """Return a name from a page as records write it; a particle in lower case belongs to the family name."""
    words = _MARKS.sub("", name.strip()).strip(" .").split()
    if len(words) > 1 and words[-1].isupper() and len(words[-1]) <= 3:  # noqa: PLR2004 -- initials
        return " ".join(words)
    first = next((n for n, word in enumerate(words[:-1]) if n and word.islower()), len(words) - 1)
    return short_name(" ".join(words[first:]), " ".join(words[:first]))


def _author(node: Element) -> str:
    group = _text(node, "CollectiveName")
    return group or f"{_text(node, 'LastName')} {_text(node, 'Initials')}".strip()


def _day(node: Element | None) -> str:
    parts = [_text(node, name) for name in ("Year", "Month", "Day")] if node is not None else []
    return "-".join(part.zfill(2) for part in parts) if all(parts) else ""


def _text(node: Element, path: str) -> str:
    found = node.find(path)
    return "".join(found.itertext()).strip() if found is not None else ""
