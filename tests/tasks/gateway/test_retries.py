from __future__ import annotations

from random import Random

import pytest

from tasks.gateway.retries import Retries


@pytest.mark.parametrize(
    ("attempt", "retry_after_s", "low", "high"),
    [(1, None, 0, 1), (2, None, 0, 2), (3, None, 0, 4), (6, None, 0, 20), (9, None, 0, 20), (1, 5, 5, 6), (3, 0, 0, 1)],
)
def test_waits_within_its_bounds(attempt: int, retry_after_s: float | None, low: float, high: float) -> None:
    chance = Random(7)
    waits = [Retries(attempts=99).wait_s(attempt, retry_after_s, chance) or 0 for _ in range(200)]
    assert low <= min(waits) < max(waits) <= high
    assert max(waits) - min(waits) > 0.8 * (high - low)


@pytest.mark.parametrize(("attempt", "retry_after_s"), [(4, None), (5, 1.0), (1, 121.0)])
def test_gives_up(attempt: int, retry_after_s: float | None) -> None:
    assert Retries().wait_s(attempt, retry_after_s, Random(0)) is None
