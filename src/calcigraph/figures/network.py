"""The network: who claims what of a treatment, who found what, and which publication rests on which."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from calcigraph.errors import NothingToDraw
from calcigraph.figures import map_words
from calcigraph.figures.data import Data
from calcigraph.figures.frame import begin, count, finish, listed
from calcigraph.figures.key import Entry, key
from calcigraph.figures.links import MUTUAL, Network, Node, network_of_links, network_on
from calcigraph.figures.page import INK, RULE, SOFT, TWO_COLUMNS, Page
from calcigraph.figures.terms import CONDITION, TREATMENT, found
from calcigraph.names.vocabulary import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from calcigraph.api import Evidence
    from calcigraph.figures.drawing import Drawing
    from calcigraph.figures.links import Link
    from calcigraph.figures.page import Point

Style = tuple[str, float, tuple[float, ...] | None]
_PLAIN: Style = (INK, 0.7, None)
_STYLES: Mapping[str, Style] = {
    "cites": ("#1f4e8c", 0.9, None),
    "includes": ("#1f4e8c", 1.4, None),
    "may include": ("#1f4e8c", 0.9, (3.0, 1.8)),
    "results published in": ("#1f4e8c", 0.9, (1.0, 1.2)),
    "same work": ("#a8480f", 1.4, None),
    "shares patients": ("#a8480f", 0.9, None),
    "may share patients": ("#a8480f", 0.9, (3.0, 1.8)),
}
"""How links are drawn, by the word in queries/figures/links.rq: blue for what rests on what, rust for patients."""
_NOTE = (
    "A link is known only where it stood in the part of a source that was read; there are more. A publication without "
    "a link may rest on any of the others."
)
_VERDICTS = (
    "After a stance: the level that is stated, and the verdict of the audit, which is about the text of the claim and "
    "what this graph holds, never about the authors. Findings: their directions and patients."
)
_GAP = 1.0


def network(
    evidence: Evidence, *, treatment: str | None = None, condition: str | None = None, width: float = TWO_COLUMNS
) -> Drawing:
    """Return the network of a treatment or class, or without one that of all publications that are linked.

    Names are in any form, `width` is in millimetres. Raises UnknownName or AmbiguousName, and NothingToDraw where
    nobody claims or found anything.
    """
    data = Data(evidence)
    what, where = found(data, treatment, TREATMENT), found(data, condition, CONDITION)
    of_all = what == TREATMENT and where == CONDITION
    net = network_of_links(data) if of_all else network_on(data, what, where)
    if not net.nodes:
        raise NothingToDraw(map_words.about(data, what, where), data.nearest_with_findings(what, where))
    page = Page(width)
    title = "Which publications rest on which, or share patients?" if of_all else _question(data, what, where)
    told = _told(net, of_all=of_all)
    chart = _Chart(
        page, data, net, heads=("Reviews, cohorts and trials", "Studies") if of_all else ("Claims", "Findings")
    )
    y = chart.key(chart.body(begin(page, title, [told])))
    short = f"Network of {count(len(net.nodes), 'publication')}. {told} {_links_in_words(net)}"
    return finish(
        page,
        y,
        data=data,
        title=title,
        notes=[*([] if of_all else [_VERDICTS]), _NOTE, *data.marked([node.record for node in net.nodes], what)],
        short=short,
        long=list(_in_words(data, net)),
    )


def _question(data: Data, treatment: str, condition: str) -> str:
    where = "" if condition == CONDITION else f" in {data.label(condition)}"
    what = "treatment" if treatment == TREATMENT else data.label(treatment)
    return f"Who claims what of {what}{where}, who found what, and which publication rests on which?"


def _told(net: Network, *, of_all: bool) -> str:
    if of_all:
        return f"{count(len(net.nodes), 'record')} with a link to another; {net.left_out} have none that was read."
    claiming = sum(node.claims > 0 for node in net.nodes)
    finding = sum(node.findings > 0 for node in net.nodes)
    return (
        f"{count(sum(node.claims for node in net.nodes), 'claim')} of {count(claiming, 'publication')}, "
        f"{count(sum(node.findings for node in net.nodes), 'finding')} of {count(finding, 'publication')}."
    )


def _links_in_words(net: Network) -> str:
    times = Counter(link.how for link in net.links)
    kinds = listed([f"{how}: {number}" for how, number in sorted(times.items())])
    return f"{count(len(net.links), 'link')} between them{f' ({kinds})' if kinds else ''}."


def _in_words(data: Data, net: Network) -> Iterator[str]:
    for node in net.nodes:
        on = listed(sorted(data.label(iri) for iri in node.treatments))
        yield f"- {node.name}{f', on {on}' if on else ''}: {node.said}."
    yield _links_in_words(net)
    names = {node.record: node.name for node in net.nodes}
    for link in net.links:
        yield f"- {names[link.record]} - {link.how} - {names[link.other]}"


class _Chart:
    """The network on a page: who only claims on the left, who found something on the right, treatments between."""

    def __init__(self, page: Page, data: Data, net: Network, *, heads: tuple[str, str]) -> None:
        self.page, self.data, self.net, self.heads = page, data, net, heads
        inner = page.right - page.margin
        self.text = inner * 0.36
        self.left = page.margin + self.text
        self.right = page.right - self.text
        self.middle = (self.left + self.right) / 2
        self.order = self._treatments()
        self.at: dict[str, Point] = {}

    def _treatments(self) -> list[str]:
        times = Counter(iri for node in self.net.nodes for iri in node.treatments)
        return sorted(times, key=lambda iri: (-times[iri], self.data.label(iri)))

    def body(self, y: float) -> float:
        """Draw the lists, the treatments between them, and the links."""
        page = self.page
        head = y + page.leading() / 2
        page.text((page.margin, head), self.heads[0], bold=True)
        page.text((self.right, head), self.heads[1], bold=True)
        y += page.leading() + 0.6
        page.line((page.margin, y), (page.right, y), color=RULE, weight=0.5)
        y += 1.0
        sides = [[node for node in self._sorted() if node.found is side] for side in (False, True)]
        heights = [sum(self._height(node) for node in side) for side in sides]
        bottom = y + max(heights)
        for side, height, x in zip(sides, heights, (page.margin, self.right), strict=True):
            spread = (max(heights) - height) / max(1, len(side))
            self._list(side, x, y, spread)
        self._between(y, bottom)
        return bottom + 1.5

    def _sorted(self) -> list[Node]:
        """Return the records by the treatment that most speak of, and then by year: so that fewer lines cross."""
        place = {iri: number for number, iri in enumerate(self.order)}
        return sorted(
            self.net.nodes,
            key=lambda node: (min((place[iri] for iri in node.treatments), default=0), node.year or 9999),
        )

    def _lines(self, node: Node) -> tuple[list[str], list[str]]:
        width = self.text - _GAP - 1.0
        return self.page.wrap(node.name, width, self.page.small), self.page.wrap(node.said, width, self.page.small)

    def _height(self, node: Node) -> float:
        return sum(map(len, self._lines(node))) * self.page.leading(self.page.small) + 0.9

    def _list(self, nodes: list[Node], x: float, y: float, spread: float) -> None:
        """Write records below each other, with a dot towards the middle."""
        page, on_right = self.page, x == self.right
        for node in nodes:
            name, said = self._lines(node)
            height = self._height(node) + spread
            top = y + spread / 2
            left = x + (_GAP + 1.0 if on_right else 0)
            end = page.lines((left, top), name, size=page.small)
            page.lines((left, end), said, size=page.small, color=SOFT)
            edge = self.right if on_right else self.left
            middle = top + page.leading(page.small) / 2
            self.at[node.record] = (edge, middle)
            if not on_right:
                reach = page.margin + page.extent(name[0], page.small) + 0.8
                page.line((reach, middle), (edge - 0.8, middle), color="#d5d5d5", weight=0.4)
            y += height

    def _between(self, top: float, bottom: float) -> None:
        """Draw the treatments and the lines to them, and then the links on top."""
        page = self.page
        where = self._places(top, bottom)
        for node in self.net.nodes:
            for iri in sorted(node.treatments):
                start, end = self.at[node.record], (self.middle, where[iri])
                bend = (start[0] + end[0]) / 2
                page.curve((start, (bend, start[1]), (bend, end[1]), end), color="#b9b9b9", weight=0.45)
        for link in self.net.links:
            self._link(link)
        for record, at in self.at.items():
            page.disc(at, 0.5, fill=INK, name=f"record.{record.removeprefix(BASE).replace('/', '.')}")
        for iri, y in where.items():
            lines = page.wrap(self.data.label(iri), self.right - self.left - 6, page.small, bold=True)
            height, width = len(lines) * page.leading(page.small), page.widest(lines, page.small, bold=True) + 1.2
            page.box((self.middle - width / 2, y - height / 2 - 0.3), width, height + 0.6, edge=RULE, weight=0.4)
            for number, line in enumerate(lines):
                at = self.middle, y - height / 2 + (number + 0.5) * page.leading(page.small)
                page.text(at, line, size=page.small, side="center", bold=True)

    def _places(self, top: float, bottom: float) -> dict[str, float]:
        """Return at which height each treatment stands: near those who speak of it, and apart from each other."""
        wanted = {
            iri: sum(ys) / len(ys)
            for iri in self.order
            for ys in [[self.at[node.record][1] for node in self.net.nodes if iri in node.treatments]]
        }
        step = (bottom - top) / max(1, len(wanted))
        even = {iri: top + (place + 0.5) * step for place, iri in enumerate(sorted(wanted, key=wanted.__getitem__))}
        return even if len(wanted) > 1 else wanted

    def _link(self, link: Link) -> None:
        """Draw a link through the middle, or bent into it where both ends are on one side, with an arrow to its end."""
        page = self.page
        color, weight, dashes = _STYLES.get(link.how, _PLAIN)
        start, end = self.at[link.record], self.at[link.other]
        if start[0] == end[0]:
            inward = 1 if start[0] < self.middle else -1
            bend = start[0] + inward * min(self.middle - self.left, 3 + abs(start[1] - end[1]) / 4)
            points = (start, (bend, start[1]), (bend, end[1]), end)
        else:
            points = (start, (self.middle, start[1]), (self.middle, end[1]), end)
        page.curve(points, color=color, weight=weight, dashes=dashes, name=f"link.{link.how.replace(' ', '-')}")
        if link.how not in MUTUAL:
            self._arrow(points[2], end, color)

    def _arrow(self, before: Point, end: Point, color: str) -> None:
        away = 1 if before[0] > end[0] else -1
        tip = end[0] + away * 0.6
        self.page.shape(
            [(tip, end[1]), (tip + away * 1.3, end[1] - 0.6), (tip + away * 1.3, end[1] + 0.6)], fill=color, edge=color
        )

    def key(self, y: float) -> float:
        """Draw the key: each kind of link with how many there are."""
        times = Counter(link.how for link in self.net.links)
        entries = [Entry(self._sample(how), 6.0, f"{how} ({times[how]})") for how in _STYLES if how in times]
        if self.net.treatments:
            entries.append(Entry(self._stroke("#b9b9b9", 0.45, None), 6.0, "speaks of"))
        return key(self.page, y, "", entries)

    def _sample(self, how: str) -> Callable[[Point], None]:
        stroke = self._stroke(*_STYLES[how])

        def sample(at: Point) -> None:
            stroke(at)
            if how not in MUTUAL:
                self._arrow(at, (at[0] + 3.0, at[1]), _STYLES[how][0])

        return sample

    def _stroke(self, color: str, weight: float, dashes: tuple[float, ...] | None) -> Callable[[Point], None]:
        return lambda at: self.page.line(
            (at[0] - 3, at[1]), (at[0] + 2.2, at[1]), color=color, weight=weight, dashes=dashes
        )
