"""Days as records and people write them: a year, a month or a day."""

from __future__ import annotations

import calendar
import re
from datetime import date

from calcigraph.errors import BadDate

_FORM = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def first_and_last(text: str) -> tuple[date, date]:
    """Return the first and the last day of a year, a month or a day in the form of ISO 8601.

    Raises BadDate for anything else.

    >>> first_and_last("2018-02")
    (datetime.date(2018, 2, 1), datetime.date(2018, 2, 28))
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise BadDate(text)
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        if day is not None:
            return (date(year or 0, month or 0, day),) * 2
        if month is not None:
            return date(year or 0, month, 1), date(year or 0, month, calendar.monthrange(year or 0, month)[1])
        return date(year or 0, 1, 1), date(year or 0, 12, 31)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise BadDate(text) from error


def asked_day(text: str, today: date) -> date:
    """Return the last day of what is asked for; raises BadDate if it has not begun by today, or is no date.

    >>> asked_day("2018-07", date(2026, 1, 1))
    datetime.date(2018, 7, 31)
    """
    first, last = first_and_last(text)
    if first > today:
        raise BadDate(text, why="is in the future, and what will be known then is not known. Write an earlier day")
    return last
