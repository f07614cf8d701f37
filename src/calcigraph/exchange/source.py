"""What exports are made from: the records and their parts, the terms, the mappings, and the whole graph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from calcigraph.exchange.parts import RECORDS, Part, gather
from calcigraph.names.mappings import expand, read_mappings
from calcigraph.names.vocabulary import BASE, PREFIX, TERMS
from calcigraph.questions.answers import each_binding, rows
from calcigraph.questions.marks import on_treatments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from calcigraph.api import Evidence
    from calcigraph.exchange.signing import Signer
    from calcigraph.questions.marks import Mark

NOTE = "Reported response is not efficacy. A research tool, not medical advice."
"""What every export says of itself where its format has a place for it."""
_TREATMENT = TERMS + "Treatment"
_CONDITION = TERMS + "Condition"


@dataclass(frozen=True)
class Source:
    """The evidence as exports take it: all of it, or what is on a treatment or class and on a condition.

    A source belongs to one export: its parts remember what was read of them.
    """

    evidence: Evidence
    treatment: str | None = None
    condition: str | None = None
    fetched: dict[str, bytes] = field(default_factory=dict)
    """Results of queries by name, which the sources of a release share: each is asked once."""
    signer: Signer | None = None
    """Who signs what can be signed."""

    @property
    def whole(self) -> bool:
        """Whether all of the evidence is asked for."""
        return self.treatment is None and self.condition is None

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return the rows of a query in `queries/exchange`; what is not bound is left out."""
        return rows(self._results(query))

    def table(self, name: str) -> Path:
        """Return a table in the folder of those that exports go by."""
        return self.evidence.product.exchange / name

    def _results(self, query: str) -> bytes:
        if query not in self.fetched:
            text = self.evidence.product.exchange_queries()[query].read_text(encoding="utf-8")
            self.fetched[query] = self.evidence.endpoint.select(text)
        return self.fetched[query]

    @cached_property
    def stamp(self) -> str:
        """The day to which the evidence stands: year, month and day."""
        return self.evidence.stamp[0] or "1970-01-01"

    @cached_property
    def parts(self) -> dict[str, Part]:
        """The records and parts in scope, by address: those that name what is asked for, and what belongs to them."""
        every = gather(each_binding(self._results("parts")), self.evidence.names.labels)
        if self.whole:
            return every
        named = {iri for iri, part in every.items() if self._names_it(part)}
        records = {self._record(part, every) for iri, part in every.items() if iri in named}
        chosen = {}
        for iri, part in every.items():
            about = part.peek("treatment") if part.kind in ("finding", "claim") else ()
            if self._record(part, every) in records and (not about or iri in named) and self._held(part, every, named):
                chosen[iri] = part
        return chosen

    def _names_it(self, part: Part) -> bool:
        wanted = ((self.treatment, "treatment"), (self.condition, "condition"))
        return any(iri is not None for iri, _ in wanted) and all(
            iri is None or any(value.text in self._asked[iri] for value in part.peek(name)) for iri, name in wanted
        )

    @cached_property
    def _asked(self) -> dict[str, frozenset[str]]:
        return {iri: self.members(iri) for iri in (self.treatment, self.condition) if iri}

    @staticmethod
    def _record(part: Part, every: dict[str, Part]) -> str:
        owner = part
        while owner.kind not in RECORDS and owner.owner in every and owner.owner != owner.iri:
            owner = every[owner.owner]
        return owner.iri

    @staticmethod
    def _held(part: Part, every: dict[str, Part], named: set[str]) -> bool:
        """Whether a part of a finding or claim belongs to one that is asked for."""
        owner = every.get(part.owner)
        return owner is None or owner.kind not in ("finding", "claim") or owner.iri in named

    @cached_property
    def owned(self) -> dict[str, list[Part]]:
        """The parts in scope by the address of what they are part of; records belong to nothing."""
        found: dict[str, list[Part]] = defaultdict(list)
        for part in self.parts.values():
            if part.owner != part.iri:
                found[part.owner].append(part)
        return found

    def of_kind(self, *kinds: str) -> Iterator[Part]:
        """Yield the parts in scope that are of some kinds, in order of address."""
        return (part for part in self.parts.values() if part.kind in kinds)

    def record(self, part: Part) -> Part:
        """Return the record to which a part belongs."""
        return self.parts[self._record(part, self.parts)]

    def below(self, name: str) -> frozenset[str]:
        """Return the addresses of a term of the ontology, by its local name, and of all terms below it."""
        return self.members(TERMS + name)

    def members(self, iri: str) -> frozenset[str]:
        """Return the addresses of a term and of all terms below it."""
        return frozenset(self.evidence.names.members.get(iri, ())) | {iri}

    @cached_property
    def terms(self) -> dict[str, dict[str, str]]:
        """Label and definition of the terms that are used as values, by address."""
        return {row["term"]: row for row in self.rows("terms")}

    @cached_property
    def marks(self) -> list[Mark]:
        """The marks on the sources in scope, and on those withdrawn that said something on the treatment."""
        known = self.evidence.marks
        records = {self._record(part, self.parts): None for part in self.parts.values()} if known else {}
        return on_treatments(records, self._asked[self.treatment] if self.treatment else (), known)

    def label(self, iri: str) -> str:
        """Return the label of a term."""
        return self.evidence.names.labels.get(iri, iri)

    @cached_property
    def _mapped(self) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        prefixes, rows = read_mappings(self.evidence.product.mappings)
        exact: dict[str, dict[str, str]] = {}
        for row in rows:
            if row["predicate_id"] == "skos:exactMatch":
                term = expand(row["subject_id"], prefixes)
                exact.setdefault(term, {}).setdefault(row["object_id"].partition(":")[0], row["object_id"])
        return prefixes, exact

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the vocabularies to which terms are mapped."""
        return self._mapped[0]

    def exact(self, iri: str) -> dict[str, str]:
        """Return the compact identifiers that mean exactly the same as a term or a record, by prefix."""
        return self._mapped[1].get(iri, {})

    def identifier(self, iri: str, *wanted: str) -> str:
        """Return the compact identifier of a term in the first vocabulary that has it exactly, or else our own."""
        known = self.exact(iri)
        return next((known[prefix] for prefix in wanted if prefix in known), compact(iri))


def scoped(evidence: Evidence, *, treatment: str | None = None, condition: str | None = None) -> Source:
    """Return the evidence on a treatment or class and a condition, each named in any form; without them, all of it.

    Raises UnknownName or AmbiguousName, with the nearest names.
    """
    return Source(
        evidence,
        evidence.names.find(treatment, root=_TREATMENT) if treatment else None,
        evidence.names.find(condition, root=_CONDITION) if condition else None,
    )


def compact(iri: str) -> str:
    """Return the compact form of one of our own addresses.

    >>> compact("https://w3id.org/calcigraph/ontology#Minocycline")
    'cg:Minocycline'
    >>> compact("https://w3id.org/calcigraph/study/robertson-2003")
    'calcigraph:study/robertson-2003'
    """
    if iri.startswith(TERMS):
        return PREFIX + iri.removeprefix(TERMS)
    return "calcigraph:" + iri.removeprefix(BASE) if iri.startswith(BASE) else iri
