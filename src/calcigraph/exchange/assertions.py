"""Assertions: that a treatment stands to calcinosis in a condition as a finding, a claim or a trial bears out."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.exchange.strength import NONE, decide, load_rules
from calcigraph.names.vocabulary import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part
    from calcigraph.exchange.source import Source
    from calcigraph.exchange.strength import Rule

_DIGITS = 16


class Assertion(NamedTuple):
    """One treatment in one condition: its lasting address, what bears it out, and the rule that gave the predicate."""

    iri: str
    part: Part
    record: Part
    treatment: str
    condition: str
    rule: Rule

    @property
    def predicate(self) -> str:
        """How the treatment stands to calcinosis in the condition, by its name in the Biolink Model."""
        return self.rule.predicate


def assertion_iri(part: str, treatment: str, condition: str) -> str:
    """Return the address of an assertion: it is made of what bears it out and what it is on, and so it lasts.

    >>> assertion_iri("a", "b", "c")
    'https://w3id.org/calcigraph/assertion/0e9f64031fcb2bc7'
    """
    text = f"{part} {treatment} {condition}"
    return f"{BASE}assertion/{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def assertions(source: Source, losses: Losses) -> Iterator[Assertion]:
    """Yield the assertions in scope, in order of what bears them out.

    Retracted and superseded sources bear nothing out, nor does what a rule gives no predicate: both are counted.
    """
    rules = load_rules(source)
    withdrawn = source.below("WithdrawnStanding")
    for part in source.of_kind("finding", "claim", "trial"):
        record = source.record(part)
        if any(value.text in withdrawn for value in record.peek("standing")):
            losses.add(part.kind, "*", "its source was retracted or superseded")
            continue
        for treatment in part.texts("treatment"):
            rule = decide(part, record, treatment, rules)
            if rule.predicate == NONE:
                losses.add(part.kind, "treatment", rule.reason)
                continue
            for condition in part.texts("condition"):
                iri = assertion_iri(part.iri, treatment, condition)
                yield Assertion(iri, part, record, treatment, condition, rule)
