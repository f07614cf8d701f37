"""The key below a figure: signs with what they mean, one after the other, in as many lines as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.figures.colours import NONE
from calcigraph.figures.page import MM_PER_POINT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calcigraph.figures.data import Level
    from calcigraph.figures.page import Page, Point

_AFTER_SIGN, _AFTER_WORDS = 0.9, 3.4


class Entry(NamedTuple):
    """A sign, drawn by a function around a point, how wide it is in millimetres, and what it means."""

    draw: Callable[[Point], None]
    width: float
    words: str


def key(page: Page, y: float, title: str, entries: Iterable[Entry]) -> float:
    """Draw a key from the left margin on, and return where it ends."""
    x = page.margin
    step = max(page.leading(page.small) + 0.9, 3.6)
    y += step / 2
    if title:
        page.text((x, y), title, size=page.small, bold=True)
        x += page.extent(title, page.small, bold=True) + _AFTER_WORDS * 0.7
    for entry in entries:
        extent = entry.width + _AFTER_SIGN + page.extent(entry.words, page.small)
        if x > page.margin and x + extent > page.right:
            x, y = page.margin, y + step
        entry.draw((x + entry.width / 2, y))
        page.text((x + entry.width + _AFTER_SIGN, y), entry.words, size=page.small)
        x += extent + _AFTER_WORDS
    return y + step / 2


def level_entries(page: Page, levels: Iterable[Level], colours: dict[str, str], *, without: bool) -> list[Entry]:
    """Return the entries for levels; `without` adds that of designs that earn none."""
    radius = page.small * MM_PER_POINT * 0.4

    def disc(fill: str) -> Callable[[Point], None]:
        return lambda at: page.disc(at, radius, fill=fill)

    entries = [Entry(disc(colours[level.iri]), 2 * radius, level.notation) for level in levels]
    return entries + ([Entry(disc(NONE), 2 * radius, "none by this scale")] if without else [])


def size_entries(page: Page, sizes: Iterable[tuple[int, float]]) -> list[Entry]:
    """Return the entries for numbers of patients, each with the radius of its disc in millimetres."""

    def disc(radius: float) -> Callable[[Point], None]:
        return lambda at: page.disc(at, radius, fill="#d0d0d0")

    return [Entry(disc(radius), 2 * radius, str(number)) for number, radius in sizes]


def shown_sizes(least: int, most: int) -> list[int]:
    """Return up to three numbers of patients for a key, easily read, from the least to the most.

    >>> shown_sizes(4, 88), shown_sizes(0, 1)
    ([5, 20, 50], [1])
    """
    fit = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]
    fit = [number for number in fit if least <= number <= most] or [most]
    return sorted({fit[0], fit[len(fit) // 2], fit[-1]})
