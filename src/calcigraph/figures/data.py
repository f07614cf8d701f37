"""What figures are drawn from: rows of the queries in `queries/figures`, and what findings count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from calcigraph.questions.answers import rows
from calcigraph.questions.marks import on_treatments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from calcigraph.api import Evidence
    from calcigraph.synthesis import Counted

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Level:
    """A level of evidence: its IRI, its notation, and its rank, of which 1 is the best."""

    iri: str
    notation: str
    rank: int


@dataclass(frozen=True)
class Data:
    """What figures ask of the evidence; each query is run once."""

    evidence: Evidence

    def rows(self, query: str) -> list[Row]:
        """Return the rows of a query in `queries/figures`; what is not bound is left out."""
        text = self.evidence.product.figure_queries()[query].read_text(encoding="utf-8")
        return rows(self.evidence.endpoint.select(text))

    @cached_property
    def levels(self) -> dict[str, Level]:
        """The levels that designs can earn, by IRI, the best first."""
        rows = self.rows("levels")
        return {row["level"]: Level(row["level"], row["notation"], row["rank"]) for row in rows}

    @cached_property
    def scale(self) -> str:
        """The name of the scale to which the levels belong."""
        return next((str(row["scale"]) for row in self.rows("levels")), "")

    @cached_property
    def _said(self) -> dict[str, dict[str, set[str]]]:
        said: dict[str, dict[str, set[str]]] = {}
        for row in self.rows("findings"):
            one = said.setdefault(row["finding"], {"level": set(), "same": set(), "part": set()})
            for key in one.keys() & row.keys():
                one[key].add(row[key])
        return said

    @cached_property
    def findings(self) -> tuple[Counted, ...]:
        """What the findings of studies count; what reviews and cohort records retell is not among them."""
        return tuple(one for one in self.evidence.counts if one.finding in self._said)

    @cached_property
    def beside(self) -> Mapping[str, frozenset[str]]:
        """For each finding of a study, the findings of which it says that their patients are the same."""
        return {finding: frozenset(said["same"]) for finding, said in self._said.items()}

    @cached_property
    def components(self) -> Mapping[str, frozenset[str]]:
        """For each finding of a study on a combination, the IRIs of what is combined and of all classes above."""
        return {finding: frozenset(said["part"]) for finding, said in self._said.items()}

    def best_level(self, findings: Iterable[Counted]) -> Level | None:
        """Return the best level that the designs of some findings earn."""
        earned = (self.levels[iri] for one in findings for iri in self._said[one.finding]["level"])
        return min(earned, key=lambda level: level.rank, default=None)

    @cached_property
    def axes(self) -> frozenset[str]:
        """The terms that the evidence map lists when none is asked for, by IRI."""
        return frozenset(row["term"] for row in self.rows("axes"))

    @cached_property
    def records(self) -> dict[str, Row]:
        """Each record's kind, citation, year and reading, by IRI."""
        return {row["record"]: row for row in self.rows("records")}

    @cached_property
    def stamp(self) -> tuple[str, int]:
        """The day to which the evidence stands, or of which it is a view, and how many records there are."""
        day, records = self.evidence.stamp
        return self.as_of or day or "an unknown day", records

    @property
    def as_of(self) -> str:
        """The day of which the evidence is a view; empty if it is the evidence of now."""
        return self.evidence.info.as_of if self.evidence.info is not None else ""

    @property
    def with_drafts(self) -> bool:
        """Whether the evidence holds records with the status draft."""
        return self.evidence.info is not None and self.evidence.info.with_drafts

    def marked(self, records: Iterable[str], treatment: str) -> list[str]:
        """Return in sentences the marks on records, and on those withdrawn that said something on a treatment."""
        return [mark.words for mark in on_treatments(records, self.below(treatment), self.evidence.marks)]

    def label(self, iri: str) -> str:
        """Return the label of a term."""
        return self.evidence.names.labels.get(iri, iri)

    def below(self, iri: str) -> frozenset[str]:
        """Return a term and all terms below it."""
        return frozenset(self.evidence.names.members.get(iri, ())) | {iri}

    def nearest_with_findings(self, treatment: str, condition: str) -> list[str]:
        """Return up to three treatments with findings in a condition, those of the narrowest class that one shares."""
        times = Counter(one.treatment for one in self.findings if condition in one.touched)
        members = self.evidence.names.members
        above = sorted((len(below), iri) for iri, below in members.items() if treatment in below)
        for _, shared in above:
            near = [(-number, term.label) for term, number in times.items() if term.iri in members[shared]]
            if near:
                return [label for _, label in sorted(near)[:3]]
        return []
