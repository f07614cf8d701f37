"""Tell the format of an input by what it holds, and read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from calcigraph.curation.citations import read_crossref, read_nbib, read_ris
from calcigraph.curation.pubmed import read_page, read_pubmed_xml
from calcigraph.curation.trials import read_trial
from calcigraph.errors import BadSource

if TYPE_CHECKING:
    from calcigraph.curation.source import Source
    from calcigraph.records.context import RecordContext

MAX_BYTES = 16 << 20
"""The largest input that is read: an entry of a registry with all results takes some megabytes."""


def read_source(data: bytes, context: RecordContext) -> Source:
    """Return what the input states.

    Raises BadSource if it is too large, not UTF-8, in no known format, or holds no or several publications.
    """
    if len(data) > MAX_BYTES:
        raise BadSource(f"The input has more than {MAX_BYTES >> 20} MB: give the data of one publication.")
    try:
        text = data.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError as error:
        raise BadSource(f"The input is not UTF-8 text: byte {error.start} is no part of it.") from error
    if text.startswith("{"):
        return _read_json(text, context)
    if text.startswith("<"):
        return read_pubmed_xml(text)
    lines = text.splitlines()
    if any(line.startswith("PMID-") for line in lines):
        return read_nbib(text)
    if lines and lines[0].startswith("TY  -"):
        return read_ris(text)
    return read_page(text)


def _read_json(text: str, context: RecordContext) -> Source:
    try:
        data: dict[str, Any] = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadSource(f"This JSON cannot be read: {error}") from error
    try:
        if "protocolSection" in data:
            return read_trial(data, context)
        if "DOI" in data or "DOI" in data.get("message", {}):
            return read_crossref(data)
    except (AttributeError, KeyError, TypeError) as error:
        raise BadSource(f"This JSON is not in the form of its format: {error!r}") from error
    message = "This JSON is neither of CrossRef (DOI) nor of ClinicalTrials.gov API v2 (protocolSection)."
    raise BadSource(message)
