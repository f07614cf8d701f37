"""Colours that people who see few of them tell apart, and that stay in order in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.colors import to_hex, to_rgb

from calcigraph.figures.page import INK, PAPER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calcigraph.figures.data import Level

_SEQUENCE = "viridis"
_DARKEST, _LIGHTEST = 0.02, 0.96
_LINEAR_UP_TO = 0.04045
"""Up to where sRGB is linear."""
NONE = "#ffffff"
"""The fill of what has no level."""


def level_colours(levels: Iterable[Level]) -> dict[str, str]:
    """Return a colour for each level by IRI, the best the darkest, at equal steps through one sequence."""
    order = sorted(levels, key=lambda level: level.rank)
    step = (_LIGHTEST - _DARKEST) / max(1, len(order) - 1)
    sequence = mpl.colormaps[_SEQUENCE]
    return {level.iri: to_hex(sequence(_DARKEST + place * step)) for place, level in enumerate(order)}


def ink_on(fill: str) -> str:
    """Return the colour, dark or white, in which letters on a fill are read best."""
    return max((INK, PAPER), key=lambda ink: contrast(ink, fill))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2 defines it.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    linear = (part / 12.92 if part <= _LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
