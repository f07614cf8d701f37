"""The Python API: open the evidence, ask it questions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from calcigraph.resources import Resources, resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph.errors import Problem
    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.questions.answers import Answer
    from calcigraph.questions.ask import Endpoint
    from calcigraph.questions.catalog import Question
    from calcigraph.store.local import Build


@dataclass(frozen=True)
class Evidence:
    """The evidence, ready to be asked; make one with `calcigraph.open()` or `calcigraph.connect()`."""

    product: Resources
    endpoint: Endpoint
    load_names: Callable[[], Vocabulary]
    stale: tuple[Problem, ...] = ()
    """What is wrong with the records now, if the last good build answers in their place."""

    @cached_property
    def names(self) -> Vocabulary:
        """The terms and their names."""
        return self.load_names()

    @cached_property
    def questions(self) -> dict[str, Question]:
        """All questions by name."""
        from calcigraph.questions.catalog import catalog

        return catalog(self.product.question_files())

    def ask(self, question: str, /, **parameters: str) -> Answer:
        """Return the answer to a question; a parameter is a name in any form, such as condition="JDM".

        Raises UnknownQuestion, BadParameter, UnknownName or AmbiguousName, each with the nearest names.
        """
        from calcigraph.questions.ask import ask
        from calcigraph.questions.catalog import find_question

        found = find_question(question, self.product.question_files())
        return ask(found, parameters, self.endpoint, self.names)


def open_evidence(
    *,
    seeds: Path | str | None = None,
    home: Path | str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Evidence:
    """Return the evidence in the embedded store, built first if anything changed since the last build.

    `seeds` takes the place of the records that come with Calcigraph; `home` is where builds live.
    If the records are not sound, the last good build of the same folder answers, and `stale` says why;
    raises InvalidRecords if there is none.
    """
    from calcigraph.build.assemble import build
    from calcigraph.errors import InvalidRecords, Severity
    from calcigraph.store.local import Home, default_home

    product = resources(seeds=Path(seeds) if seeds is not None else None)
    place = Home(Path(home) if home is not None else default_home())
    try:
        return _evidence(product, build(product, place, progress=progress))
    except InvalidRecords as error:
        last = place.current(product.seeds)
        if last is None:
            raise
        return _evidence(product, last, tuple(p for p in error.problems if p.severity is Severity.VIOLATION))


def connect(url: str, *, seconds: int = 60) -> Evidence:
    """Return the evidence at a distant SPARQL endpoint whose default graph is the union of its graphs."""
    from calcigraph.names.vocabulary import load_vocabulary
    from calcigraph.store.remote import RemoteEndpoint

    product = resources()
    return Evidence(
        product, RemoteEndpoint(url, seconds), lambda: load_vocabulary(product.ontology_files(), product.mappings)
    )


def _evidence(product: Resources, made: Build, stale: tuple[Problem, ...] = ()) -> Evidence:
    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.store.endpoint import LocalEndpoint

    return Evidence(product, LocalEndpoint(made.open()), lambda: Vocabulary.from_json(made.names()), stale)
