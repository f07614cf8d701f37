"""Identifiers of publications as people write them: a resolver's address or the kind stands before the bare one."""

from __future__ import annotations

import re
from urllib.parse import unquote

_WRITTEN = re.compile(
    r"^(?:https?://)?(?:(?:dx\.|www\.)?doi\.org/|pubmed\.ncbi\.nlm\.nih\.gov/|www\.ncbi\.nlm\.nih\.gov/(?:pubmed|pmc/articles)/"
    r"|(?:www\.)?pmc\.ncbi\.nlm\.nih\.gov/articles/|(?:www\.|classic\.)?clinicaltrials\.gov/(?:ct2/show|study)/"
    r"|doi:|pmid:?|pmcid:?)\s*",
    re.IGNORECASE,
)


def bare(text: str) -> str:
    """Return the identifier without what is usually written before it; other text only loses the space around it.

    >>> bare("https://doi.org/10.1136%2Fard.62.3.267"), bare("PMID: 12594118"), bare("minocycline")
    ('10.1136/ard.62.3.267', '12594118', 'minocycline')
    """
    text = text.strip()
    written = _WRITTEN.match(text)
    return unquote(text[written.end() :]).rstrip("/") if written else text
