from __future__ import annotations

import numpy as np
import pytest

from tasks.statistics.sequential import CRITICAL, critical


@pytest.mark.parametrize("rounds", CRITICAL)
def test_the_chance_of_ever_crossing_is_five_percent(rounds: int) -> None:
    """Simulated: 400,000 walks of equal information steps, standard error .035 points."""
    steps = np.random.default_rng(1).standard_normal((400_000, rounds)).cumsum(axis=1)
    z = steps / np.sqrt(np.arange(1, rounds + 1))
    crossed = (z > np.array(CRITICAL[rounds])).any(axis=1).mean()
    assert crossed == pytest.approx(0.05, abs=0.0012)


@pytest.mark.parametrize("rounds", CRITICAL)
def test_the_bounds_have_the_shape_of_wang_and_tsiatis(rounds: int) -> None:
    for look in range(1, rounds + 1):
        assert critical(rounds, look) == pytest.approx(critical(rounds, rounds) * (look / rounds) ** -0.25, abs=2e-3)


@pytest.mark.parametrize(("rounds", "look"), [(2, 1), (5, 0), (5, 6)])
def test_other_plans_are_refused(rounds: int, look: int) -> None:
    with pytest.raises(ValueError, match="found"):
        critical(rounds, look)
