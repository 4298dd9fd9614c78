"""The error rates and the speed of one guard. A bar has slack over what was measured; see docs/methods/canary.md."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import beta, binomtest

from tasks.statistics.eprocess import Array
from tests.bars.canary.single_stream import Draw, Outcome, Setting, bounded, constant, simulate, yes_no
from tests.bars.canary.sizes import in_bars, in_full, sized


class Metric(NamedTuple):
    name: str
    live: float
    delta: float


REFUSAL = Metric("refusal", 0.004, 0.005)
SCHEMA = Metric("schema_ok", 0.03, 0.02)
THUMBS = Metric("thumbs_down", 0.04, 0.02)


class Size(NamedTuple):
    """Batches of n_t canary units at a 10 % share."""

    steps: int
    n_t: int


SMALL, MEDIUM, LARGE = Size(40, 5), Size(1000, 5), Size(14_285, 7)


def run(metric: Metric, canary: float, size: Size, runs: int, seed: int = 1) -> Outcome:
    draw = yes_no(constant(canary), constant(metric.live), size.n_t, 9 * size.n_t)
    return simulate(Setting(metric.delta, metric.live, None, size.steps, size.n_t), draw, runs, seed)


def upper(hits: int, runs: int) -> float:
    """One-sided 95 % upper limit of a rate (Clopper-Pearson)."""
    return 1.0 if hits == runs else float(beta.ppf(0.95, hits + 1, runs - hits))


def assert_false_alarms(outcome: Outcome, most: float = 0.05) -> None:
    hits, runs = int(np.isfinite(outcome.rolled_back).sum()), outcome.rolled_back.size
    assert upper(hits, runs) <= most, f"{hits} false rollbacks in {runs} runs"


def quantile(values: Array, q: float) -> float:
    return float(np.quantile(values, q, method="higher"))


def assert_no_harm_beyond_margin_promoted(outcome: Outcome) -> None:
    hits = int(outcome.promoted_first.sum())
    assert binomtest(hits, outcome.promoted_first.size, 0.05, alternative="greater").pvalue > 0.01


@pytest.mark.parametrize("metric", [REFUSAL, SCHEMA])
def test_few_false_rollbacks(metric: Metric) -> None:
    assert_false_alarms(run(metric, metric.live, MEDIUM, 1000))


@sized(2000, 3000)
@pytest.mark.parametrize("metric", [REFUSAL, SCHEMA, THUMBS])
@pytest.mark.parametrize("size", [SMALL, MEDIUM])
def test_false_rollbacks_by_traffic(metric: Metric, size: Size, runs: int) -> None:
    assert_false_alarms(run(metric, metric.live, size, runs))


LONG = [in_bars(1000, REFUSAL), in_full(1500, REFUSAL), in_full(1500, SCHEMA), in_full(1500, THUMBS)]


@pytest.mark.parametrize(("metric", "runs"), LONG)
def test_false_rollbacks_of_a_long_canary(metric: Metric, runs: int) -> None:
    assert_false_alarms(run(metric, metric.live, LARGE, runs))


class Speed(NamedTuple):
    metric: Metric
    canary: float
    q80: float
    median: float = math.inf
    found: float = 0.99


SPEEDS = [
    Speed(REFUSAL, 0.013, 1400, 850),
    Speed(SCHEMA, 0.07, 420),
    Speed(THUMBS, 0.09, 360),
    Speed(REFUSAL, 0.30, 25),
]


@pytest.mark.parametrize("runs", [1000, in_full(3000)])
@pytest.mark.parametrize("speed", SPEEDS, ids=lambda speed: f"{speed.metric.name} to {speed.canary:g}")
def test_harm_is_found_in_time(speed: Speed, runs: int) -> None:
    found = run(speed.metric, speed.canary, MEDIUM, runs).rolled_back
    assert quantile(found, 0.8) <= speed.q80
    assert quantile(found, 0.5) <= speed.median
    assert np.isfinite(found).mean() >= speed.found


def test_nothing_at_the_margin_is_promoted() -> None:
    assert_no_harm_beyond_margin_promoted(run(REFUSAL, REFUSAL.live + REFUSAL.delta, MEDIUM, 500, seed=2))


@sized(1000, 8000)
@pytest.mark.parametrize("metric", [REFUSAL, SCHEMA, THUMBS])
def test_promotion_exactly_at_the_margin(metric: Metric, runs: int) -> None:
    assert_no_harm_beyond_margin_promoted(run(metric, metric.live + metric.delta, Size(4000, 5), runs, seed=3))


def test_the_harness_can_see_false_alarms() -> None:
    """Negative control: a z test at every look, in the same setting, must fail the bar that the product passes."""
    rng = np.random.default_rng(4)
    bad_t = rng.binomial(5, REFUSAL.live, (1000, 1000)).cumsum(axis=1)
    bad_c = rng.binomial(45, REFUSAL.live, (1000, 1000)).cumsum(axis=1)
    n = np.arange(1, 1001) * 5
    pooled = (bad_t + bad_c) / (10 * n)
    error = np.sqrt(np.maximum(pooled * (1 - pooled) * (1 / n + 1 / (9 * n)), 1e-12))
    z = (bad_t / n - bad_c / (9 * n)) / error
    beyond = bad_t / n - bad_c / (9 * n) >= REFUSAL.delta
    assert ((z > 1.96) & beyond & (n >= 50)).any(axis=1).mean() >= 0.15


def between(start: float, end: float, steps: int, inside: float, outside: float) -> Draw:
    def chance(step: int) -> float:
        return inside if start * steps <= step < end * steps else outside

    return yes_no(chance, constant(outside), 5, 45)


@sized(1000, 3000)
def test_late_harm_is_found(runs: int) -> None:
    setting = Setting(REFUSAL.delta, REFUSAL.live, None, 1000, 5)
    found = simulate(setting, between(0.55, 1.0, 1000, 0.013, REFUSAL.live), runs, 5).rolled_back
    assert np.isfinite(found).mean() >= 0.90


@sized(200, 1000)
def test_harm_late_in_a_long_canary_is_found_soon(runs: int) -> None:
    half = LARGE.steps // 2
    draw = yes_no(lambda step: 0.013 if step >= half else REFUSAL.live, constant(REFUSAL.live), 7, 63)
    found = simulate(Setting(REFUSAL.delta, REFUSAL.live, None, LARGE.steps, 7), draw, runs, 6).rolled_back
    assert quantile(found[found > half * 7] - half * 7, 0.5) <= 1500


DISTURBED = {
    "an incident in both arms": lambda step: 0.08 if 500 <= step < 521 else 0.004,
    "a daily wave": lambda step: 0.004 * (1 + 0.5 * math.sin(2 * math.pi * step / 1000)),
}


@sized(1000, 3000)
@pytest.mark.parametrize("name", DISTURBED)
def test_shared_disturbances_do_not_roll_back(name: str, runs: int) -> None:
    draw = yes_no(DISTURBED[name], DISTURBED[name], 5, 45)
    assert_false_alarms(simulate(Setting(REFUSAL.delta, REFUSAL.live, None, 1000, 5), draw, runs, 7))


@sized(1000, 3000)
@pytest.mark.parametrize("factor", [0.25, 4.0])
def test_a_wrong_prior_does_not_roll_back(factor: float, runs: int) -> None:
    draw = yes_no(constant(REFUSAL.live), constant(REFUSAL.live), 5, 45)
    assert_false_alarms(simulate(Setting(REFUSAL.delta, REFUSAL.live * factor, None, 1000, 5), draw, runs, 8))


class Continuous(NamedTuple):
    """A lognormal metric whose canary is `ratio` times live; timeouts are ten times as long."""

    name: str
    sigma: float
    timeouts: float
    ratio: float
    q80: float


LATENCY = Continuous("latency", 0.7, 0.005, 1.2, 210)
LENGTH = Continuous("length", 0.8, 0.0, 0.82, 240)


def continuous(metric: Continuous, ratio: float, steps: int, copies: int, runs: int) -> Outcome:
    """Margins of 10 %; the scale is frozen from 20,000 units of history."""
    rng = np.random.default_rng(9)

    def logs(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return rng.standard_normal(shape) * metric.sigma + (rng.random(shape) < metric.timeouts) * math.log(10)

    low, high = np.quantile(logs(rng, (20_000,)), [0.01, 0.99])
    down = metric.ratio < 1

    def sample(rng: np.random.Generator, shape: tuple[int, int], canary: bool) -> Array:
        u = np.clip((logs(rng, shape) + (math.log(ratio) if canary else 0) - low) / (high - low), 0, 1)
        return np.asarray(1 - u if down else u)

    history = sample(rng, (1, 20_000), False)
    delta = abs(math.log(0.9 if down else 1.1)) / (high - low)
    setting = Setting(delta, float(history.mean()), float(history.var()), steps, 5, copies=copies)
    return simulate(setting, bounded(sample, 5, 45), runs, 10)


WATCHED = [in_bars(1000, 400), in_full(3000, 40), in_full(3000, 1000), in_full(200, 20_000)]
"""Batches of five canary units, and how many canaries: 200, 5,000 and 100,000 units in full."""


@pytest.mark.parametrize(("steps", "runs"), WATCHED)
@pytest.mark.parametrize("metric", [LATENCY, LENGTH], ids=lambda metric: metric.name)
def test_continuous_metrics_keep_the_error_rate(metric: Continuous, steps: int, runs: int) -> None:
    assert_false_alarms(continuous(metric, 1.0, steps, 8, runs))


@sized(400, 1000)
@pytest.mark.parametrize("metric", [LATENCY, LENGTH], ids=lambda metric: metric.name)
def test_continuous_harm_is_found_in_time(metric: Continuous, runs: int) -> None:
    assert quantile(continuous(metric, metric.ratio, 400, 1, runs).rolled_back, 0.8) <= metric.q80
