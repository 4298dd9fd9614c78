from __future__ import annotations

import pytest

from tasks.statistics.power import Components, cases_needed, detectable_drop, expected_power, judged_margin, margin

BASE = Components()


@pytest.mark.parametrize(("n", "value"), [(200, 0.045), (300, 0.035), (500, 0.03), (1000, 0.02), (5000, 0.02)])
def test_margin_of_a_set(n: int, value: float) -> None:
    found = margin(BASE, n, 5, 0.05)
    assert found.value == pytest.approx(value)
    assert not found.too_small


@pytest.mark.parametrize(("cap", "value", "small"), [(0.10, 0.085, False), (0.05, 0.05, True), (0.03, 0.03, True)])
def test_the_cap_of_the_risk_says_too_small(cap: float, value: float, small: bool) -> None:
    found = margin(BASE, 50, 5, cap)
    assert [found.value, found.uncapped] == pytest.approx([value, 0.085])
    assert found.too_small is small


@pytest.mark.parametrize(
    ("w2", "s2", "rounds", "at", "cases"),
    [
        (0.0225, 0.08, 1, 0.02, 2817),
        (0.0225, 0.08, 3, 0.05, 188),
        (0.077, 0.08, 5, 0.10, 68),
        (0.022, 0.038, 3, 0.05, 118),
    ],
)
def test_cases_needed(w2: float, s2: float, rounds: int, at: float, cases: int) -> None:
    """The published table, up to the rounding of its components."""
    assert cases_needed(Components(w2, s2), at, rounds) == pytest.approx(cases, rel=0.015)


def test_clusters_and_rounds_act_on_their_own_part() -> None:
    assert Components(0.02, 0.08, 2.0).variance(4) == pytest.approx(0.08)
    assert Components(0.02, 0.0).variance(1) == Components(0.02, 0.0).variance(5)


def test_expected_power_is_near_the_simulated_one() -> None:
    power = expected_power(BASE, 200, 5, 0.05)
    assert power.passes_equal == pytest.approx(0.87, abs=0.05)
    assert power.rejects_drop == pytest.approx(0.84, abs=0.05)
    assert expected_power(BASE, 50, 5, 0.05).passes_equal < 0.30


def test_detectable_drop_has_the_power_asked_for() -> None:
    drop = detectable_drop(BASE, 200, 5)
    assert expected_power(BASE, 200, 5, 0.05, drop).rejects_drop == pytest.approx(0.8)


def test_a_judge_shrinks_the_margin() -> None:
    assert judged_margin(0.05, 0.95, 0.90) == pytest.approx(0.0425)
    with pytest.raises(ValueError, match="knows nothing"):
        judged_margin(0.05, 0.5, 0.5)
