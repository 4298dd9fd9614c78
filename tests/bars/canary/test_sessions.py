"""The unit of analysis is the unit of randomisation: with sessions, requests are the wrong unit."""

from __future__ import annotations

import numpy as np

from tasks.statistics import eprocess
from tasks.statistics.eprocess import Array, Side
from tests.bars.canary.single_stream import Draw, Setting, simulate
from tests.bars.canary.sizes import sized

RATE, DELTA, ICC, STEPS, SESSIONS = 0.04, 0.02, 0.3, 200, 5


def sessions(rng: np.random.Generator, runs: int, n: int) -> tuple[Array, Array]:
    """Requests and bad requests of n sessions, about six requests each; bad ones correlate by ICC."""
    spread = 1 / ICC - 1
    chance = rng.beta(RATE * spread, (1 - RATE) * spread, (runs, n))
    length = rng.geometric(1 / 6, (runs, n))
    return length.astype(float), rng.binomial(length, chance).astype(float)


def by_session(rng: np.random.Generator, runs: int, step: int) -> tuple[Side, Side]:
    sides = [sessions(rng, runs, n) for n in (SESSIONS, 9 * SESSIONS)]
    canary, live = (Side(bad / length, np.ones_like(length)) for length, bad in sides)
    return canary, live


def by_request(rng: np.random.Generator, runs: int, step: int) -> tuple[Side, Side]:
    sides = [sessions(rng, runs, n) for n in (SESSIONS, 9 * SESSIONS)]
    canary, live = (eprocess.yes_no(length.sum(axis=1), bad.sum(axis=1)) for length, bad in sides)
    return canary, live


def false_rollbacks(draw: Draw, variance: float | None, runs: int) -> float:
    setting = Setting(DELTA, RATE, variance, STEPS, SESSIONS)
    return float(np.isfinite(simulate(setting, draw, runs, 11).rolled_back).mean())


@sized(1000, 3000)
def test_session_means_keep_the_error_rate(runs: int) -> None:
    assert false_rollbacks(by_session, 0.02, runs) <= 0.05 - 1.64 * (0.05 * 0.95 / runs) ** 0.5


@sized(1000, 3000)
def test_the_wrong_unit_is_seen(runs: int) -> None:
    """Negative control: requests as units must break the bar, or this simulation would prove nothing."""
    assert false_rollbacks(by_request, None, runs) > 0.10
