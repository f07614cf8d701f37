"""What stands above and below every figure: the question, what is counted, the sources, and the caution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import calcigraph
from calcigraph.figures.drawing import Drawing
from calcigraph.figures.page import RULE, SOFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph.figures.data import Data
    from calcigraph.figures.page import Page

DASH = "\N{EN DASH}"
CAUTION = "Research tool, not medical advice. Reported response is not efficacy."


def begin(page: Page, title: str, below: Sequence[str]) -> float:
    """Write the question and the paragraphs below it at the head of the page, and return where they end."""
    width = page.right - page.margin
    y = page.lines((page.margin, page.margin), page.wrap(title, width, page.head, bold=True), size=page.head, bold=True)
    for words in below:
        y = page.lines((page.margin, y + 0.8), page.wrap(words, width), color=SOFT)
    return y + 2.0


def finish(
    page: Page, y: float, *, data: Data, title: str, notes: Sequence[str], short: str, long: Sequence[str]
) -> Drawing:
    """Write the notes, the state of the evidence and the caution at the foot, and return the figure."""
    day, records = data.stamp
    width = page.right - page.margin
    y += 1.5
    page.line((page.margin, y), (page.right, y), color=RULE, weight=0.4)
    y += 0.8
    which = "evidence as known at the end of" if data.as_of else "evidence of"
    drafts = ", those with the status draft taken in" if data.with_drafts else ""
    state = f"Calcigraph {calcigraph.__version__}, {which} {day}: {records} records{drafts}. {CAUTION}"
    for words in (*notes, state):
        y = page.lines((page.margin, y), page.wrap(words, width, page.small), size=page.small, color=SOFT) + 0.6
    height = y + page.margin - 0.6
    page.end(height)
    text = "\n".join([*long, "", *notes, state, ""])
    return Drawing(title=title, short=short, long=text, height=height, figure=page.figure)


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a list in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def count(number: int, one: str, several: str | None = None) -> str:
    """Return a number with its noun.

    >>> count(1, "study", "studies"), count(2, "study", "studies")
    ('1 study', '2 studies')
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def ending(words: str) -> str:
    """Return words with a full stop, unless something ends them already.

    >>> ending("a case"), ending("a title that goes on…")
    ('a case.', 'a title that goes on…')
    """
    return words if words.endswith((".", "…", "?", "!")) else words + "."
