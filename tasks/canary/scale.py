"""From a metric's value to u in [0, 1], larger = worse."""

from __future__ import annotations

import math

from tasks.canary.plan import Scale, Watch


def reading(watch: Watch) -> str:
    """The metric whose values a guard reads: itself, or `latency` for `latency_tail`."""
    return watch.scale.reads or watch.metric


def worse(scale: Scale, value: float) -> float:
    """u of one value; beyond the ends of the scale it is 0 or 1."""
    if scale.beyond is not None:
        value = float(value > scale.beyond)
    at = position(scale, value)
    return at if scale.harm == "up" else 1 - at


def position(scale: Scale, value: float) -> float:
    """Where a value lies between the ends of its scale, clipped to [0, 1]."""
    if scale.form == "logarithm":
        value = math.log(value) if value > 0 else scale.low
    return min(max((value - scale.low) / (scale.high - scale.low), 0.0), 1.0)
