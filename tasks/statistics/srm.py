"""Sample-ratio mismatch: do units arrive in the ratio that the canary's share promises?

A Beta mixture against the exact binomial, an e-process under any number of looks. A chi-square at p < .001 at every
look raises 20 to 40 times as many false alarms as it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, logsumexp

KAPPAS = (30.0, 300.0, 3000.0, 30000.0)
ALARM = 100.0
"""E-value of the alarm: a false one in at most 1 of 100 canaries."""


class Counts(NamedTuple):
    canary: int
    live: int


def log_e(canary: ArrayLike, live: ArrayLike, share: ArrayLike) -> NDArray[np.float64]:
    """Log e-value of one ramp step; shapes broadcast. `share` is the canary's fraction, inside (0, 1)."""
    n_t, n_c, pi = (np.asarray(value, float)[..., None] for value in (canary, live, share))
    kappa = np.array(KAPPAS)
    a, b = kappa * pi, kappa * (1 - pi)
    logs = betaln(a + n_t, b + n_c) - betaln(a, b) - n_t * np.log(pi) - n_c * np.log1p(-pi)
    return np.asarray(logsumexp(logs, axis=-1) - np.log(len(KAPPAS)))


def log_e_of_steps(steps: Mapping[int, Counts]) -> float:
    """Log e-value over all ramp steps: their product. Keys are shares in basis points, 1 to 9999."""
    return float(sum(log_e(counts.canary, counts.live, share / 10_000) for share, counts in steps.items()))
