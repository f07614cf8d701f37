"""Repairs of a value that can be made without asking: one spelling is meant, or one form of the same value."""

from __future__ import annotations

import re
from calendar import month_name
from datetime import date
from typing import TYPE_CHECKING

from calcigraph.names.identifiers import bare
from calcigraph.records.context import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

_SLIPS = 2
_LETTERS_PER_SLIP = 5
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\.? ([A-Za-z]{3,9})\.?,? (\d{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")
_WHOLE = re.compile(r"(\d{1,9})\.0+")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PMID = re.compile(r"[1-9]\d{0,7}")
_PMCID = re.compile(r"(?:PMC\s*)?(\d+)", re.IGNORECASE)
_TRUTHS = {"yes": "true", "no": "false"}


def only_near(text: str, names: Iterable[str]) -> str:
    """Return the one name that differs from the text by a slip or two of the pen, or nothing.

    A slip is a letter too many, too few, another one, or two exchanged (optimal string alignment); one is allowed per
    five letters, at most two, and no other name may be within one slip more. Case and white space count for nothing.

    >>> only_near("minocyclin", ["minocycline", "warfarin"])
    'minocycline'
    >>> only_near("worst", ["worse", "worms"])
    ''
    """
    from rapidfuzz.distance import OSA

    folded = " ".join(text.casefold().split())
    allowed = min(_SLIPS, len(folded) // _LETTERS_PER_SLIP)
    within = allowed + 1
    near = sorted((OSA.distance(folded, name.casefold(), score_cutoff=within), name) for name in names)
    if not near or near[0][0] > allowed:
        return ""
    best, name = near[0]
    return "" if len(near) > 1 and near[1][0] <= best + 1 else name


def well_formed(datatype: str, text: str) -> str:
    """Return the same value in the form that the datatype has, or nothing if that is not certain.

    A day whose month could be its day is not certain, so `03/04/2018` stays what it is.

    >>> well_formed(XSD + "date", "23 November 2026"), well_formed(XSD + "date", "03/04/2018")
    ('2026-11-23', '')
    """
    text = " ".join(text.split())
    if datatype == XSD + "boolean":
        folded = text.casefold()
        return folded if folded in ("true", "false") else _TRUTHS.get(folded, "")
    if datatype == XSD + "integer":
        whole = _WHOLE.fullmatch(text)
        return whole[1] if whole else ""
    return _day(text) if datatype == XSD + "date" else ""


def _day(text: str) -> str:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        month, day, year = found.groups()
    else:
        return ""
    if not month.isdigit():
        numbers = [n for n, name in enumerate(month_name) if name.startswith(month.capitalize())]
        if len(numbers) != 1:
            return ""
        month = str(numbers[0])
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def bare_identifier(key: str, text: str) -> str:
    """Return the identifier that the text holds, in the form that the key of a record takes, or nothing.

    >>> bare_identifier("doi", "https://doi.org/10.1136/ARD.62.3.267")
    '10.1136/ard.62.3.267'
    """
    text = bare(text)
    if key == "doi" and _DOI.fullmatch(text):
        return text.casefold()
    if key == "pmid" and _PMID.fullmatch(text):
        return text
    if key == "pmcid" and (found := _PMCID.fullmatch(text)):
        return f"PMC{found[1]}"
    return ""
