"""A guard's limit and scale as numbers on the u scale, from the old version's history."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.canary.guards import Bound, Direction
from tasks.canary.plan import Form, Scale

ROOM = 0.25
"""A relative margin takes at most this part of its scale; a narrower scale would shrink it silently."""

Values = NDArray[np.float64]


class Limit(NamedTuple):
    """A guard's bound and its value in the metric's own unit."""

    bound: Bound
    value: float


def form_of(kind: str) -> Form:
    """yes/no as they are, fractions and distances on their range, everything else on a logarithmic scale."""
    if kind == "yes_no":
        return "yes_no"
    return "fraction" if kind in ("fraction", "distance") else "logarithm"


def scale_of(kind: str, direction: Direction, history: Values, limits: list[Limit]) -> Scale | None:
    """The frozen scale; None when the history cannot give one (no positive values, or a single one).

    Logarithmic scales reach from the 1 % to the 99 % quantile, widened on the side where harm shows until the largest
    of `limits` takes at most a quarter of it.
    """
    form = form_of(kind)
    if form != "logarithm":
        return Scale(form, direction, 0.0, 2.0 if kind == "distance" else 1.0)
    positive = history[history > 0]
    if not positive.size:
        return None
    low, high = (float(math.log(edge)) for edge in np.quantile(positive, [0.01, 0.99]))
    if high - low < 1e-9:
        return None
    return _widened(Scale(form, direction, low, high), float(positive.mean()), limits)


def on_scale(scale: Scale, limit: Limit, mean: float) -> float:
    """A comparing limit as a difference of u (>= 0). `mean` is the history's mean in the metric's own unit."""
    if scale.form == "logarithm":
        return abs(_log_change(limit, mean)) / (scale.high - scale.low)
    change = abs(limit.value - 1) * mean if limit.bound in ("max_ratio", "min_ratio") else limit.value
    return change / (scale.high - scale.low)


def _widened(scale: Scale, mean: float, limits: list[Limit]) -> Scale:
    low, high = scale.low, scale.high
    for limit in limits:
        if limit.bound in ("max", "min"):
            at = math.log(limit.value) if limit.value > 0 else low
            low, high = min(low, at - 0.1), max(high, at + 0.1)
        elif scale.harm == "up":
            high = max(high, low + abs(_log_change(limit, mean)) / ROOM)
        else:
            low = min(low, high - abs(_log_change(limit, mean)) / ROOM)
    return Scale(scale.form, scale.harm, low, high)


def _log_change(limit: Limit, mean: float) -> float:
    if limit.bound in ("max_ratio", "min_ratio"):
        return math.log(limit.value)
    moved = limit.value / mean
    return math.log1p(moved) if limit.bound == "max_increase" else math.log1p(-min(moved, 0.95))
