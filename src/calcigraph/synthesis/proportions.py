"""Pool proportions: exact intervals per study, and a random-effects summary on the logit scale.

The numbers are those of R's metafor with `rma(measure="PLO", method="PM", test="knha")`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ALPHA = 0.05
"""All intervals are at 95 %."""
IN_TURN = 100
"""Studies up to which each is left out in turn; of more, one does not change the summary, and it would take long."""
_KEPT = 10_000
"""Intervals that are kept, since a study recurs in every class above its treatment and its condition."""
AT_LEAST = 2
"""Studies below which there is no pool."""


class Interval(NamedTuple):
    """The limits of an interval of a proportion, between 0 and 1."""

    low: float
    high: float


class Proportion(NamedTuple):
    """How many of a study's patients responded."""

    events: int
    patients: int


@dataclass(frozen=True, slots=True)
class Effect:
    """A random-effects summary; estimate and intervals are proportions, tau2 and se on the logit scale, i2 in percent.

    weights are the shares of the studies, in their order, which sum to 1.
    """

    estimate: float
    interval: Interval
    floored: Interval
    prediction: Interval
    tau2: float
    i2: float
    q: float
    q_p: float
    logit: float
    se: float
    weights: tuple[float, ...]


@lru_cache(_KEPT)
def exact_interval(study: Proportion) -> Interval:
    """Return the Clopper-Pearson interval of a proportion (Biometrika 1934;26:404-413).

    Raises ValueError for counts that are no proportion.
    """
    from statsmodels.stats.proportion import proportion_confint

    _check(study)
    low, high = proportion_confint(study.events, study.patients, alpha=ALPHA, method="beta")
    return Interval(float(low), float(high))


def summarize(studies: Sequence[Proportion]) -> Effect:
    """Return the random-effects summary of two proportions or more.

    Effects are logits; in a study where none or all responded, half a patient is added to both sides, and in no other.
    The variance between studies is that of Paule and Mandel (J Res Natl Bur Stand 1982;87:377-385); the interval is
    that of Hartung and Knapp (Stat Med 2001;20:3875-3889), and the floored one takes their factor as at least one
    (Röver, Knapp, Friede, BMC Med Res Methodol 2015;15:99). I squared is the share of tau squared in its sum with the
    typical variance within studies (Higgins, Thompson, Stat Med 2002;21:1539-1558), as metafor has it for this
    estimator. The prediction interval uses Student's t with one degree of freedom less than there are studies.

    Raises ValueError for fewer than two studies, and for counts that are no proportion.
    """
    import numpy as np
    from scipy import special
    from statsmodels.stats.meta_analysis import combine_effects

    if len(studies) < AT_LEAST:
        message = f"A pool needs {AT_LEAST} studies; there are {len(studies)}."
        raise ValueError(message)
    effects, variances = logits(studies)
    tau2 = paule_mandel(effects, variances)
    # The loop of statsmodels takes tau squared for zero if rounding puts its equation below zero at the solution.
    # It also divides by Cochran's Q, which is zero where all effects are the same; what comes of that is not used.
    with np.errstate(divide="ignore", invalid="ignore"):
        found = combine_effects(effects, variances, method_re="iterated", tau2_start=tau2, maxiter=0)
    df = len(studies) - 1
    t = float(special.stdtrit(df, 1 - ALPHA / 2))
    centre = float(found.mean_effect_re)
    se = float(found.var_hksj_re) ** 0.5
    floored_se = se if tau2 > 0 else max(se, float(found.sd_eff_w_re))  # above zero, the factor is one by construction
    typical = _typical_variance(variances)

    def around(half: float) -> Interval:
        low, high = special.expit([centre - t * half, centre + t * half])
        return Interval(float(low), float(high))

    return Effect(
        estimate=float(special.expit(centre)),
        interval=around(se),
        floored=around(floored_se),
        prediction=around((tau2 + se**2) ** 0.5),
        tau2=tau2,
        i2=100 * tau2 / (tau2 + typical),
        q=max(0.0, float(found.q)),
        q_p=float(special.chdtrc(df, max(0.0, float(found.q)))),
        logit=centre,
        se=se,
        weights=tuple(float(share) for share in found.weights_rel_re),
    )


def leave_one_out(studies: Sequence[Proportion]) -> list[Effect]:
    """Return the summary without each study in turn; nothing where fewer than two would be left, or of too many."""
    if not AT_LEAST < len(studies) <= IN_TURN:
        return []
    return [summarize([*studies[:index], *studies[index + 1 :]]) for index in range(len(studies))]


def logits(studies: Sequence[Proportion]) -> tuple[Numbers, Numbers]:
    """Return the logit of each proportion, and its variance within the study.

    Raises ValueError for counts that are no proportion.
    """
    import numpy as np

    for study in studies:
        _check(study)
    events = np.array([study.events for study in studies], dtype=float)
    others = np.array([study.patients for study in studies], dtype=float) - events
    half = np.where((events == 0) | (others == 0), 0.5, 0.0)
    events, others = events + half, others + half
    return np.log(events / others), 1 / events + 1 / others


def paule_mandel(effects: Numbers, variances: Numbers) -> float:
    """Return the variance between studies at which their weighted squares sum to the degrees of freedom; zero if none.

    The sum falls as the variance grows; where that is the variance of the effects, it is below the degrees of freedom.
    """
    from scipy.optimize import brentq

    df = len(effects) - 1

    def excess(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        centre = weights @ effects / weights.sum()
        return float(weights @ (effects - centre) ** 2) - df

    if excess(0.0) <= 0:
        return 0.0
    most = float(((effects - effects.mean()) ** 2).sum()) / df
    return float(brentq(excess, 0.0, most, xtol=1e-13, rtol=1e-13))


def _typical_variance(variances: Numbers) -> float:
    weights = 1 / variances
    total = float(weights.sum())
    return (len(variances) - 1) / (total - float((weights**2).sum()) / total)


def _check(study: Proportion) -> None:
    if study.patients < 1 or not 0 <= study.events <= study.patients:
        message = f"{study.events} of {study.patients} is no proportion."
        raise ValueError(message)
