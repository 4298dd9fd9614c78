from __future__ import annotations

import pytest

from tasks.statistics.proportions import ever_fails, upper_bound, wilson


def test_no_failure_in_sixty_runs_is_not_zero() -> None:
    assert upper_bound(0, 60) == pytest.approx(0.049, abs=5e-4)
    assert upper_bound(0, 3) == pytest.approx(0.63, abs=5e-3)
    assert upper_bound(4, 4) == 1.0


@pytest.mark.parametrize(("rate", "chance"), [(0.001, 0.058), (0.01, 0.45)])
def test_flakes_fail_a_must_pass_set(rate: float, chance: float) -> None:
    assert ever_fails(rate, 20, 3) == pytest.approx(chance, abs=5e-3)


def test_wilson() -> None:
    low, high = wilson(8, 10, z=1.96)
    assert low == pytest.approx(0.490, abs=1e-3)
    assert high == pytest.approx(0.943, abs=1e-3)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 20).low == 0.0
    assert wilson(20, 20).high == pytest.approx(1.0)
