"""The publications behind what a tool answers: each record's address, citation, DOI and pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calcigraph.names.vocabulary import BASE
from calcigraph.questions.answers import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from calcigraph.api import Evidence

_ADDRESS = re.compile(re.escape(BASE) + r"[a-z-]+/[^\s#\"<>]+")
_PAGES = {
    "doi": "https://doi.org/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
    "registry_id": "https://clinicaltrials.gov/study/",
}


def publications(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """Return what is told of each record as a source, by its address."""
    query = evidence.product.site_queries()["records"].read_text(encoding="utf-8")
    return {row["record"]: _source(row) for row in rows(evidence.endpoint.select(query))}


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: row.get(name) for name in ("title", "authors", "year", "doi", "pmid", "registry_id", "read_as")}
    pages = [
        start + str(row[name])
        for name, start in _PAGES.items()
        if row.get(name) and (name != "registry_id" or str(row[name]).startswith("NCT"))
    ]
    known = {name: str(value) for name, value in told.items() if value is not None}
    if "authors" in known:
        known["authors"] = known["authors"].replace("\t", ", ")
    return {"iri": row["record"], "citation": row["label"]} | known | {"pages": pages}


def named_in(text: str, known: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the publications whose records, or parts of them, a text names by their address."""
    return of(_ADDRESS.findall(text), known)


def of(addresses: Iterable[str], known: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the publications of these records and parts of records."""
    records = dict.fromkeys(address.partition("#")[0] for address in addresses)
    return {record: known[record] for record in records if record in known}
