"""Fetch what PubMed, CrossRef and ClinicalTrials.gov say of a PMID, a DOI or a trial number.

Each service is asked no more often than it allows; a refusal that may pass (429, 5xx, a lost connection) is tried
again, and an answer is kept for a week.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from calcigraph.curation.formats import MAX_BYTES
from calcigraph.curation.source import DOI, TRIAL_NUMBER
from calcigraph.errors import FetchFailed
from calcigraph.names.identifiers import bare
from calcigraph.places import appearing_file

if TYPE_CHECKING:
    from pathlib import Path

KEPT_SECONDS = 7 * 24 * 3600
TRIES = 4
TIMEOUT_SECONDS = 30.0
_PMID = re.compile(r"(?:PMID:?\s*)?(\d{5,9})", re.IGNORECASE)
_MAY_PASS = frozenset({429, 500, 502, 503, 504})


class Service(NamedTuple):
    """A service: its name, its address, the variable that puts another address in its place, and its pace.

    The pace is the least time between two questions, in seconds: NCBI allows three a second without a key, CrossRef
    some fifty, ClinicalTrials.gov some fifty a minute.
    """

    name: str
    base: str
    variable: str
    pace: float


PUBMED = Service("PubMed", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils", "CALCIGRAPH_NCBI", 0.34)
CROSSREF = Service("CrossRef", "https://api.crossref.org", "CALCIGRAPH_CROSSREF", 0.1)
TRIALS = Service("ClinicalTrials.gov", "https://clinicaltrials.gov/api/v2", "CALCIGRAPH_TRIALS", 1.2)


def asked_of(text: str) -> tuple[Service, str] | None:
    """Return the service that knows an identifier, and the path to ask it for; None if the text is no identifier.

    >>> asked_of("PMID 31302187")[1]
    '/efetch.fcgi?db=pubmed&retmode=xml&tool=calcigraph&id=31302187'
    >>> asked_of("paper.ris") is None
    True
    """
    text = text.strip()
    if pmid := _PMID.fullmatch(text):
        return PUBMED, f"/efetch.fcgi?db=pubmed&retmode=xml&tool=calcigraph&id={pmid[1]}"
    if TRIAL_NUMBER.fullmatch(text.upper()):
        return TRIALS, f"/studies/{text.upper()}?format=json"
    doi = bare(text)
    if DOI.fullmatch(doi):
        return CROSSREF, f"/works/{quote(doi, safe='')}"
    return None


def fetch(service: Service, path: str, cache: Path) -> bytes:
    """Return the answer of a service, from the cache if it was given in the last week.

    Raises FetchFailed if the service does not know what was asked, does not answer, or answers too much.
    """
    url = os.environ.get(service.variable, service.base).rstrip("/") + path
    kept = cache / "fetched" / hashlib.blake2b(url.encode(), digest_size=16).hexdigest()
    if kept.is_file() and time.time() - kept.stat().st_mtime < KEPT_SECONDS:
        return kept.read_bytes()
    data = _asked(service, url, kept.parent)
    with appearing_file(kept) as fresh:
        fresh.write_bytes(data)
    return data


def _asked(service: Service, url: str, cache: Path) -> bytes:
    import httpx
    import tenacity

    @tenacity.retry(
        retry=tenacity.retry_if_exception(_may_pass),
        stop=tenacity.stop_after_attempt(TRIES),
        wait=_wait,
        reraise=True,
    )
    def ask() -> bytes:
        _keep_pace(service, cache)
        with httpx.stream("GET", url, timeout=TIMEOUT_SECONDS, headers={"User-Agent": "calcigraph"}) as answer:
            answer.raise_for_status()
            data = b""
            for part in answer.iter_bytes():
                data += part
                if len(data) > MAX_BYTES:
                    raise FetchFailed(f"{service.name} answers with more than {MAX_BYTES >> 20} MB: {url}")
        return data

    cache.mkdir(parents=True, exist_ok=True)
    try:
        return ask()
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        known = "does not know it" if code in (400, 404) else f"answers {code}"
        raise FetchFailed(f"{service.name} {known}: {url}") from error
    except httpx.HTTPError as error:
        why = str(error) or type(error).__name__
        raise FetchFailed(f"{service.name} does not answer ({why}): save its page or file, and give that.") from error


def _may_pass(error: BaseException) -> bool:
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in _MAY_PASS
    return isinstance(error, httpx.TransportError)


def _wait(state: object) -> float:
    """Return how long to wait before the next try: what the service asks for, at most half a minute, or ever longer."""
    import tenacity

    assert isinstance(state, tenacity.RetryCallState)  # noqa: S101 -- the library gives nothing else
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(getattr(error, "response", None), "headers", {}).get("retry-after", "")
    return min(float(asked), 30.0) if asked.isdigit() else 0.5 * 2 ** (state.attempt_number - 1)


def _keep_pace(service: Service, cache: Path) -> None:
    """Wait until the service may be asked again, whichever process asked it last, and note that it is asked now."""
    mark = cache / f"{service.name}.last"
    if mark.is_file():
        time.sleep(min(max(0.0, mark.stat().st_mtime + service.pace - time.time()), service.pace))
    mark.touch()
