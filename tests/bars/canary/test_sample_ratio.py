"""The sample-ratio check: false alarms, and how soon lost records are seen. Looks every ten requests, share 10 %."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.statistics import srm
from tests.bars.canary.sizes import sized


def first_alarm(lost: float, requests: int, runs: int, seed: int) -> np.ndarray:
    """Total requests until the alarm, (runs,); inf = none. `lost` of the canary's records never arrive."""
    rng = np.random.default_rng(seed)
    looks = requests // 10
    sent = rng.binomial(10, 0.1, (runs, looks))
    canary = rng.binomial(sent, 1 - lost).cumsum(axis=1)
    alarms = srm.log_e(canary, (10 - sent).cumsum(axis=1), 0.1) >= math.log(srm.ALARM)
    return np.where(alarms.any(axis=1), (alarms.argmax(axis=1) + 1) * 10.0, np.inf)


def test_few_false_alarms() -> None:
    assert np.isfinite(first_alarm(0.0, 20_000, 400, 18)).mean() <= 0.01


@sized(1500, 6000)
def test_false_alarms_of_a_long_canary(runs: int) -> None:
    parts = [np.isfinite(first_alarm(0.0, 50_000, 250, seed)).mean() for seed in range(20, 20 + runs // 250)]
    assert np.mean(parts) <= 0.01


@pytest.mark.parametrize(("lost", "within"), [(0.3, 2_700), (0.1, 25_000)])
def test_lost_records_are_seen(lost: float, within: float) -> None:
    assert np.quantile(first_alarm(lost, 30_000, 200, 19), 0.8, method="higher") <= within
