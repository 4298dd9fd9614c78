"""How much too narrow percentile bootstrap bounds over few units are."""

from __future__ import annotations

import math

from .paired import t_quantile


def widening(units: int, z: float) -> float:
    """By how much to stretch the distance of a bound, of one-sided normal critical value `z`, from the estimate.

    Resampling U units gives (U - 1) / U of the variance, and the normal tail where Student's with U - 1 degrees of
    freedom belongs: sqrt(U / (U - 1)) * t / z (Hesterberg, The American Statistician 69, 2015). Needs U >= 2.
    """
    return math.sqrt(units / (units - 1)) * t_quantile(z, units - 1) / z
