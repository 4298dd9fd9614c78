"""A mean over requests that are not independent: sums by unit, as a ratio of two totals.

The standard error is that of a ratio estimator over clusters (Cochran, Sampling Techniques, 3rd edition, 6.4):
se^2 = U / (U - 1) * sum_u (value_u - mean * weight_u)^2 / weight^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .paired import Interval, t_quantile
from .proportions import wilson

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Ratio:
    """Totals over `units`: of value and weight, and of the units' value^2, value * weight and weight^2; weight > 0."""

    n: int
    units: int
    value: float
    weight: float
    squares: float
    products: float
    weights: float

    @property
    def mean(self) -> float:
        return self.value / self.weight

    @property
    def se(self) -> float | None:
        """None for one unit."""
        if self.units < 2:
            return None
        rest = self.squares - 2 * self.mean * self.products + self.mean**2 * self.weights
        return math.sqrt(max(rest, 0.0) * self.units / (self.units - 1)) / self.weight

    def interval(self, z: float = Z95) -> Interval | None:
        """mean -/+ t * se with U - 1 degrees of freedom; None for one unit."""
        se = self.se
        if se is None:
            return None
        half = t_quantile(z, self.units - 1) * se
        return Interval(self.mean - half, self.mean + half)

    def share_interval(self, z: float = Z95) -> Interval:
        """Wilson's interval of a mean of values in 0..1, with as many requests as the units are worth.

        That number is mean * (1 - mean) / se^2, smaller by how much wider t is with U - 1 degrees of freedom than with
        n - 1 (Korn and Graubard, Survey Methodology 24, 1998), at most n; the number of units where all are alike.
        """
        se, spread = self.se, self.mean * (1 - self.mean)
        if not se or spread <= 0:
            worth = float(self.units)
        else:
            narrower = t_quantile(z, self.n - 1) / t_quantile(z, self.units - 1)
            worth = min(spread / se**2 * narrower**2, float(self.n))
        share = min(max(self.mean, 0.0), 1.0)
        return wilson(share * worth, worth, z)
