from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.statistics.proportions import wilson
from tasks.statistics.ratio import Z95, Ratio


def of(units: list[list[float]]) -> Ratio:
    """Each unit's values, all of weight 1."""
    totals = [(math.fsum(values), float(len(values))) for values in units]
    return Ratio(
        n=sum(map(len, units)),
        units=len(units),
        value=sum(value for value, _ in totals),
        weight=sum(weight for _, weight in totals),
        squares=sum(value**2 for value, _ in totals),
        products=sum(value * weight for value, weight in totals),
        weights=sum(weight**2 for _, weight in totals),
    )


def test_single_requests_have_the_usual_standard_error() -> None:
    values = [1.0, 2.0, 4.0, 9.0]
    found = of([[value] for value in values])
    assert (found.mean, found.se) == pytest.approx((4.0, np.std(values, ddof=1) / 2))


def test_requests_of_one_unit_count_together() -> None:
    once = of([[1.0], [2.0], [4.0], [9.0]])
    often = of([[1.0] * 50, [2.0] * 50, [4.0] * 50, [9.0] * 50])
    assert often.interval() == pytest.approx(once.interval())


def test_one_unit_has_no_interval_of_a_mean() -> None:
    found = of([[1.0, 0.0, 1.0]])
    assert (found.se, found.interval()) == (None, None)


@pytest.mark.parametrize(
    ("units", "successes", "n"),
    [
        ([[1.0]] * 30 + [[0.0]] * 10, 30 * 39 / 40, 39.0),
        ([[1.0, 1.0]] * 40, 40, 40),
        ([[0.0]], 0, 1),
        ([[1.0, 0.0]] * 40, 20, 40),
    ],
)
def test_a_share_rests_on_what_its_units_are_worth(units: list[list[float]], successes: float, n: float) -> None:
    assert of(units).share_interval() == pytest.approx(wilson(successes, n, Z95))


def test_the_interval_of_a_share_covers_with_units_that_repeat_themselves() -> None:
    """Five requests a unit that all go the same way, 80 units."""
    random = np.random.default_rng(1)
    held = 0
    for _ in range(300):
        bad = random.random(80) < 0.2
        low, high = of([[float(one)] * 5 for one in bad]).share_interval()
        held += low <= 0.2 <= high
    assert held / 300 > 0.92


@pytest.mark.parametrize("count", [2, 3])
def test_few_units_are_worth_few_requests(count: int) -> None:
    """30 requests a unit, each unit with a share of its own; with z for t fewer than 80 % are held."""
    random, held = np.random.default_rng(2), 0
    for _ in range(300):
        shares = random.beta(1.2, 1.2, count)
        low, high = of([(random.random(30) < share).astype(float).tolist() for share in shares]).share_interval()
        held += low <= 0.5 <= high
    assert held / 300 > 0.89
