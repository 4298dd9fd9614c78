from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from tasks.statistics import edetector
from tasks.statistics.edetector import BATCH, Detector
from tasks.statistics.eprocess import Array

LEVEL = 0.05


def units_to_alarm(rate: float, units_per_day: float, good: int, runs: int = 60, most: int = 20_000) -> Array:
    """Units from the start of `rate` to the alarm, after `good` units at 3 %; inf = none within `most`."""
    rng, log_m = np.random.default_rng(21), np.full((runs, 6), -np.inf)
    found, needed = np.full(runs, np.inf), edetector.threshold(units_per_day)
    for batch in range(-good // BATCH, most // BATCH):
        log_m = edetector.step(log_m, rng.binomial(BATCH, 0.03 if batch < 0 else rate, runs), LEVEL)
        alarm = edetector.evidence(log_m) >= needed
        if batch >= 0:
            found = np.minimum(found, np.where(alarm, (batch + 1) * BATCH, np.inf))
        if np.isfinite(found).all():
            break
    return found


@pytest.mark.parametrize(("rate", "traffic", "median"), [(0.10, 20_000, 1000), (0.15, 20_000, 300), (0.30, 20_000, 75)])
def test_a_broken_level_is_found_after_a_long_good_time(rate: float, traffic: float, median: float) -> None:
    assert np.median(units_to_alarm(rate, traffic, 10_000)) <= median


def test_no_alarm_below_the_level() -> None:
    assert np.isinf(units_to_alarm(0.04, 2_000, 0)).all()


@pytest.mark.parametrize("level", [0.02, 0.05, 0.3])
def test_each_bet_is_fair_at_the_level(level: float) -> None:
    log_e = edetector.step(np.full((BATCH + 1, 6), -np.inf), np.arange(BATCH + 1), level)
    assert binom.pmf(np.arange(BATCH + 1), BATCH, level) @ np.exp(log_e) == pytest.approx(np.ones(6))


def test_one_unit_at_a_time_equals_batches() -> None:
    detector, log_m = Detector(), np.full(6, -np.inf)
    for us in ((0, 1, 0, 0, 0), (1, 1, 0, 0, 1), (0, 0, 0, 0, 0)):
        for u in us:
            detector = edetector.observe(detector, float(u), LEVEL)
        log_m = edetector.step(log_m, sum(us), LEVEL)
    assert detector.log_m == pytest.approx(tuple(log_m))
    assert (detector.batches, detector.open_units) == (3, ())


def test_an_open_batch_says_nothing() -> None:
    detector = edetector.observe(Detector(), 1.0, LEVEL)
    assert detector.open_units == (1.0,)
    assert not edetector.alarms(detector, 2_000)


def test_one_false_alarm_in_ten_years() -> None:
    assert edetector.threshold(2_000) == pytest.approx(math.log(2_000 * 365.25 / 5 * 10))
