"""Strength decides the predicate: the rules of `ontology/exchange/predicates.tsv`, read and applied.

The first line that fits a finding, claim or trial gives the predicate. A line fits if each of its cells is empty or
holds. `design` names classes of which one design of the record must be, all of them at once where `+` stands between.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calcigraph.names.vocabulary import TERMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcigraph.exchange.parts import Part
    from calcigraph.exchange.source import Source

TABLE = "predicates.tsv"
NONE = "-"
"""What stands in place of a predicate where there is none."""
_SAYS = {
    "finding": ("direction", "EffectDirection"),
    "claim": ("stance", "Stance"),
    "trial": ("trialStatus", "TrialStatus"),
}
_ABOUT = {"finding": ("purpose", "Purpose"), "claim": ("kind", "ClaimKind")}


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table: what must hold, and the predicate that follows; empty sets ask for nothing."""

    part: str
    treatment: frozenset[str]
    designs: tuple[frozenset[str], ...]
    says: frozenset[str]
    about: frozenset[str]
    outcome: frozenset[str]
    compared: bool
    predicate: str
    knowledge_level: str
    reason: str

    def fits(self, part: Part, record: Part, treatment: str) -> bool:
        """Whether all that the line asks for holds of a part, its record and one of its treatments."""
        return (
            self.part in ("", part.kind)
            and (not self.treatment or treatment in self.treatment)
            and (not self.designs or any(self._is_design(value.text) for value in record.peek("design")))
            and _named(part, _SAYS.get(part.kind), self.says)
            and _named(part, _ABOUT.get(part.kind), self.about)
            and _named(part, ("outcome", ""), self.outcome)
            and (not self.compared or bool(part.peek("comparator")))
        )

    def _is_design(self, design: str) -> bool:
        return all(design in wanted for wanted in self.designs)


def _named(part: Part, place: tuple[str, str] | None, wanted: frozenset[str]) -> bool:
    if not wanted:
        return True
    return place is not None and any(value.text in wanted for value in part.peek(place[0]))


def load_rules(source: Source) -> list[Rule]:
    """Return the lines of the table, in order; raises UnknownName for a name that the ontology does not have."""
    with source.table(TABLE).open(encoding="utf-8", newline="") as file:
        return [_rule(row, source) for row in csv.DictReader(file, delimiter="\t")]


def _rule(row: dict[str, str], source: Source) -> Rule:
    def terms(label: str, root: str) -> frozenset[str]:
        if not label:
            return frozenset()
        return source.members(source.evidence.names.find(label, root=TERMS + root))

    part = row["part"]
    return Rule(
        part=part,
        treatment=terms(row["treatment"], "Treatment"),
        designs=tuple(terms(label.strip(), "StudyDesign") for label in row["design"].split("+") if label.strip()),
        says=terms(row["says"], _SAYS[part][1]) if row["says"] else frozenset(),
        about=terms(row["about"], _ABOUT[part][1]) if row["about"] else frozenset(),
        outcome=terms(row["outcome"], "Outcome"),
        compared=row["compared"] == "yes",
        predicate=row["predicate"],
        knowledge_level=row["knowledge_level"],
        reason=row["reason"],
    )


def decide(part: Part, record: Part, treatment: str, rules: Sequence[Rule]) -> Rule:
    """Return the first rule that fits; the last line for each kind of part asks for nothing, so there is always one."""
    return next(rule for rule in rules if rule.fits(part, record, treatment))
