"""Find the names nearest to one that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CUTOFF = 60.0


def nearest(name: str, names: Iterable[str], *, limit: int) -> list[str]:
    """Return up to `limit` of the names, most alike first, by RapidFuzz's weighted ratio.

    >>> nearest("minocyclin", ["minocycline", "warfarin"], limit=2)
    ['minocycline']
    """
    from rapidfuzz import fuzz, process, utils

    found = process.extract(
        name, list(names), scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=CUTOFF
    )
    return [match for match, _, _ in found]
