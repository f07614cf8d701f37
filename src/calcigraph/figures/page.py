"""The page on which figures are drawn: in millimetres from the upper left corner, with texts whose width is known."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matplotlib.axes import Axes

Point = tuple[float, float]
Side = Literal["left", "center", "right"]

INK = "#1a1a1a"
SOFT = "#555555"
RULE = "#9a9a9a"
FAINT = "#e9e9e9"
PAPER = "#ffffff"
MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72
ONE_COLUMN = 88.0
TWO_COLUMNS = 180.0
_NARROW = 120.0
_FAMILY = "DejaVu Sans"
_LEADING = 1.22


class Page:
    """A white page of a given width; its height is set when all is drawn.

    Sizes of letters are points: `head`, `body` and `small`, which are smaller on a narrow page, and never below 5.5.
    """

    def __init__(self, width: float) -> None:
        narrow = width < _NARROW
        self.width = width
        self.margin = 2.0 if narrow else 3.0
        self.head, self.body, self.small = (7.6, 6.2, 5.5) if narrow else (9.2, 7.0, 6.0)
        self.figure = Figure(facecolor=PAPER)
        self._drawn = 0
        self._axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, width)

    @property
    def right(self) -> float:
        """Where the right margin begins."""
        return self.width - self.margin

    def end(self, height: float) -> None:
        """Cut the page off at its height."""
        self._axes.set_ylim(height, 0)
        self.figure.set_size_inches(self.width / MM_PER_INCH, height / MM_PER_INCH)

    def text(
        self,
        at: Point,
        words: str,
        *,
        size: float | None = None,
        side: Side = "left",
        bold: bool = False,
        color: str = INK,
        turn: float = 0,
        name: str | None = None,
    ) -> None:
        """Write one line, whose middle is at the height of the point; `name` makes it an element that can be found."""
        drawn = Text(
            *at,
            words,
            fontproperties=_font(size or self.body, bold=bold),
            color=color,
            ha=side,
            va="center_baseline",
            rotation=turn,
            rotation_mode="anchor",
            parse_math=False,
        )
        self._add(drawn, name)

    def lines(
        self, at: Point, lines: Sequence[str], *, size: float | None = None, bold: bool = False, color: str = INK
    ) -> float:
        """Write lines below each other, from the upper left corner on, and return where they end."""
        x, y = at
        step = self.leading(size)
        for number, line in enumerate(lines):
            self.text((x, y + (number + 0.5) * step), line, size=size, bold=bold, color=color)
        return y + len(lines) * step

    def leading(self, size: float | None = None) -> float:
        """Return the distance of two lines in millimetres."""
        return (size or self.body) * _LEADING * MM_PER_POINT

    def extent(self, words: str, size: float | None = None, *, bold: bool = False) -> float:
        """Return how wide one line is, in millimetres."""
        return _extent(words, size or self.body, bold=bold)

    def widest(self, texts: Iterable[str], size: float | None = None, *, bold: bool = False) -> float:
        """Return how wide the widest of some lines is, in millimetres."""
        return max((self.extent(words, size, bold=bold) for words in texts), default=0.0)

    def wrap(self, words: str, width: float, size: float | None = None, *, bold: bool = False) -> list[str]:
        """Return the lines into which words are broken so that none is wider; a single long word is broken too."""
        lines = [""]
        for word in self._pieces(words, width, size or self.body, bold=bold):
            longer = f"{lines[-1]} {word}".strip()
            if self.extent(longer, size, bold=bold) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines if lines[0] else lines[1:]

    def _pieces(self, words: str, width: float, size: float, *, bold: bool) -> Iterator[str]:
        for word in words.split(" "):
            rest = word
            while self.extent(rest, size, bold=bold) > width and len(rest) > 1:
                fits = next(
                    n for n in range(len(rest) - 1, 0, -1) if n == 1 or self.extent(rest[:n], size, bold=bold) <= width
                )
                yield rest[:fits]
                rest = rest[fits:]
            yield rest

    def line(
        self,
        start: Point,
        end: Point,
        *,
        color: str = INK,
        weight: float = 0.6,
        dashes: tuple[float, ...] | None = None,
        behind: bool = False,
        name: str | None = None,
    ) -> None:
        """Draw a straight line, behind all else or on top; `weight` is in points, `dashes` in multiples of it."""
        drawn = Line2D((start[0], end[0]), (start[1], end[1]), color=color, linewidth=weight)
        if dashes is not None:
            drawn.set_linestyle((0, dashes))
        drawn.set_solid_capstyle("butt")
        self._add(drawn, name, behind=behind)

    def curve(
        self,
        points: tuple[Point, Point, Point, Point],
        *,
        color: str = INK,
        weight: float = 0.6,
        dashes: tuple[float, ...] | None = None,
        name: str | None = None,
    ) -> None:
        """Draw a Bézier curve from the first to the last of four points."""
        outline = Outline(points, [Outline.MOVETO, Outline.CURVE4, Outline.CURVE4, Outline.CURVE4])
        patch = PathPatch(outline, facecolor="none", edgecolor=color, linewidth=weight)
        if dashes is not None:
            patch.set_linestyle((0, dashes))
        self._add(patch, name)

    def disc(
        self,
        at: Point,
        radius: float,
        *,
        fill: str = PAPER,
        edge: str = INK,
        weight: float = 0.5,
        name: str | None = None,
    ) -> None:
        """Draw a disc."""
        self._add(Circle(at, radius, facecolor=fill, edgecolor=edge, linewidth=weight), name)

    def box(
        self,
        corner: Point,
        width: float,
        height: float,
        *,
        fill: str = PAPER,
        edge: str = "none",
        weight: float = 0.5,
        name: str | None = None,
    ) -> None:
        """Draw a rectangle from its upper left corner."""
        self._add(Rectangle(corner, width, height, facecolor=fill, edgecolor=edge, linewidth=weight), name)

    def shape(
        self, points: Sequence[Point], *, fill: str = INK, edge: str = INK, weight: float = 0.5, name: str | None = None
    ) -> None:
        """Draw a closed shape through points."""
        self._add(Polygon(points, closed=True, facecolor=fill, edgecolor=edge, linewidth=weight), name)

    def _add(self, drawn: Patch | Line2D | Text, name: str | None = None, *, behind: bool = False) -> None:
        """Put something on top of all that was drawn before, or behind it."""
        self._drawn += 1
        drawn.set_zorder(-self._drawn if behind else self._drawn)
        if name is not None:
            drawn.set_gid(name)
        drawn.set_clip_on(False)
        self._axes.add_artist(drawn)


def circle_radius(value: float, largest: float, radius: float) -> float:
    """Return the radius of a disc whose area is to the largest one's as the values are.

    >>> circle_radius(25, 100, 2.0)
    1.0
    """
    return float(radius * (value / largest) ** 0.5)


@cache
def _font(size: float, *, bold: bool) -> FontProperties:
    return FontProperties(family=_FAMILY, size=size, weight="bold" if bold else "normal")


@cache
def _extent(words: str, size: float, *, bold: bool) -> float:
    width: float = text_to_path.get_text_width_height_descent(words, _font(size, bold=bold), ismath=False)[0]
    return width * MM_PER_POINT
