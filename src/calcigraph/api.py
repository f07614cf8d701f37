"""The Python API: open the evidence, ask it questions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from calcigraph.resources import Resources, resources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from calcigraph.errors import Problem
    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.questions.answers import Answer
    from calcigraph.questions.ask import Endpoint
    from calcigraph.questions.catalog import Question
    from calcigraph.questions.changes import Changes
    from calcigraph.questions.marks import Mark
    from calcigraph.questions.trace import Trace
    from calcigraph.store.local import Build, BuildInfo, Home
    from calcigraph.synthesis import Counted, NoPool, Pool, Switches
    from calcigraph.synthesis.profiles import Facts, Profile


IN_MEMORY = 1_000_000
"""Quads up to which a graph is copied into memory: some 250 MB."""


@dataclass(frozen=True)
class Evidence:
    """The evidence, ready to be asked; make one with `calcigraph.open()` or `calcigraph.connect()`."""

    product: Resources
    endpoint: Endpoint
    load_names: Callable[[], Vocabulary]
    stale: tuple[Problem, ...] = ()
    """What is wrong with the records now, if the last good build answers in their place."""
    info: BuildInfo | None = None
    """What the build holds, and for a view of an earlier day what it lacks; a distant endpoint does not tell."""
    dump: Path | None = None
    """The whole graph as N-Quads, if it is on this machine."""

    @cached_property
    def names(self) -> Vocabulary:
        """The terms and their names."""
        return self.load_names()

    @cached_property
    def questions(self) -> dict[str, Question]:
        """All questions by name."""
        from calcigraph.questions.catalog import catalog

        return catalog(self.product.question_files())

    @cached_property
    def _found(self) -> dict[str, Question]:
        return {}

    def ask(self, question: str, /, **parameters: str | None) -> Answer:
        """Return the answer to a question; a parameter is a name in any form, such as condition="JDM".

        Raises UnknownQuestion, BadParameter, UnknownName or AmbiguousName, each with the nearest names.
        """
        from calcigraph.questions.catalog import find_question

        if question not in self._found:
            self._found[question] = find_question(question, self.product.question_files())
        return self.answer(self._found[question], parameters)

    @cached_property
    def counts(self) -> tuple[Counted, ...]:
        """What every finding counts, fetched in one query: what pools are made of."""
        from calcigraph.synthesis import counted

        return counted(self.endpoint, self.product.counts.read_text(encoding="utf-8"))

    def pool(
        self,
        treatment: str,
        *,
        condition: str | None = None,
        response: str = "any",
        route: str | None = None,
        outcome: str | None = None,
        switches: Switches | None = None,
    ) -> Pool | NoPool:
        """Return the pool of those who responded, or why there is none, with the studies and all that was left out.

        Names are in any form, as in `ask`. A treatment may be a class; a condition includes its subtypes, and without
        one all count. `response` is "any" or "complete"; the outcome is one on the deposits themselves unless another
        is named. Raises UnknownName or AmbiguousName, with the nearest names, and BadParameter for another response.
        """
        from calcigraph.synthesis import pool, scope

        asked = scope(self.names, treatment, condition=condition, response=response, route=route, outcome=outcome)
        return pool(self.counts, asked, switches)

    @cached_property
    def stamp(self) -> tuple[str | None, int]:
        """The day of the last curation, review or search, if there is one, and how many records there are."""
        from calcigraph.questions.answers import rows

        [row] = rows(self.endpoint.select(self.product.stamp.read_text(encoding="utf-8")))
        return row.get("last"), row["records"]

    @cached_property
    def facts(self) -> Facts:
        """What profiles are made of besides counts, fetched in one query per section."""
        from calcigraph.synthesis.profiles import facts

        return facts(self.endpoint, self.product.profile_queries())

    def profile(
        self,
        treatment: str,
        *,
        condition: str | None = None,
        route: str | None = None,
        switches: Switches | None = None,
    ) -> Profile:
        """Return the profile of a treatment or class: what there is on it, weighed, with a plain reading.

        Names are in any form, as in `ask`; a condition includes its subtypes. The switches hold for the studies, and
        those that take single patients in or leave overlaps out for the pools alone. Where there is nothing, the
        profile says so. Raises UnknownName or AmbiguousName, with the nearest names.
        """
        from calcigraph.synthesis import scope
        from calcigraph.synthesis.profiles import profile

        asked = scope(self.names, treatment, condition=condition, route=route)
        made = profile(self.counts, self.facts, self.names, asked, switches)
        return replace(made, as_of=self.info.as_of) if self.info is not None else made

    def profiles(self) -> list[Profile]:
        """Return the profile of every treatment that a finding names, in all conditions."""
        from calcigraph.synthesis.profiles import default_profiles

        return list(default_profiles(self.counts, self.facts, self.names))

    @cached_property
    def marks(self) -> dict[str, list[Mark]]:
        """The marks on sources by record: retracted, doubted, corrected, superseded, or a preprint."""
        from calcigraph.questions.marks import marks

        return marks(self.endpoint, self.product.marked.read_text(encoding="utf-8"))

    def marks_on(self, answer: Answer) -> list[Mark]:
        """Return the marks on the sources that the rows of an answer name or rest on."""
        from calcigraph.questions.marks import on_answer

        return on_answer(answer, self.marks)

    def marks_behind(self, profile: Profile) -> list[Mark]:
        """Return the marks on the sources of a profile, and on those that said something on it and are withdrawn."""
        from calcigraph.questions.marks import on_treatments

        treatment = profile.treatment.iri
        below = {treatment, *self.names.members.get(treatment, ())}
        parts = [one.record for one in profile.findings] + [one.claim for one in profile.claims]
        return on_treatments(parts, below, self.marks)

    def changes_since(self, old: Evidence) -> list[Changes]:
        """Return what is new, what changed and what is gone since another state of the evidence, section by section.

        The sections are records, findings, levels, contradictions, claims, pools and gaps.
        """
        from calcigraph.questions.changes import changes

        return changes(old.endpoint, self.endpoint, self.product.change_queries())

    def why(self, name: str) -> Trace:
        """Return the trace of a record or a part of one, by its whole or short address, down to the papers.

        Raises UnknownName if the graph says nothing of it.
        """
        from calcigraph.questions.trace import address, trace

        return trace(address(name, base=self.product.base), self.endpoint, self.product.trace_files())

    def why_row(self, answer: Answer, row: int) -> list[Trace]:
        """Return the traces of the records and parts on which a row of an answer rests; rows count from 1.

        Raises BadParameter if there is no such row.
        """
        from calcigraph.questions.trace import row_nodes, trace

        nodes = row_nodes(answer, row, base=self.product.base)
        return [trace(node, self.endpoint, self.product.trace_files()) for node in nodes]

    def answer(self, question: Question, parameters: Mapping[str, str | None]) -> Answer:
        """Return the answer to a question that was read before, as `ask` does."""
        from calcigraph.questions.ask import ask

        return ask(question, parameters, self.endpoint, self.names)


def open_evidence(
    *,
    seeds: Path | str | None = None,
    home: Path | str | None = None,
    as_of: str | None = None,
    imports: bool = False,
    with_drafts: bool = False,
    in_memory: int = IN_MEMORY,
    progress: Callable[[str], None] = lambda _: None,
) -> Evidence:
    """Return the evidence in the embedded store, built first if anything changed since the last build.

    `seeds` takes the place of the records that come with Calcigraph; `home` is where builds live. A graph of
    up to `in_memory` quads is copied into memory, where answers come some three times as fast.
    If the records are not sound, the last good build of the same folder answers, and `stale` says why;
    raises InvalidRecords if there is none.

    With `as_of`, a day, month or year such as "2018-07", it is what was known at its end: records that were published
    later are left out, with those that do not say when, and levels, pools, verdicts and gaps are those of the rest;
    `info` counts what is left out. Raises BadDate for what is no date, or for one in the future.
    With `imports`, what was imported into the home is taken in; a view of an earlier day leaves it out.
    Records with the status draft are left out unless `with_drafts` is set; then the last good build never stands in.
    """
    from calcigraph.store.local import Home, default_home

    day = _day(as_of) if as_of is not None else None
    product = resources(seeds=Path(seeds) if seeds is not None else None)
    place = Home(Path(home) if home is not None else default_home())
    made, violations = newest_build(product, place, with_drafts=with_drafts, progress=progress)
    if imports and day is None:
        from calcigraph.build.imports import with_imports

        made = with_imports(product, place, made, progress)
    if day is not None:
        from calcigraph.build.view import view

        made = view(product, place, made, day, progress)
    return _evidence(product, made, in_memory, violations)


def newest_build(
    product: Resources,
    place: Home,
    *,
    with_drafts: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Build, tuple[Problem, ...]]:
    """Return the build of the product, made first if anything changed since the last one, and what is wrong.

    If the records are not sound, it is the last good build of the same folder, with the violations;
    raises InvalidRecords if there is none, or if drafts are asked for, which the last good build leaves out.
    """
    from calcigraph.build.assemble import build
    from calcigraph.errors import InvalidRecords, Severity

    try:
        return build(product, place, with_drafts=with_drafts, progress=progress), ()
    except InvalidRecords as error:
        last = place.current(product.seeds)
        if last is None or with_drafts:
            raise
        return last, tuple(problem for problem in error.problems if problem.severity is Severity.VIOLATION)


def _day(text: str) -> date:
    from datetime import date

    from calcigraph.names.days import asked_day

    return asked_day(text, date.today())  # noqa: DTZ011 -- the day where the user is


def open_unmarked(
    *,
    seeds: Path | str | None = None,
    home: Path | str | None = None,
    in_memory: int = IN_MEMORY,
    progress: Callable[[str], None] = lambda _: None,
) -> Evidence:
    """Return the evidence as it would be if no source were marked; the parameters are those of `open_evidence`."""
    from calcigraph.build.view import as_if_unmarked
    from calcigraph.store.local import Home, default_home

    product = resources(seeds=Path(seeds) if seeds is not None else None)
    place = Home(Path(home) if home is not None else default_home())
    made, _ = newest_build(product, place, progress=progress)
    return _evidence(product, as_if_unmarked(product, place, made, progress), in_memory)


def open_build(start: str, *, home: Path | str | None = None, in_memory: int = IN_MEMORY) -> Evidence:
    """Return the evidence of a build that was made before, by the first characters of its digest.

    Raises UnknownName or AmbiguousName with the builds that there are.
    """
    from calcigraph.store.local import Home, default_home

    return _evidence(resources(), Home(Path(home) if home is not None else default_home()).named(start), in_memory)


def connect(url: str, *, seconds: int = 60) -> Evidence:
    """Return the evidence at a distant SPARQL endpoint whose default graph is the union of its graphs.

    Credentials are those in the environment: CALCIGRAPH_STORE_USER with CALCIGRAPH_STORE_PASSWORD, or
    CALCIGRAPH_STORE_TOKEN. Raises BadAddress for what is no address of an endpoint.
    """
    from calcigraph.names.vocabulary import load_vocabulary
    from calcigraph.store.remote import RemoteEndpoint

    product = resources()
    return Evidence(
        product,
        RemoteEndpoint(url, seconds),
        lambda: load_vocabulary(product.ontology_files(), product.mappings, more=product.namespaces),
    )


def _evidence(product: Resources, made: Build, in_memory: int, stale: tuple[Problem, ...] = ()) -> Evidence:
    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.store.endpoint import LocalEndpoint

    info = made.info
    store = made.load() if info.quads <= in_memory else made.open()
    names = made.names
    return Evidence(product, LocalEndpoint(store), lambda: Vocabulary.from_json(names()), stale, info, made.dump)
