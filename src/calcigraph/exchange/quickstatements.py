"""Wikidata QuickStatements, version 1: what evidence warrants there, each time with its article, for people to submit.

The object is calcinosis cutis, as in the other exports: what treats calcinosis in systemic sclerosis does not treat
systemic sclerosis. A gate lets little through, because a statement in Wikidata is read without its evidence: only what
the table of predicates says treats, never without benefit, and only where two sources that do not depend on each other
say so of the same condition. Identifiers come from the mappings alone; what has none is held back and counted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.exchange.assertions import assertions
from calcigraph.names.mappings import expand
from calcigraph.names.vocabulary import TERMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from calcigraph.exchange.assertions import Assertion
    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.parts import Part
    from calcigraph.exchange.source import Source

    Reference = tuple[tuple[str, str], ...]

ENOUGH = 2
"""How many independent sources a statement needs."""
_CALCINOSIS = TERMS + "CalcinosisCutis"
_ENTITY = re.compile(r"https?://www\.wikidata\.org/entity/(Q[1-9]\d*)")
_MEDICAL_CONDITION_TREATED = "P2175"
_STATED_IN, _DOI, _PUBMED = "S248", "S356", "S698"
_PLAIN_DOI = re.compile(r'10\.\d{4,9}/[^\s"|]+')
"""A DOI that QuickStatements reads as it stands: a bar would end the value, and so would a quotation mark."""
_COMMENT = "/*"
_TREATS = "treats"
_HELD = "held back: "
_GROUP = "patientGroup"
"""The group, made by a rule, of records that are of one work, or share or may share patients."""
_RETELLS = ("includes", "possiblyIncludes", "cites")
"""What leads from a record to others that it rests on."""


class _Borne(NamedTuple):
    """An assertion that may pass, and the reference of its article."""

    assertion: Assertion
    reference: Reference


def quickstatements(source: Source, losses: Losses) -> Files:
    """Yield the statements as tab-separated lines, one for each reference; `losses` count what the gate held back."""

    def write(file: BinaryIO) -> None:
        lines = sorted(set(_lines(source, losses)))
        losses.add_unread(source)
        losses.carried = len(lines)
        file.writelines(f"{line}\n".encode() for line in lines)

    yield "calcigraph.quickstatements.tsv", write


def _lines(source: Source, losses: Losses) -> Iterator[str]:
    disease = _item(source, _CALCINOSIS)
    for one, reference in _passed(source, losses):
        drug = _item(source, one.treatment)
        if drug is None or disease is None:
            what = "the treatment" if drug is None else source.label(_CALCINOSIS)
            _hold(one, f"no item of Wikidata is mapped to {what}", losses)
            continue
        why = "Wikidata says that a drug treats calcinosis, and has no place for the disease in which it does"
        losses.add(one.part.kind, "condition", why)
        cells = [drug, _MEDICAL_CONDITION_TREATED, disease, *(cell for pair in reference for cell in pair)]
        yield "\t".join(cells)


def _passed(source: Source, losses: Losses) -> Iterator[_Borne]:
    """Yield what may be stated whether or not Wikidata has the terms."""
    borne: dict[tuple[str, str], list[_Borne]] = defaultdict(list)
    benefit = source.below("Benefit")
    for one in assertions(source, losses):
        if one.predicate != _TREATS:
            _hold(one, one.rule.reason, losses)
        elif one.part.kind == "finding" and not any(value.text in benefit for value in one.part.peek("direction")):
            _hold(one, "it found no benefit", losses)
        elif not (reference := _reference(one.record, source)):
            _hold(one, "its article has no item of Wikidata, DOI or PubMed number to refer to", losses)
        else:
            borne[one.treatment, one.condition].append(_Borne(one, reference))
    for alike in borne.values():
        if independent(one.assertion.record for one in alike) >= ENOUGH:
            yield from alike
            continue
        why = f"fewer than {ENOUGH} independent sources say so of this treatment in this condition"
        for alone in alike:
            _hold(alone.assertion, why, losses)


def _hold(one: Assertion, why: str, losses: Losses) -> None:
    losses.add(one.part.kind, "treatment", _HELD + why)


def independent(records: Iterable[Part]) -> int:
    """Return how many sources records come to: those of one work, of shared patients, or resting on each other are one.

    Records that depend on each other through a third one are one source, too.
    """
    import networkx as nx

    by_iri = {record.iri: record for record in records}
    graph = nx.Graph()
    graph.add_nodes_from(by_iri)
    for iri, record in by_iri.items():
        groups = [value.text for value in record.peek(_GROUP)]
        told = [value.text for name in _RETELLS for value in record.peek(name) if value.text in by_iri]
        graph.add_edges_from((iri, other) for other in (*groups, *told))
    sources: int = nx.number_connected_components(graph)
    return sources


def _item(source: Source, iri: str) -> str | None:
    """Return the item of Wikidata that is mapped to a term or a record as exactly the same."""
    for code in source.exact(iri).values():
        if match := _ENTITY.fullmatch(expand(code, source.prefixes)):
            return match[1]
    return None


def _reference(record: Part, source: Source) -> Reference:
    """Return how Wikidata names the article: its item, or else its DOI, in capitals as is usual there, and number."""
    if item := _item(source, record.iri):
        return ((_STATED_IN, item),)
    doi, number = record.text("doi") or "", record.text("hasPubMedId") or ""
    found = []
    if _PLAIN_DOI.fullmatch(doi) and _COMMENT not in doi:
        found.append((_DOI, f'"{doi.upper()}"'))
    if number.isdecimal() and number.isascii():
        found.append((_PUBMED, f'"{number}"'))
    return tuple(found)
