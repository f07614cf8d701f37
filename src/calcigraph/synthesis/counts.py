"""Fetch what findings count, in one query, as values."""

from __future__ import annotations

import json
from sys import intern
from typing import TYPE_CHECKING, Any

from calcigraph.questions.answers import value_of
from calcigraph.synthesis.values import Counted, Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calcigraph.questions.ask import Endpoint


class _Said:
    """What the rows say of one finding: by key, the terms in order."""

    def __init__(self) -> None:
        self.terms: dict[str, dict[Any, str]] = {}

    def add(self, row: Mapping[str, Any]) -> None:
        """Take up one row; the same IRIs recur in thousands of rows, and are kept once."""
        value = row["value"]
        self.terms.setdefault(row["key"], {})[intern(value) if isinstance(value, str) else value] = row.get("label", "")

    def all(self, key: str) -> tuple[Term, ...]:
        """Return the terms of a key, by label."""
        named = sorted(self.terms.get(key, {}).items(), key=lambda one: (one[1], one[0]))
        return tuple(Term(iri=iri, label=label) for iri, label in named)

    def iris(self, key: str) -> frozenset[str]:
        """Return the IRIs of a key."""
        return frozenset(self.terms.get(key, ()))

    def value(self, key: str, default: Any = None) -> Any:
        """Return the one value of a key; of several that contradict each other the first in order."""
        return min(self.terms[key]) if key in self.terms else default


def counted(endpoint: Endpoint, query: str) -> tuple[Counted, ...]:
    """Return all findings, by address; `query` is the text of queries/synthesis/counts.rq."""
    said: dict[str, _Said] = {}

    def take(found: dict[str, Any]) -> Any:
        """Take up a row as soon as it is parsed, and keep of a term its value alone: there may be a million of them."""
        if "type" in found and "value" in found:
            return value_of(found)
        if "finding" in found:
            said.setdefault(found["finding"], _Said()).add(found)
            return None
        return found

    json.loads(endpoint.select(query), object_hook=take)
    return tuple(_values(said))


def _values(said: Mapping[str, _Said]) -> Iterator[Counted]:
    for finding in sorted(said):
        one = said[finding]
        record = one.all("record")[0]
        design = one.all("design")
        comparators = one.all("comparator")
        year = one.value("year")
        yield Counted(
            finding=finding,
            record=record.iri,
            citation=record.label,
            read_as=one.value("read as", ""),
            year=int(year[:4]) if year else None,
            treatment=one.all("treatment")[0],
            classes=one.iris("treatment class"),
            conditions=one.all("condition"),
            touched=one.iris("touched"),
            whole=one.iris("whole"),
            outcomes=one.all("outcome"),
            outcome_classes=one.iris("outcome class"),
            routes=one.all("route"),
            comparators=comparators,
            design=design[0] if design else None,
            controlled=bool(comparators) or "controlled" in one.terms,
            to_treat="to treat" in one.terms,
            retold="retold" in one.terms,
            second_hand="second-hand" in one.terms,
            retracted="retracted" in one.terms,
            corrected="corrected" in one.terms,
            direction=one.all("direction")[0].label if "direction" in one.terms else "",
            patients=one.value("patients"),
            responders=one.value("responders"),
            complete=one.value("complete"),
            enrolled=one.value("enrolled"),
            same_patients=one.value("same patients", finding),
            work=one.value("work", record.iri),
            group=one.value("group", one.value("work", record.iri)),
        )
