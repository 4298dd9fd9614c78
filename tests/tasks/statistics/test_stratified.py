from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.statistics.stratified import Phase, difference


def yes_no(yes: int, n: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([1.0] * yes + [0.0] * (n - yes))


def test_one_phase_of_yes_and_no_is_agresti_and_caffo() -> None:
    found = difference([Phase(yes_no(7, 98), yes_no(1, 48))], yes_no=True)
    assert found is not None
    new, old = 8 / 100, 2 / 50
    error = math.sqrt(new * (1 - new) / 100 + old * (1 - old) / 50)
    assert found.value == pytest.approx(new - old)
    assert (found.high - found.low) / 2 == pytest.approx(
        2.0117 * error, rel=1e-3
    )  # t with the 47 df of the smaller arm
    assert found.old == pytest.approx(1 / 48)
    assert (found.n_new, found.n_old) == (98, 48)


def test_no_event_in_either_arm_still_has_an_interval() -> None:
    found = difference([Phase(np.zeros(50), np.zeros(50))], yes_no=True)
    assert found is not None
    assert found.low < 0 < found.high


def test_a_base_rate_that_moves_between_phases_moves_nothing() -> None:
    """Pooled, the new version would look 27 points worse: it had most of its units in the bad hours."""
    quiet, bad = Phase(yes_no(10, 100), yes_no(90, 900)), Phase(yes_no(450, 900), yes_no(50, 100))
    found = difference([quiet, bad], yes_no=True)
    assert found is not None
    assert found.value == pytest.approx(0, abs=0.01)
    assert found.low < 0 < found.high


def test_means_are_weighted_by_what_a_phase_compares() -> None:
    small = Phase(np.array([3.0, 5.0]), np.array([1.0, 3.0]))
    large = Phase(np.full(100, 4.0), np.full(100, 3.0))
    found = difference([small, large], yes_no=False)
    assert found is not None
    assert found.value == pytest.approx((1 * 2 + 50 * 1) / 51)


def test_a_phase_with_one_arm_compares_nothing() -> None:
    alone = Phase(np.ones(9), np.empty(0))
    assert difference([alone], yes_no=False) is None
    both = Phase(np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    assert difference([alone, both], yes_no=False) == difference([both], yes_no=False)


def test_a_single_unit_says_nothing() -> None:
    found = difference([Phase(np.array([1.0]), np.array([0.0, 0.0]))], yes_no=False)
    assert found is not None
    assert (found.low, found.high) == (-math.inf, math.inf)


@pytest.mark.parametrize("sizes", [[(10, 190)], [(1, 19)] * 8], ids=["one phase", "single units"])
def test_few_units_of_a_long_tail_show_little_of_it(sizes: list[tuple[int, int]]) -> None:
    rng, held = np.random.default_rng(6), 0
    for _ in range(400):
        found = difference([Phase(*(rng.lognormal(0, 1.0, n) for n in pair)) for pair in sizes], yes_no=False)
        held += found is not None and found.low <= 0 <= found.high
    assert held / 400 >= 0.93


@pytest.mark.parametrize(("base", "effect"), [(0.02, 0.0), (0.05, 0.03), (0.3, 0.1)])
def test_the_interval_holds_the_truth_in_95_percent(base: float, effect: float) -> None:
    rng = np.random.default_rng(7)

    def covered() -> bool:
        rates = (base, base * 1.5)
        phases = [Phase(draw(rate + effect, 190), draw(rate, 90)) for rate in rates]
        found = difference(phases, yes_no=True)
        return found is not None and found.low <= effect <= found.high

    def draw(rate: float, n: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return (rng.random(n) < rate).astype(float)

    assert sum(covered() for _ in range(1000)) >= 935
