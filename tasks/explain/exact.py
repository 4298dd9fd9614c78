"""Numbers that add up to the last digit: all on one grid of decimals, six digits fine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

_DIGITS = 6


class Grid(NamedTuple):
    """Multiples of 10 ** `exponent`."""

    exponent: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Grid:
        """Six digits of the largest."""
        largest = max(map(abs, values), default=0.0)
        return cls(math.floor(math.log10(largest)) + 1 - _DIGITS if largest > 0 else -_DIGITS)

    def number(self, value: float) -> Decimal:
        """The nearest point of the grid."""
        return self._at(round(value / 10.0**self.exponent))

    def adding_up(self, values: Sequence[float], total: Decimal) -> list[Decimal]:
        """The values on the grid; what rounding left over to `total` goes to the largest."""
        points = [self.number(value) for value in values]
        largest = max(range(len(values)), key=lambda place: abs(values[place]))
        points[largest] += total - sum(points)
        return points

    def _at(self, steps: int) -> Decimal:
        return Decimal(steps).scaleb(self.exponent)
