"""What a pool can be about: a scope from names, and all scopes on which there are findings."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from calcigraph.errors import BadParameter
from calcigraph.names.vocabulary import TERMS
from calcigraph.synthesis.values import Response, Scope, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from calcigraph.names.vocabulary import Vocabulary
    from calcigraph.synthesis.values import Counted

DEPOSITS = TERMS + "DepositOutcome"
"""The outcomes on which patients respond unless another is asked for: those that judge the deposits themselves."""
TREATMENT, CONDITION, OUTCOME, ROUTE = (TERMS + name for name in ("Treatment", "Condition", "Outcome", "Route"))


def scope(
    names: Vocabulary,
    treatment: str,
    *,
    condition: str | None = None,
    response: str = Response.ANY,
    route: str | None = None,
    outcome: str | None = None,
) -> Scope:
    """Return the scope that names in any form stand for; without a condition it covers all of them.

    Raises UnknownName or AmbiguousName for a name, and BadParameter for a response that is neither any nor complete.
    """
    if response not in list(Response):
        message = f"A response is {' or '.join(map(repr, map(str, Response)))}, not {response!r}."
        raise BadParameter(message)
    return Scope(
        treatment=_term(names, treatment, TREATMENT),
        condition=_term(names, condition, CONDITION),
        response=Response(response),
        outcome=_term(names, outcome, OUTCOME, otherwise=DEPOSITS),
        route=None if route is None else _term(names, route, ROUTE),
    )


def scopes(findings: Iterable[Counted], labels: Mapping[str, str]) -> Iterator[tuple[Scope, list[Counted]]]:
    """Yield every scope for which a finding counts as a whole, with the findings on it.

    Each treatment and class is taken with each condition above those of the patients. What groups all treatments
    together is no scope. `labels` gives the label of each term.
    """
    whole: set[tuple[str, str]] = set()
    within: dict[tuple[str, str], list[Counted]] = {}
    for one in findings:
        treatments = sorted(one.classes - {TREATMENT})
        whole.update(product(treatments, one.whole))
        for pair in product(treatments, sorted(one.touched)):
            within.setdefault(pair, []).append(one)
    outcome = Term(iri=DEPOSITS, label=labels[DEPOSITS])
    for treatment, condition in sorted(whole):
        for response in Response:
            scope = Scope(
                treatment=Term(iri=treatment, label=labels[treatment]),
                condition=Term(iri=condition, label=labels[condition]),
                response=response,
                outcome=outcome,
            )
            yield scope, within[treatment, condition]


def _term(names: Vocabulary, name: str | None, root: str, *, otherwise: str | None = None) -> Term:
    iri = names.find(name, root=root) if name is not None else otherwise or root
    return Term(iri=iri, label=names.labels[iri])
