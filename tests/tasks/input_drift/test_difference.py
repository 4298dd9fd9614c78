from __future__ import annotations

import numpy as np
import pytest

from tasks.input_drift.difference import Difference, Floats, from_days, from_set
from tasks.input_drift.finding import ALPHA

DAYS, N = 7, 40


def day(rng: np.random.Generator, width: int, effect: Floats) -> Floats:
    found: Floats = rng.normal(size=(N, width)) + effect
    return found


def drawn(rng: np.random.Generator, width: int, between: float, shift: float = 0.0) -> Difference:
    """Days that differ in one direction by `between`, and a last one that is shifted as well."""
    direction = rng.normal(size=width)
    direction /= np.linalg.norm(direction)
    effects = [between * rng.normal() * direction for _ in range(DAYS + 1)]
    week = np.concatenate([day(rng, width, effect) for effect in effects[1:]])
    found = from_days(day(rng, width, effects[0] + shift * direction), week, np.repeat(np.arange(DAYS), N).tolist())
    assert found is not None
    return found


@pytest.mark.parametrize(("width", "between"), [(1, 0.0), (1, 0.5), (32, 0.0), (32, 0.5)])
def test_days_that_differ_by_themselves_raise_no_alarm(width: int, between: float) -> None:
    """400 days of one measure: 0.1 alarms are allowed at that level, and 5 % of the days may be below 0.05."""
    rng = np.random.default_rng(3)
    found = [drawn(rng, width, between).p or 0.0 for _ in range(400)]
    assert sum(p <= ALPHA for p in found) <= 2
    assert sum(p <= 0.05 for p in found) <= 0.08 * len(found)


def test_a_test_that_takes_requests_as_independent_would_alarm() -> None:
    """What the days of these tests are for: their differences are really large beside chance within a day."""
    rng = np.random.default_rng(3)
    within = [drawn(rng, 1, 0.5) for _ in range(200)]
    alone = [abs(one.delta[0]) / np.sqrt(1 / N + 1 / (N * DAYS)) > 3.4 for one in within]
    assert np.mean(alone) > 0.2


@pytest.mark.parametrize(("width", "between", "shift"), [(1, 0.0, 2.0), (32, 0.0, 3.0), (1, 0.1, 3.0)])
def test_a_real_shift_is_seen(width: int, between: float, shift: float) -> None:
    rng = np.random.default_rng(5)
    assert np.mean([(drawn(rng, width, between, shift).p or 1) <= ALPHA for _ in range(50)]) >= 0.9


def test_the_distance_is_in_its_interval() -> None:
    rng = np.random.default_rng(7)
    found = [drawn(rng, 8, 0.2, 1.5) for _ in range(200)]
    inside = [one.distance - one.reach() <= 1.5 <= one.distance + one.reach() for one in found]
    assert np.mean(inside) >= 0.95


def test_what_never_varies_is_no_alarm_and_no_nan() -> None:
    ones = np.ones((N, 2))
    found = from_days(ones, np.ones((N * DAYS, 2)), np.repeat(np.arange(DAYS), N).tolist())
    assert found is not None
    assert (found.p, found.distance, found.reach()) == (1.0, 0.0, 0.0)


def test_too_few_days_are_nothing_to_compare_with() -> None:
    few = np.repeat(np.arange(4), N).tolist()
    assert from_days(np.ones((N, 1)), np.ones((4 * N, 1)), few) is None


def test_a_set_is_compared_and_not_tested() -> None:
    rng = np.random.default_rng(1)
    found = from_set(day(rng, 1, np.ones(1)), day(rng, 1, np.zeros(1)))
    assert found is not None
    assert found.p is None
    assert found.delta[0] - found.half_width(0) < 1 < found.delta[0] + found.half_width(0)
    assert from_set(np.ones((1, 1)), np.ones((5, 1))) is None
