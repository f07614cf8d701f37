"""Write pools as RDF: each with its studies, the findings that it rests on, and every finding that it leaves out."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyoxigraph as ox

from calcigraph.graph.dataset import PROVENANCE_GRAPH, SYNTHESIS, rule_iri, rule_quads
from calcigraph.names.vocabulary import BASE, LABEL, RDF_TYPE, TERMS
from calcigraph.synthesis.scopes import CONDITION
from calcigraph.synthesis.values import Pool, Reason, Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from calcigraph.synthesis.values import Excluded, Gathered, NoPool, Scope, StudyRow

POOLS_GRAPH = SYNTHESIS + "pools"
METHOD = (
    "Logits of the proportions, with half a patient added to both sides where none or all responded; variance between"
    " studies by Paule and Mandel; 95 % interval by Hartung and Knapp; per study the exact interval of Clopper and"
    " Pearson"
)
REASONS = {reason: f"{TERMS}{reason.name.title().replace('_', '')}Reason" for reason in Reason}
KINDS = {Response.ANY: TERMS + "AnyResponse", Response.COMPLETE: TERMS + "CompleteResponse"}
_RULE = "pools"
_DERIVES = (
    "the proportion of patients who responded in the studies of a treatment in a condition, as reported and each"
    " patient counted once, where at least two studies count"
)
_MAKING = BASE + "synthesis/pools"
_PROV = "http://www.w3.org/ns/prov#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DECIMAL = ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")

Said = tuple[str, str, ox.NamedNode | ox.Literal]
"""Subject and property by IRI, and the value."""


def pool_quads(made: Iterable[Pool | NoPool]) -> Iterator[ox.Quad]:
    """Yield pools as quads of their own graph, and the description of that graph.

    Percentages have one decimal. A finding that several pools leave out for one reason is described once.
    """
    graph = ox.NamedNode(POOLS_GRAPH)
    seen: set[str] = set()
    for one in made:
        for subject, name, value in _synthesis(one, seen):
            yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(name), value, graph)
    yield from rule_quads(_RULE, _DERIVES, POOLS_GRAPH)
    for subject, name, value in (
        (POOLS_GRAPH, _PROV + "wasGeneratedBy", _term(_MAKING)),
        (_MAKING, RDF_TYPE, _term(_PROV + "Activity")),
        (_MAKING, LABEL, ox.Literal("making of the pools")),
    ):
        yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(name), value, ox.NamedNode(PROVENANCE_GRAPH))


def address(scope: Scope) -> str:
    """Return the IRI of what is computed for a scope."""
    treatment, condition = (term.iri.rpartition("#")[2] for term in (scope.treatment, scope.condition))
    return f"{BASE}pool/{scope.response}/{treatment}/{condition}"


def _synthesis(one: Pool | NoPool, seen: set[str]) -> Iterator[Said]:
    node = address(one.scope)
    yield node, RDF_TYPE, _term(TERMS + ("Pool" if isinstance(one, Pool) else "NoPool"))
    yield node, LABEL, ox.Literal(_label(one.scope))
    yield node, _PROV + "wasGeneratedBy", _term(_MAKING)
    for name, iri in (
        ("pooledTreatment", one.scope.treatment.iri),
        ("pooledCondition", one.scope.condition.iri),
        ("pooledOutcome", one.scope.outcome.iri),
        ("responseKind", KINDS[one.scope.response]),
    ):
        yield node, TERMS + name, _term(iri)
    for name, number in (
        ("studiesCounted", len(one.studies)),
        ("patientsCounted", one.patients),
        ("respondersCounted", one.events),
    ):
        yield node, TERMS + name, ox.Literal(number)
    yield node, TERMS + "synthesisMethod", ox.Literal(METHOD)
    yield from _counted(node, one)
    for left in one.excluded:
        yield from _left_out(node, left, one.scope.response, seen)
    if isinstance(one, Pool):
        yield from _summary(node, one)
    else:
        yield node, TERMS + "noPoolBecause", ox.Literal(one.reason)


def _counted(node: str, one: Gathered) -> Iterator[Said]:
    """Yield the studies that count, and the findings on which they rest."""
    without = {left.record: left for left in one.summary.leave_one_out} if isinstance(one, Pool) else {}
    for row in one.studies:
        part = f"{node}#{row.record.removeprefix(BASE)}"
        yield node, TERMS + "studyProportion", _term(part)
        yield from _study(part, row)
        for finding in row.findings:
            yield part, TERMS + "countsFinding", _term(finding.finding)
            yield node, _PROV + "wasDerivedFrom", _term(finding.finding)
        if row.record in without:
            left = without[row.record]
            yield part, TERMS + "percentWithout", _percent(left.estimate)
            yield part, TERMS + "lowWithout", _percent(left.low)
            yield part, TERMS + "highWithout", _percent(left.high)


def _study(part: str, row: StudyRow) -> Iterator[Said]:
    yield part, RDF_TYPE, _term(TERMS + "StudyProportion")
    yield part, LABEL, ox.Literal(f"{row.citation}: {row.events} of {row.patients}")
    yield part, TERMS + "proportionOf", _term(row.record)
    yield part, TERMS + "patientsCounted", ox.Literal(row.patients)
    yield part, TERMS + "respondersCounted", ox.Literal(row.events)
    yield part, TERMS + "percentResponding", _percent(row.estimate)
    yield part, TERMS + "percentLow", _percent(row.low)
    yield part, TERMS + "percentHigh", _percent(row.high)
    if row.weight is not None:
        yield part, TERMS + "weightPercent", _percent(row.weight)


def _left_out(node: str, left: Excluded, response: Response, seen: set[str]) -> Iterator[Said]:
    """Yield that a finding is left out, and why; what was said of it for another pool is not said again."""
    what = "\0".join((left.reason, left.text, left.instead or ""))
    digest = hashlib.blake2b(what.encode(), digest_size=4).hexdigest()
    finding = left.counted.finding.removeprefix(BASE).replace("#", "/")
    part = f"{BASE}left-out/{response}/{finding}/{digest}"
    yield node, TERMS + "findingLeftOut", _term(part)
    if part in seen:
        return
    seen.add(part)
    yield part, RDF_TYPE, _term(TERMS + "FindingLeftOut")
    yield part, LABEL, ox.Literal(f"{left.counted.citation}: {left.reason}")
    yield part, TERMS + "leavesOut", _term(left.counted.finding)
    yield part, TERMS + "exclusionReason", _term(REASONS[left.reason])
    yield part, TERMS + "leftOutBecause", ox.Literal(left.text)
    if left.instead is not None:
        yield part, TERMS + "countedInstead", _term(left.instead)


def _summary(node: str, pool: Pool) -> Iterator[Said]:
    """Yield the estimate of a pool with its intervals, and why it is what it is."""
    found = pool.summary
    for name, proportion in (
        ("percentResponding", found.estimate),
        ("percentLow", found.low),
        ("percentHigh", found.high),
        ("flooredLow", found.floored_low),
        ("flooredHigh", found.floored_high),
        ("predictionLow", found.prediction_low),
        ("predictionHigh", found.prediction_high),
        ("betweenStudiesPercent", found.i2 / 100),
    ):
        yield node, TERMS + name, _percent(proportion)
    for name, number in (("tauSquared", found.tau2), ("cochranQ", found.q), ("cochranP", found.q_p)):
        yield node, TERMS + name, ox.Literal(f"{number:.4f}", datatype=_DECIMAL)
    for note in pool.notes:
        yield node, TERMS + "synthesisNote", ox.Literal(note)
    derivation = node.replace(BASE, BASE + "derivation/", 1)
    yield derivation, RDF_TYPE, _term(TERMS + "Derivation")
    yield derivation, _RDF + "subject", _term(node)
    yield derivation, _RDF + "predicate", _term(TERMS + "percentResponding")
    yield derivation, _RDF + "object", _percent(found.estimate)
    yield derivation, TERMS + "derivedBy", _term(rule_iri(_RULE))
    yield derivation, TERMS + "because", ox.Literal(_because(pool))
    for row in pool.studies:
        for finding in row.findings:
            yield derivation, _PROV + "wasDerivedFrom", _term(finding.finding)


def _because(pool: Pool) -> str:
    found = pool.summary
    studies = "; ".join(f"{row.citation}, {row.events} of {row.patients}" for row in pool.studies)
    left = len(pool.excluded)
    return (
        f"{found.events} of {found.patients} patients responded in {found.studies} studies ({studies}), which a"
        f" random-effects model puts at {100 * found.estimate:.1f} %, 95 % interval {100 * found.low:.1f} to"
        f" {100 * found.high:.1f} %."
        f" {left} {'finding is' if left == 1 else 'findings are'} left out."
    )


def _label(scope: Scope) -> str:
    what = "Response" if scope.response is Response.ANY else "Complete response"
    where = "" if scope.condition.iri == CONDITION else f" in {scope.condition.label}"
    return f"{what} to {scope.treatment.label}{where}"


def _term(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _percent(proportion: float) -> ox.Literal:
    return ox.Literal(f"{100 * proportion:.1f}", datatype=_DECIMAL)
