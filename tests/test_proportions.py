"""Pooled proportions: the figures are those of R's metafor, and every odd set of counts has its defined answer.

tests/metafor/counts.csv holds published data sets as they come with metafor, sets at the edge of what can be, and
pools of the project's own findings; figures.csv is what reference.R printed of them with metafor 3.8-1. Where Rscript
and metafor are there, R computes all of it anew; in CI they must be.
"""

from __future__ import annotations

import csv
import io
import math
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from calcigraph.synthesis import Pool, default_pools
from calcigraph.synthesis.proportions import (
    Effect,
    Proportion,
    exact_interval,
    leave_one_out,
    logits,
    paule_mandel,
    summarize,
)

if TYPE_CHECKING:
    from calcigraph import Evidence

FOLDER = Path(__file__).parent / "metafor"
COUNTS, FIGURES = FOLDER / "counts.csv", FOLDER / "figures.csv"
THREE_DECIMALS = 0.0005
Sets = dict[str, tuple[Proportion, ...]]
Figures = dict[tuple[str, str, str], float]
"""By data set, study left out (counted from 1; empty for none) and name of the figure."""


def read_counts(text: str) -> Sets:
    """Return the data sets of a CSV text in the form of counts.csv."""
    found: dict[str, list[Proportion]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        found.setdefault(row["dataset"], []).append(Proportion(int(row["events"]), int(row["patients"])))
    return {name: tuple(studies) for name, studies in found.items()}


def read_figures(text: str) -> Figures:
    """Return the figures of a CSV text in the form of figures.csv."""
    rows = csv.DictReader(io.StringIO(text))
    return {(row["dataset"], row["without"], row["figure"]): float(row["value"]) for row in rows}


SETS = read_counts(COUNTS.read_text(encoding="utf-8"))
REFERENCE = read_figures(FIGURES.read_text(encoding="utf-8"))


def figures(effect: Effect) -> dict[str, float]:
    """Return a summary under the names that figures.csv uses."""
    return {
        "estimate": effect.estimate,
        "low": effect.interval.low,
        "high": effect.interval.high,
        "prediction_low": effect.prediction.low,
        "prediction_high": effect.prediction.high,
        "floored_low": effect.floored.low,
        "floored_high": effect.floored.high,
        "logit": effect.logit,
        "se": effect.se,
        "tau2": effect.tau2,
        "i2": effect.i2,
        "q": effect.q,
        "q_p": effect.q_p,
    }


def all_figures(sets: Sets) -> Figures:
    """Return every figure that the project computes of data sets, as `read_figures` gives those of R."""
    found = {}
    for name, studies in sets.items():
        for without, effect in enumerate((summarize(studies), *leave_one_out(studies))):
            for figure, value in figures(effect).items():
                found[name, str(without or ""), figure] = value
    return found


def differing(reference: Figures, sets: Sets) -> dict[tuple[str, str, str], tuple[float, float]]:
    """Return the figures that differ in the third decimal, each with the reference and what the project computes."""
    ours = all_figures(sets)
    return {
        key: (value, ours[key])
        for key, value in reference.items()
        if not math.isclose(value, ours[key], rel_tol=1e-6, abs_tol=THREE_DECIMALS)
    }


@pytest.mark.parametrize("name", SETS)
def test_the_figures_are_those_of_metafor(name: str) -> None:
    """Estimate, interval, prediction, tau², I², Q and the summary without each study agree to three decimals."""
    reference = {key: value for key, value in REFERENCE.items() if key[0] == name}
    assert len(reference) >= 13 + (6 * len(SETS[name]) if len(SETS[name]) > 2 else 0)
    assert differing(reference, {name: SETS[name]}) == {}


def test_a_figure_that_is_off_is_found() -> None:
    """The comparison sees a difference in the third decimal, and only that one."""
    key = ("pritz-1997", "3", "estimate")
    assert list(differing({**REFERENCE, key: REFERENCE[key] + 0.001}, SETS)) == [key]


# R itself.


@cache
def metafor() -> str | None:
    """Return the Rscript that has metafor, or None; in CI it must be there."""
    program = shutil.which("Rscript")
    found = (
        program and not subprocess.run([program, "-e", "library(metafor)"], capture_output=True, check=False).returncode
    )
    assert found or not os.environ.get("CI"), "CI needs Rscript with metafor: apt-get install r-cran-metafor"
    return program if found else None


def in_r(script: str, *arguments: str) -> str:
    """Return what a script prints; the test is skipped where there is no metafor, which CI does not allow."""
    program = metafor()
    if program is None:
        pytest.skip("Rscript with metafor is not there")
    ran = subprocess.run(
        [program, str(FOLDER / script), *arguments], capture_output=True, check=False, text=True, encoding="utf-8"
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_committed_figures_are_what_metafor_prints() -> None:
    """R, run anew, gives the figures beside the script, up to what rounding on another machine can change."""
    printed = read_figures(in_r("reference.R", str(COUNTS)))
    assert printed.keys() == REFERENCE.keys()
    assert {key for key, value in printed.items() if not math.isclose(value, REFERENCE[key], abs_tol=1e-6)} == set()


def test_the_published_counts_are_those_of_metadat() -> None:
    """The data sets that come with metafor stand in counts.csv as they are."""
    published = read_counts(in_r("published.R"))
    assert len(published) == 6
    assert published.items() <= SETS.items()


def test_every_pool_of_the_real_records_agrees_with_metafor(evidence: Evidence, tmp_path: Path) -> None:
    """Each pool of the graph, and each of a design, is what metafor makes of the same counts."""
    sets = own_sets(evidence)
    assert len(sets) > 15
    file = tmp_path / "counts.csv"
    lines = [f"{name},{n},{one.events},{one.patients}" for name, rows in sets.items() for n, one in enumerate(rows)]
    file.write_text("\n".join(["dataset,study,events,patients", *lines, ""]), encoding="utf-8")
    reference = read_figures(in_r("reference.R", str(file)))
    assert {key[0] for key in reference} == sets.keys()
    assert differing(reference, sets) == {}


def own_sets(evidence: Evidence) -> Sets:
    """Return the counts of the pools that the real records make, each set once."""
    pools = [one for one in default_pools(evidence.counts, evidence.names.labels) if isinstance(one, Pool)]
    studies = [one.studies for one in pools] + [
        stratum.studies for one in pools for stratum in one.strata if stratum.summary is not None
    ]
    sets = {tuple(Proportion(row.events, row.patients) for row in rows) for rows in studies}
    return {f"own-{place}": rows for place, rows in enumerate(sorted(sets))}


# The exact interval.

COUNTED = st.integers(1, 400).flatmap(lambda n: st.builds(Proportion, st.integers(0, n), st.just(n)))
STUDIES = st.lists(COUNTED, min_size=2, max_size=12).map(tuple)


@given(COUNTED)
def test_each_limit_of_the_exact_interval_leaves_its_tail(study: Proportion) -> None:
    """At the lower limit so many or more respond in 2.5 % of studies, at the upper one so many or fewer."""
    low, high = exact_interval(study)
    assert 0 <= low <= study.events / study.patients <= high <= 1
    if study.events > 0:
        assert stats.binom.sf(study.events - 1, study.patients, low) == pytest.approx(0.025)
    if study.events < study.patients:
        assert stats.binom.cdf(study.events, study.patients, high) == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("study", "limits"),
    [
        (Proportion(0, 5), (0, 1 - 0.025**0.2)),
        (Proportion(5, 5), (0.025**0.2, 1)),
        (Proportion(0, 1), (0, 0.975)),
        (Proportion(1, 1), (0.025, 1)),
        (Proportion(8, 9), (0.5175, 0.9972)),
    ],
)
def test_the_exact_interval_of(study: Proportion, limits: tuple[float, float]) -> None:
    """Where none or all responded one limit is 0 or 1, and the other has a closed form."""
    assert exact_interval(study) == pytest.approx(limits, abs=5e-5)


# The summary.


@given(STUDIES)
def test_the_variance_between_studies_solves_the_equation_of_paule_and_mandel(studies: tuple[Proportion, ...]) -> None:
    """The weighted squares sum to the degrees of freedom, or to less without any variance between studies."""
    effects, variances = logits(studies)
    tau2 = paule_mandel(effects, variances)
    weights = 1 / (variances + tau2)
    squares = float(weights @ (effects - weights @ effects / weights.sum()) ** 2)
    if tau2 > 0:
        assert squares == pytest.approx(len(studies) - 1, rel=1e-6)
    else:
        assert squares <= len(studies) - 1


@given(STUDIES)
def test_a_summary_is_always_a_proportion_within_its_intervals(studies: tuple[Proportion, ...]) -> None:
    """Whatever the counts, nothing is divided by zero and all is in order; the floored interval is never narrower."""
    found = summarize(studies)
    assert all(math.isfinite(value) for value in figures(found).values())
    tiny = 1e-12
    assert 0 <= found.prediction.low <= found.interval.low <= found.estimate + tiny
    assert found.estimate - tiny <= found.interval.high <= found.prediction.high <= 1
    assert found.floored.low <= found.interval.low + tiny
    assert found.interval.high <= found.floored.high + tiny
    assert 0 <= found.i2 < 100
    assert found.tau2 >= 0
    assert found.q >= 0
    assert sum(found.weights) == pytest.approx(1)


@given(STUDIES)
def test_those_who_did_not_respond_are_pooled_as_the_mirror_image(studies: tuple[Proportion, ...]) -> None:
    """The summary of those who did not respond is one less that of those who did."""
    found = summarize(studies)
    mirrored = summarize(tuple(Proportion(one.patients - one.events, one.patients) for one in studies))
    assert mirrored.estimate == pytest.approx(1 - found.estimate, abs=1e-9)
    assert mirrored.interval.low == pytest.approx(1 - found.interval.high, abs=1e-9)
    assert mirrored.tau2 == pytest.approx(found.tau2, abs=1e-9)


@given(st.permutations(SETS["pritz-1997"]))
def test_the_order_of_studies_does_not_matter(studies: list[Proportion]) -> None:
    """The same studies in another order have the same summary."""
    found, reference = summarize(tuple(studies)), summarize(SETS["pritz-1997"])
    assert figures(found) == pytest.approx(figures(reference))


def test_studies_that_are_identical_have_no_variance_between_them() -> None:
    """The interval of Hartung and Knapp then has no width, and the floored one is what should be believed."""
    found = summarize((Proportion(3, 10),) * 3)
    assert (found.tau2, found.i2) == (0, 0)
    assert found.interval == pytest.approx((0.3, 0.3))
    assert found.floored == pytest.approx((0.0717, 0.7041), abs=5e-5)


@pytest.mark.parametrize("studies", [(), (Proportion(3, 10),)])
def test_fewer_than_two_studies_are_no_pool(studies: tuple[Proportion, ...]) -> None:
    """A summary of one study or none is refused in words."""
    with pytest.raises(ValueError, match="A pool needs 2 studies"):
        summarize(studies)


@pytest.mark.parametrize("study", [Proportion(4, 3), Proportion(-1, 3), Proportion(0, 0), Proportion(2, -1)])
def test_counts_that_are_no_proportion_are_refused(study: Proportion) -> None:
    """More responders than patients, or no patients, are an error and no number."""
    with pytest.raises(ValueError, match="is no proportion"):
        exact_interval(study)
    with pytest.raises(ValueError, match="is no proportion"):
        summarize((study, Proportion(1, 2)))


@pytest.mark.parametrize("count", [2, 3, 5, 100, 101])
def test_one_study_is_left_out_at_a_time(count: int) -> None:
    """There is a summary without each study, and none where fewer than two would be left, or of more than a hundred."""
    studies = (SETS["pritz-1997"] * 8)[:count]
    found = leave_one_out(studies)
    assert len(found) == (count if 2 < count <= 100 else 0)
    assert all(effect == summarize(studies[:n] + studies[n + 1 :]) for n, effect in enumerate(found))


def test_the_names_of_the_sets_say_where_they_are_from() -> None:
    """There are published sets, sets at the edge and own ones, and each has its figures."""
    assert {name.partition("-")[0] for name in SETS} >= {"edge", "own", "pritz", "bcg"}
    assert {key[0] for key in REFERENCE} == SETS.keys()
