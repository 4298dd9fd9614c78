"""Computed against simulated units; the simulated ones are those of tests/bars/canary."""

from __future__ import annotations

import math

import pytest

from tasks.statistics.eprocess_power import Spread, units_to_detect, units_to_prove

PROOFS = [(0.004, 0.005, 0.1, 1558, 2795), (0.03, 0.02, 0.1, 573, 1048), (0.04, 0.02, 0.1, 715, 1316)]
HARMS = [(0.004, 0.009, 0.005, 768, 1307), (0.03, 0.04, 0.02, 228, 392), (0.04, 0.05, 0.02, 196, 335)]


@pytest.mark.parametrize(("rate", "margin", "share", "median", "q80"), PROOFS)
def test_units_to_prove(rate: float, margin: float, share: float, median: float, q80: float) -> None:
    need = units_to_prove(Spread(rate, None), margin, share)
    assert need.median == pytest.approx(median, rel=0.2)
    assert need.q80 == pytest.approx(q80, rel=0.12)


@pytest.mark.parametrize(("rate", "harm", "delta", "median", "q80"), HARMS)
def test_units_to_detect(rate: float, harm: float, delta: float, median: float, q80: float) -> None:
    need = units_to_detect(Spread(rate, None), harm, delta, 0.1, 0.05, 0.5)
    assert need.median == pytest.approx(median, rel=0.15)
    assert need.q80 == pytest.approx(q80, rel=0.15)


def test_continuous_metrics() -> None:
    width = 2 * 2.326 * 0.7
    need = units_to_prove(Spread(0.5, (0.7 / width) ** 2), math.log(1.1) / width, 0.1)
    assert need.median == pytest.approx(315, rel=0.15)


@pytest.mark.parametrize(("rate", "median", "q80"), [(0.0, 40, 40), (0.02, 40, 50), (0.05, 45, 60)])
def test_a_wide_margin_at_half_the_traffic(rate: float, median: float, q80: float) -> None:
    need = units_to_prove(Spread(rate, None), 0.15, 0.5)
    assert need.median == pytest.approx(median, abs=7)
    assert need.q80 == pytest.approx(q80, abs=10)


def test_what_cannot_be_tested_needs_infinitely_many() -> None:
    assert units_to_prove(Spread(0.02, None), 0.0, 0.5).median == math.inf
    assert units_to_detect(Spread(0.02, None), 0.001, 0.02, 0.5, 0.05).q80 == math.inf
