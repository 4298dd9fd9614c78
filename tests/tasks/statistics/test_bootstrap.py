from __future__ import annotations

import numpy as np
import pytest

from tasks.statistics.bootstrap import widening


@pytest.mark.parametrize(("units", "wanted"), [(2, 9.17), (10, 1.217), (20, 1.096), (10**6, 1.0)])
def test_few_units_stretch_a_bound(units: int, wanted: float) -> None:
    assert widening(units, 1.96) == pytest.approx(wanted, abs=5e-3)


def test_stretched_bounds_hold_the_mean_of_ten() -> None:
    rng, held = np.random.default_rng(1), 0
    for _ in range(400):
        values = rng.normal(size=10)
        means = rng.choice(values, (200, 10)).mean(axis=1)
        low, high = values.mean() + widening(10, 1.96) * (np.quantile(means, [0.025, 0.975]) - values.mean())
        held += low <= 0 <= high
    assert 0.93 <= held / 400 <= 0.98
