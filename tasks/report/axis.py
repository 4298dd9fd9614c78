"""Numbers on a line from 0 to 100 %, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

PAD = 0.06
"""Share of the range that is left free on each side."""


class Tick(NamedTuple):
    at: float
    text: str


class Axis(NamedTuple):
    """`low` < `high` in the metric's own terms."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Percent of the way, kept on the axis."""
        return round(min(max((value - self.low) / (self.high - self.low), 0.0), 1.0) * 100, 2)

    def ticks(self, form: Callable[[float], str], wanted: int = 5) -> list[Tick]:
        """Round values, not so near an end that their text would be cut off."""
        step = _step((self.high - self.low) / wanted)
        first = math.ceil(self.low / step)
        values = [step * number for number in range(first, math.floor(self.high / step) + 1)]
        found = [Tick(self.at(value), form(value + 0.0)) for value in values]
        return [tick for tick in found if 4 <= tick.at <= 96]


def over(values: Iterable[float | None]) -> Axis:
    """An axis that holds all finite values with some room."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = (high - low) * PAD or max(abs(high), 1.0) * PAD
    return Axis(low - room, high + room)


def _step(rough: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next((size * power for size in (1, 2, 2.5, 5) if size * power >= rough), 10 * power)
