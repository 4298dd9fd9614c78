"""Shiryaev-Roberts e-detector: a level that must hold, watched without an end.

`M = (M + 1) x e` per batch, with e an e-value against "the mean is at most the level". Under that null M - (number of
batches) is a supermartingale, so the mean time to a false alarm at `M >= A` is at least A batches. Unlike a one-sample
e-process it does not go blind after a long good time. Source: Shin, Ramdas & Rinaldo, arXiv 2203.03532.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from tasks.statistics.eprocess import Array

BETS: Array = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 14.0])
"""Bets for a level of 5 %; at another level they are scaled so that the largest loses at most 70 %."""

BATCH = 5
"""Units a batch."""

FALSE_ALARMS_PER_YEAR = 0.1

NOTHING = -1e300
"""log M before the first batch: JSON has no infinity."""


@dataclass(frozen=True, slots=True)
class Detector:
    """State of one live guard: log M by bet, batches so far, and the units of the open batch (u, larger = worse)."""

    log_m: tuple[float, ...] = (NOTHING,) * 6
    batches: int = 0
    open_units: tuple[float, ...] = ()


def bets(level: float) -> Array:
    """Bets against a mean of at most `level` (0 < level < 1)."""
    return BETS * 0.05 / level


def threshold(units_per_day: float) -> float:
    """log A for one false alarm in ten years at this traffic."""
    return math.log(max(units_per_day * 365.25 / BATCH / FALSE_ALARMS_PER_YEAR, 1.0))


def step(log_m: Array, total: ArrayLike, level: float, n: int = BATCH) -> Array:
    """log M after a batch of yes/no units: (..., 6), `total` bad ones of `n` (...)."""
    bad = np.asarray(total, float)[..., None]
    bet = bets(level)
    log_e = bad * np.log1p(bet * (1 - level)) + (n - bad) * np.log1p(-bet * level)
    return np.asarray(np.logaddexp(log_m, 0.0) + log_e)


def observe(detector: Detector, u: float, level: float) -> Detector:
    """One more unit in closing order; every fifth closes a batch."""
    units = (*detector.open_units, u)
    if len(units) < BATCH:
        return replace(detector, open_units=units)
    log_e = np.log1p(bets(level)[:, None] * (np.array(units) - level)).sum(axis=-1)
    log_m = np.logaddexp(np.array(detector.log_m), 0.0) + log_e
    return Detector(tuple(float(value) for value in log_m), detector.batches + 1)


def evidence(log_m: Array | tuple[float, ...]) -> Array:
    """log of the mixture over the bets, equal weights: (..., 6) -> (...). The alarm is at `threshold`."""
    logs = np.asarray(log_m)
    top = np.maximum(logs.max(axis=-1, keepdims=True), -1e300)
    return np.asarray(np.log(np.exp(logs - top).mean(axis=-1)) + top[..., 0])


def alarms(detector: Detector, units_per_day: float) -> bool:
    """Whether the level is broken: by itself a finding, what follows is decided elsewhere."""
    return detector.batches > 0 and float(evidence(detector.log_m)) >= threshold(units_per_day)
