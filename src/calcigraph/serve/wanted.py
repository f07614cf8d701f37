"""What there are pages of: how each is made and under which key it is kept, and which of them everybody comes to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from calcigraph.figures.terms import CONDITION, TREATMENT
from calcigraph.serve.pages.home import home
from calcigraph.serve.pages.kept import Page
from calcigraph.serve.pages.lists import tree_page
from calcigraph.serve.pages.publications import publications_page
from calcigraph.serve.pages.question import question_page, questions_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from calcigraph.questions.catalog import Question


def front(base: str) -> Page:
    """Return the home page."""
    return Page(("home",), partial(home, base=base))


def treatments(base: str) -> Page:
    """Return the list of treatments."""
    return Page(("tree", TREATMENT), partial(tree_page, base=base, root=TREATMENT))


def conditions(base: str) -> Page:
    """Return the list of conditions."""
    return Page(("tree", CONDITION), partial(tree_page, base=base, root=CONDITION))


def publications(base: str, given: Mapping[str, str]) -> Page:
    """Return the list of the records that are asked for."""
    key = ("publications", *map("=".join, given.items()))
    return Page(key, partial(publications_page, base=base, given=given))


def listing(base: str, questions: Collection[Question]) -> Page:
    """Return the list of questions."""
    return Page(("questions",), lambda _: questions_page(base, questions))


def question(base: str, asked: Question, given: Mapping[str, str]) -> Page:
    """Return the page of a question with what is given."""
    key = ("question", asked.name, *map("=".join, given.items()))
    return Page(key, partial(question_page, base=base, question=asked, given=given))


def everybodys(base: str, questions: Collection[Question]) -> Iterator[Page]:
    """Yield the pages that need no parameter and that a visit begins with, those with most visits first."""
    yield front(base)
    yield listing(base, questions)
    yield treatments(base)
    yield conditions(base)
    yield publications(base, {})
    for one in questions:
        yield question(base, one, {})
