"""What a permutation test of two samples says, for every leg alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PERMUTATIONS = 999

FLAT = 1e-9
"""A statistic whose permutations have a smaller standard deviation cannot tell anything: constant outputs."""

POWER = 1.25
"""Normal quantile of .894: two independent keys that each have this power have .80 together."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Tonight's draws against the reference.

    `z`: (observed - mean) / sd over permutations; 0 where nothing varies. `p`: one-sided, at least 1 / (B + 1).
    `effect`: the leg's own effect size, what chance gives taken off. `noise`: its standard deviation by chance alone.
    `calls`: draws of tonight that were compared; `left_out`: probes or cases without a draw on one side.
    """

    z: float
    p: float
    statistic: float
    effect: float
    noise: float
    calls: int
    left_out: tuple[str, ...] = ()

    def detectable(self, phi: float, keys: float = 3.0) -> float:
        """The effect that both keys would find with a chance of .80: (keys * phi + 1.25) * noise."""
        return (keys * phi + POWER) * self.noise


def standardised(observed: float, permuted: Floats) -> tuple[float, float]:
    """(z, p) of one statistic among its permutations (B,). A flat statistic gives (0, 1)."""
    spread = float(permuted.std())
    if spread < FLAT:
        return 0.0, 1.0
    p = (1 + int((permuted >= observed - FLAT).sum())) / (len(permuted) + 1)
    return (observed - float(permuted.mean())) / spread, p
