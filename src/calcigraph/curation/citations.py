"""Read one publication from PubMed's nbib, from RIS and from CrossRef JSON."""

from __future__ import annotations

import re
from typing import Any

from calcigraph.curation.source import DOI, Source, language, publication, short_name
from calcigraph.errors import BadSource

_DAY_PARTS = 3
_LID = re.compile(r"^LID\s*-\s*(\S+) \[doi\]", re.MULTILINE)
"""Where PubMed puts the DOI besides AID, from which the library takes it."""


def read_nbib(text: str) -> Source:
    """Return the publication in a PubMed nbib file. Raises BadSource unless there is exactly one."""
    import nbib

    try:
        entries: list[dict[str, Any]] = nbib.read(text.strip() + "\n\n")
    except Exception as error:
        raise BadSource(f"This nbib cannot be read: {error}") from error
    entry = _only(entries, "nbib")
    doi = _LID.search(text)
    pmc = entry.get("pmcid")
    online = entry.get("electronic_publication_date")
    return publication(
        {
            "title": entry.get("title", ""),
            "authors": [
                author.get("author_abbreviated") or short_name(*_parted(author["author"]))
                for author in entry.get("authors", [])
            ],
            "journal": entry.get("journal", ""),
            "year": _year(str(entry.get("publication_date", ""))),
            "published_online": f"{online:%Y-%m-%d}" if online else "",
            "volume": str(entry.get("journal_volume", "")),
            "issue": str(entry.get("journal_issue", "")),
            "pages": str(entry.get("pages", "")),
            "language": language(str(entry.get("language", ""))),
            "doi": entry.get("doi") or (doi[1] if doi else ""),
            "pmid": str(entry.get("pubmed_id", "")),
            "pmcid": f"PMC{pmc}" if pmc else "",
        },
        abstract=entry.get("abstract", ""),
        kinds=list(entry.get("publication_types", [])),
        linked=str(entry.get("secondary_source", "")),
    )


def read_ris(text: str) -> Source:
    """Return the publication in a RIS file. Raises BadSource unless there is exactly one."""
    import rispy

    try:
        entries: list[dict[str, Any]] = rispy.loads(text)
    except Exception as error:
        raise BadSource(f"This RIS cannot be read: {error}") from error
    entry = _only(entries, "RIS")
    names = entry.get("authors") or entry.get("first_authors") or []
    pages = [entry[key] for key in ("start_page", "end_page") if entry.get(key)]
    number = str(entry.get("accession_number", ""))
    doi = DOI.search(str(entry.get("doi", "")))
    return publication(
        {
            "title": entry.get("title") or entry.get("primary_title", ""),
            "authors": [short_name(*_parted(name)) for name in names],
            "journal": entry.get("journal_name") or entry.get("secondary_title", ""),
            "year": _year(str(entry.get("year") or entry.get("publication_year", ""))),
            "volume": str(entry.get("volume", "")),
            "issue": str(entry.get("number", "")),
            "pages": "-".join(pages),
            "language": language(str(entry.get("language", ""))),
            "doi": doi.group() if doi else "",
            "pmid": number if re.fullmatch(r"\d{5,9}", number) else "",
        },
        abstract=entry.get("abstract") or entry.get("notes_abstract", ""),
    )


def read_crossref(data: dict[str, Any]) -> Source:
    """Return the publication in an answer of CrossRef, the envelope `message` included or not."""
    work = data.get("message", data)
    printed = _date(work, "published-print") or _date(work, "issued") or _date(work, "published")
    online = _date(work, "published-online")
    abstract = re.sub(r"<[^>]+>", " ", work.get("abstract", ""))
    titles = work.get("title") or [""]
    source = publication(
        {
            "title": titles[0] if isinstance(titles, list) else titles,
            "authors": [
                short_name(name["family"], name.get("given", "")) if "family" in name else name.get("name", "")
                for name in work.get("author", [])
            ],
            "journal": (work.get("container-title") or [""])[0],
            "year": f"{printed[0]:04}" if printed else "",
            "published_online": "-".join(f"{part:02}" for part in online) if len(online) == _DAY_PARTS else "",
            "volume": work.get("volume", ""),
            "issue": work.get("issue", ""),
            "pages": work.get("page", ""),
            "language": language(work.get("language") or ""),
            "doi": work.get("DOI", "").lower(),
        },
        abstract=abstract,
        kinds=[work.get("type", "")],
        linked=" ".join(
            trial.get("clinical-trial-number", "").upper() for trial in work.get("clinical-trial-number", [])
        ),
    )
    source.remarks = [
        f"CrossRef says {update.get('type', 'updated')}: {update.get('DOI', '')}"
        for update in work.get("updated-by", [])
    ]
    return source


def _parted(name: str) -> tuple[str, str]:
    family, _, given = name.partition(",")
    return family, given


def _date(work: dict[str, Any], key: str) -> list[int]:
    parts: list[list[int | None]] = (work.get(key) or {}).get("date-parts") or [[]]
    return [part for part in parts[0] if part is not None]


def _year(text: str) -> str:
    found = re.search(r"\b(18|19|20)\d\d\b", text)
    return found.group() if found else ""


def _only(entries: list[dict[str, Any]], form: str) -> dict[str, Any]:
    if len(entries) != 1:
        raise BadSource(f"This {form} holds {len(entries)} publications: give one at a time.")
    return entries[0]
