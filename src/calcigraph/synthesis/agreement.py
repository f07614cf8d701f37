"""Agreement of two readers: the share of fields in which they agree, and Cohen's kappa."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Decision = tuple[str, str]


class Agreement(NamedTuple):
    """How far two readers agree: decisions, those that agree, and kappa; None where chance alone explains all of it."""

    decisions: int
    agreeing: int
    kappa: float | None

    @property
    def share(self) -> float:
        """The agreeing decisions as a proportion of all."""
        return self.agreeing / self.decisions


def agreement(decisions: Sequence[Decision]) -> Agreement:
    """Return the agreement on one field, from what each reader chose; raises ValueError without decisions.

    Kappa is (observed - expected) / (1 - expected) agreement: Cohen J. A coefficient of agreement for nominal scales.
    Educational and Psychological Measurement 1960; 20: 37-46. It is not defined where both readers chose one and the
    same value throughout.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    if not decisions:
        message = "There is no agreement on nothing."
        raise ValueError(message)
    agreeing = sum(first == second for first, second in decisions)
    values = sorted({value for decision in decisions for value in decision})
    if len(values) == 1:
        return Agreement(len(decisions), agreeing, None)
    table = [[sum(decision == (one, other) for decision in decisions) for other in values] for one in values]
    return Agreement(len(decisions), agreeing, float(cohens_kappa(table, return_results=False)))


def pooled(fields: Iterable[Sequence[Decision]]) -> Agreement:
    """Return the agreement on several fields together, and their pooled kappa; raises ValueError without decisions.

    Observed and expected agreement are averaged over the fields before kappa is taken: De Vries H, Elliott MN,
    Kanouse DE, Teleki SS. Using pooled kappa to summarize interrater agreement across many items. Field Methods 2008;
    20: 272-282.
    """
    each = [decisions for decisions in fields if decisions]
    total = sum(map(len, each))
    if not total:
        message = "There is no agreement on nothing."
        raise ValueError(message)
    agreeing = sum(first == second for decisions in each for first, second in decisions)
    observed = sum(sum(first == second for first, second in one) / len(one) for one in each) / len(each)
    expected = sum(map(_expected, each)) / len(each)
    return Agreement(total, agreeing, (observed - expected) / (1 - expected) if expected < 1 else None)


def _expected(decisions: Sequence[Decision]) -> float:
    """Return the agreement that chance alone would give."""
    values = {value for decision in decisions for value in decision}
    firsts, seconds = zip(*decisions, strict=True)
    return sum(firsts.count(value) * seconds.count(value) for value in values) / len(decisions) ** 2
