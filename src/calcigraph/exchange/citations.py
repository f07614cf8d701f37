"""Citations of the publications: RIS, BibTeX and CSL-JSON, for reference managers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part
    from calcigraph.exchange.source import Source

_PUBLICATIONS = ("study", "review", "cohort")
_INITIALS = re.compile(r"^(?P<family>.+?) (?P<given>[A-Z]{1,4})$")
_TYPES = {
    "BookChapter": ("CHAP", "incollection", "chapter"),
    "ConferenceAbstract": ("CPAPER", "inproceedings", "paper-conference"),
    "GuidelineDocument": ("RPRT", "techreport", "report"),
    "WebPage": ("ELEC", "misc", "webpage"),
}
"""The types of RIS, BibTeX and CSL for each form of publication that is no journal article."""
_ARTICLE = ("JOUR", "article", "article-journal")


@dataclass(frozen=True, slots=True)
class Citation:
    """A publication as it is cited; what the record does not tell is None."""

    key: str
    types: tuple[str, str, str]
    title: str | None
    authors: tuple[tuple[str, str], ...]
    journal: str | None
    year: str | None
    volume: str | None
    issue: str | None
    pages: str | None
    doi: str | None
    pmid: str | None
    pmcid: str | None
    language: str | None
    url: str
    note: str | None


def citations(source: Source, losses: Losses) -> Iterator[Citation]:
    """Yield the publications in scope, in order of address."""
    for record in source.of_kind(*_PUBLICATIONS):
        yield _citation(record, losses)


def _citation(record: Part, losses: Losses) -> Citation:
    form = record.text("publicationForm") or ""
    first, authors = record.text("firstAuthor"), record.texts("authorName")
    if len(authors) > 1:
        why = "the graph knows the first author, and the others only as a set, so they stand in order of name"
        losses.add(record.kind, "authorName", why, len(authors) - 1)
    ordered = [first] if first else []
    ordered += [name for name in authors if not (first and _same(name, first))]
    standing = record.label("standing")
    return Citation(
        key=record.iri.rpartition("/")[2],
        types=_TYPES.get(form.rpartition("#")[2], _ARTICLE),
        title=record.text("title"),
        authors=tuple(map(_name, ordered)),
        journal=record.text("publicationName"),
        year=record.text("hasPublicationYear"),
        volume=record.text("volume"),
        issue=record.text("number"),
        pages=record.text("pageRange"),
        doi=record.text("doi"),
        pmid=record.text("hasPubMedId"),
        pmcid=record.text("hasPubMedCentralId"),
        language=record.text("language"),
        url=record.iri,
        note=f"Standing: {standing}." if standing else None,
    )


def _same(name: str, first: str) -> bool:
    """Whether a name is that of the first author, in the same form or with the given names written out.

    >>> _same("Deniz Gezgin Yildirim", "Yildirim DG")
    True
    """
    *given, family = name.split()
    return first in (name, f"{family} {''.join(part[0] for part in given)}")


def _name(name: str) -> tuple[str, str]:
    """Return family name and initials; a name of another form, such as that of a group, is a family name whole.

    >>> _name("Robertson LP")
    ('Robertson', 'LP')
    >>> _name("Brazilian Society of Rheumatology")
    ('Brazilian Society of Rheumatology', '')
    """
    match = _INITIALS.match(name)
    return (match["family"], match["given"]) if match else (name, "")


def ris(source: Source, losses: Losses) -> Files:
    """Yield the citations as RIS."""

    def write(file: BinaryIO) -> None:
        import rispy

        entries = [_ris(one) for one in citations(source, losses)]
        losses.add_unread(source)
        file.write((rispy.dumps(entries, implementation=_writer()).strip() + "\n").encode())

    yield "calcigraph.ris", write


def _writer() -> Any:
    """Return a RIS writer that does not number the references, which is outside the format."""
    import rispy

    class Unnumbered(rispy.RisWriter):  # type: ignore[misc]
        def set_header(self, count: int) -> str:
            del count
            return ""

    return Unnumbered


def _ris(one: Citation) -> dict[str, Any]:
    start, _, end = (one.pages or "").partition("-")
    entry = {
        "type_of_reference": one.types[0],
        "id": one.key,
        "authors": [", ".join(filter(None, name)) for name in one.authors],
        "title": one.title,
        "secondary_title": one.journal,
        "year": one.year,
        "volume": one.volume,
        "number": one.issue,
        "start_page": start,
        "end_page": end,
        "doi": one.doi,
        "accession_number": one.pmid,
        "language": one.language,
        "urls": [one.url],
        "notes": [f"PMCID: {one.pmcid}"] * bool(one.pmcid) + [one.note] * bool(one.note),
    }
    return {key: value for key, value in entry.items() if value}


def bibtex(source: Source, losses: Losses) -> Files:
    """Yield the citations as BibTeX, in UTF-8."""

    def write(file: BinaryIO) -> None:
        from bibtexparser.entrypoint import write_string
        from bibtexparser.library import Library
        from bibtexparser.model import Block, Entry, Field

        entries: list[Block] = [
            Entry(one.types[1], one.key, [Field(key, value) for key, value in _bibtex(one).items()])
            for one in citations(source, losses)
        ]
        losses.add_unread(source)
        file.write(write_string(Library(entries)).encode())

    yield "calcigraph.bib", write


def _bibtex(one: Citation) -> dict[str, str]:
    place = {"incollection": "booktitle", "inproceedings": "booktitle", "techreport": "institution"}
    names = [_braced(", ".join(map(_plain, filter(None, name))), whole=not name[1]) for name in one.authors]
    fields = {
        "author": " and ".join(names),
        "title": _braced(_plain(one.title or ""), whole=True),
        place.get(one.types[1], "journal"): _plain(one.journal or ""),
        "year": one.year,
        "volume": one.volume,
        "number": one.issue,
        "pages": (one.pages or "").replace("-", "--"),
        "doi": one.doi,
        "pmid": one.pmid,
        "pmcid": one.pmcid,
        "language": one.language,
        "url": one.url,
        "note": _plain(one.note or ""),
    }
    return {key: value for key, value in fields.items() if value and value != "{}"}


def _braced(text: str, *, whole: bool) -> str:
    return f"{{{text}}}" if whole else text


def _plain(text: str) -> str:
    """Return a text with the signs that BibTeX would read as commands written as it wants them.

    >>> _plain("50% & more")
    '50\\\\% \\\\& more'
    """
    return re.sub(r"([&%$#_])", r"\\\1", text.replace("{", "(").replace("}", ")"))


def csl(source: Source, losses: Losses) -> Files:
    """Yield the citations as CSL-JSON."""

    def write(file: BinaryIO) -> None:
        entries = [_csl(one) for one in citations(source, losses)]
        losses.add_unread(source)
        file.write((json.dumps(entries, indent=1, ensure_ascii=False) + "\n").encode())

    yield "calcigraph.csl.json", write


def _csl(one: Citation) -> dict[str, Any]:
    names = [{"family": family, "given": given} if given else {"literal": family} for family, given in one.authors]
    entry = {
        "id": one.key,
        "type": one.types[2],
        "title": one.title,
        "author": names,
        "container-title": one.journal,
        "issued": {"date-parts": [[int(one.year)]]} if one.year else None,
        "volume": one.volume,
        "issue": one.issue,
        "page": one.pages,
        "DOI": one.doi,
        "PMID": one.pmid,
        "PMCID": one.pmcid,
        "language": one.language,
        "URL": one.url,
        "note": one.note,
    }
    return {key: value for key, value in entry.items() if value}
