"""Ask CrossRef, which carries Retraction Watch, which sources have a notice that the table of standings lacks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from calcigraph.curation.fetch import CROSSREF, asked_of, fetch
from calcigraph.errors import AmbiguousName, FetchFailed, UnknownName
from calcigraph.graph.standing import COLUMNS
from calcigraph.names.vocabulary import BASE, TERMS
from calcigraph.questions.answers import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from calcigraph.api import Evidence

_STANDING = TERMS + "SourceStanding"
_OUT_OF_REACH = "does not answer"


class Missing(NamedTuple):
    """What the table lacks: lines for it, what a person must look at, and how many sources were asked for."""

    lines: tuple[str, ...]
    remarks: tuple[str, ...]
    asked: int


def missing(evidence: Evidence, cache: Path, progress: Callable[[str], None] = lambda _: None) -> Missing:
    """Return the marks that CrossRef has on the records' DOIs and the table has not.

    A notice of a kind that no standing is for, and a DOI that CrossRef does not know, are remarks. Raises FetchFailed
    if CrossRef cannot be reached.
    """
    lines: dict[str, None] = {}
    remarks: list[str] = []
    known = rows(evidence.endpoint.select(evidence.product.dois.read_text(encoding="utf-8")))
    for number, row in enumerate(known, start=1):
        progress(f"Asked CrossRef about {number:,} of {len(known):,} sources")
        asked = asked_of(row["doi"])
        if asked is None or asked[0] is not CROSSREF:
            remarks.append(
                f"{row['record'].removeprefix(BASE)}: {row['doi']} is no DOI that CrossRef can be asked for."
            )
            continue
        try:
            work = json.loads(fetch(*asked, cache))
        except FetchFailed as error:
            if _OUT_OF_REACH in str(error):
                raise
            remarks.append(f"{row['record'].removeprefix(BASE)}: {error}")
            continue
        for notice in work.get("message", work).get("updated-by", []):
            line, remark = _line(row["record"], notice, evidence)
            if line:
                lines.setdefault(line)
            if remark:
                remarks.append(remark)
    return Missing(tuple(lines), tuple(remarks), len(known))


def _line(record: str, notice: dict[str, Any], evidence: Evidence) -> tuple[str, str]:
    """Return the line that the table lacks, or what is to be said of the notice in its place."""
    kind, doi = str(notice.get("type", "")), str(notice.get("DOI", "")).lower()
    name = record.removeprefix(BASE)
    try:
        standing = evidence.names.labels[evidence.names.find(kind, root=_STANDING)]
    except (UnknownName, AmbiguousName):
        return "", f"{name}: CrossRef has a notice of the kind {kind!r}, https://doi.org/{doi}. Look at it."
    if any(mark.standing == standing for mark in evidence.marks.get(record, ())):
        return "", ""
    since = "-".join(_date(notice))
    if not since or not doi:
        return (
            "",
            f"{name}: CrossRef has a notice of the kind {kind!r} without {'a date' if doi else 'a DOI'}. Look at it.",
        )
    cells = {"record": name, "standing": standing, "since": since, "notice": f"https://doi.org/{doi}"}
    return "\t".join(cells.get(column, "") for column in COLUMNS), ""


def _date(notice: dict[str, Any]) -> Iterator[str]:
    parts = ((notice.get("updated") or {}).get("date-parts") or [[]])[0]
    for part in parts:
        if not re.fullmatch(r"\d{1,4}", str(part)):
            return
        yield f"{int(part):02}"
