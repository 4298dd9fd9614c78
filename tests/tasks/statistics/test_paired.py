from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.statistics.paired import Estimate, plus_four, plus_four_mean, plus_four_rows, t_quantile

DIFFERENCES = st.lists(st.integers(-20, 20).map(lambda twentieth: twentieth / 20), min_size=2, max_size=40)


def test_no_discordance_still_has_an_interval() -> None:
    estimate = plus_four([0.0] * 100)
    assert estimate == Estimate(mean=0.0, se=math.sqrt(2) / 104, df=99, n=100, clusters=100)
    assert estimate.interval(2.779).low == pytest.approx(-0.039, abs=5e-4)


def test_four_pseudo_cases_are_added() -> None:
    given_differences = [1.0, 0.0, 0.0, -1.0, 1.0, 0.5]
    estimate = plus_four(given_differences)
    spread = 6 * np.var(given_differences, ddof=1)
    assert estimate.mean == pytest.approx(1.5 / 10)
    assert estimate.se == pytest.approx(math.sqrt(spread + 2) / 10)


@pytest.mark.parametrize(
    "sizes", [[100, *[5] * 20], [60, 42, 29, 20, 14, 10, 7, 5, 3, 2]], ids=["one half", "geometric"]
)
def test_a_large_cluster_does_not_pass_for_many(sizes: list[int]) -> None:
    """A loss of exactly the margin, moving by clusters; with C - 1 degrees of freedom and plain squares 9 to 23 %."""
    rng, codes = np.random.default_rng(3), np.repeat(np.arange(len(sizes)), sizes)
    effects = rng.normal(-0.05, 0.2, (2000, len(sizes)))[:, codes]
    low, high = plus_four_rows(effects + rng.normal(0, 0.1, effects.shape), codes).interval(1.645)
    assert (low > -0.05).mean() <= 0.065
    assert (high < -0.05).mean() <= 0.065


def test_a_cluster_counts_once() -> None:
    alone, tied = plus_four([0.5, 0.5, -0.5, -0.5]), plus_four([0.5, 0.5, -0.5, -0.5], ["a", "a", "b", "b"])
    assert (alone.df, tied.df, tied.clusters) == (3, 1, 2)
    assert tied.se == pytest.approx(math.sqrt((1 + 1) * 2 + 2) / 8)
    assert tied.mean == alone.mean


@pytest.mark.parametrize(("values", "clusters"), [([], None), ([0.5], None), ([0.5, 0.2, 0.1], ["a", "a", "a"])])
def test_one_unit_says_nothing(values: list[float], clusters: list[str] | None) -> None:
    estimate = plus_four(values, clusters)
    assert estimate.df == 0
    assert estimate.p_below() == estimate.p_above() == 1.0
    if values:
        assert estimate.interval(1.645) == (-math.inf, math.inf)


def test_p_values_are_the_tails_of_t() -> None:
    estimate = plus_four([-0.5, -0.25, 0.0, -1.0, -0.5, 0.0, -0.25, -0.75])
    t = (estimate.mean + 0.05) / estimate.se
    assert estimate.p_below(-0.05) + estimate.p_above(-0.05) == pytest.approx(1)
    assert estimate.p_below(-0.05) < 0.5
    assert t < 0


def test_t_keeps_the_tail() -> None:
    assert t_quantile(1.645, 10**6) == pytest.approx(1.645, abs=1e-4)
    assert t_quantile(1.644854, 5) == pytest.approx(2.015, abs=1e-3)
    assert t_quantile(1.645, 0) == math.inf


def test_mean_score_of_a_perfect_set_stays_below_one() -> None:
    estimate = plus_four_mean([1.0] * 30)
    assert estimate.mean == pytest.approx(32 / 34)
    assert estimate.se == pytest.approx(1 / 34)


@given(DIFFERENCES, st.randoms())
def test_order_and_names_do_not_matter(values: list[float], random: object) -> None:
    labels = [index // 3 for index in range(len(values))]
    pairs = list(zip(values, labels, strict=True))
    random.shuffle(pairs)  # type: ignore[attr-defined]
    again = plus_four([value for value, _ in pairs], [f"name {label}" for _, label in pairs])
    assert again == plus_four(values, labels)


@given(DIFFERENCES)
def test_swapping_arms_mirrors_the_interval(values: list[float]) -> None:
    low, high = plus_four(values).interval(1.859)
    assert plus_four([-value for value in values]).interval(1.859) == (-high, -low)


@given(DIFFERENCES.filter(lambda values: len(values) >= 4))
def test_rows_are_the_same_estimate(values: list[float]) -> None:
    codes = np.arange(len(values)) // 2
    for labels in (None, codes):
        rows = plus_four_rows(np.array([values, values]), labels)
        one = plus_four(values, None if labels is None else labels.tolist())
        assert rows.df == one.df
        assert rows.mean == pytest.approx([one.mean] * 2, abs=1e-12)
        assert rows.se == pytest.approx([one.se] * 2, abs=1e-12)
