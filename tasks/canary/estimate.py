"""The estimated change of a guard's metric, for people: value and interval in the metric's own terms.

The interval is the 95 % asymptotic confidence sequence of Waudby-Smith et al. (arXiv 2103.06476) on the difference of
means, with one unit at 0 and one at 1 added to each arm so that it does not collapse without events. It decides
nothing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tasks.canary.plan import Scale, Watch
from tasks.canary.state import Stream, Tally

RHO = 0.1
"""Tuning of the confidence sequence: tightest at some hundred units."""


class Estimate(NamedTuple):
    value: float | None
    low: float | None
    high: float | None


def estimate(watch: Watch, stream: Stream) -> Estimate:
    """The change canary - live over closed batches; all None without one."""
    canary, live = stream.canary, stream.live
    if not canary.n or not live.n:
        return Estimate(None, None, None)
    alone = watch.level is not None
    value = _mean(canary) - (0.0 if alone else _mean(live))
    variance = _error(canary) + (0.0 if alone else _error(live))
    half = math.sqrt(variance) * _stretch(canary.n)
    bounds = [_own(watch.scale, edge, alone) for edge in (value - half, value, value + half)]
    return Estimate(bounds[1], min(bounds), max(bounds))


def mean_of(watch: Watch, tally: Tally) -> float | None:
    """One arm's mean in the metric's own terms (of seconds, USD and tokens the geometric one); None without units."""
    return _own(watch.scale, _mean(tally), alone=True) if tally.n else None


def _mean(tally: Tally) -> float:
    return tally.total / tally.n


def _error(tally: Tally) -> float:
    """Squared standard error of a mean in [0, 1], two pseudo-units added."""
    n, total, squares = tally.n + 2, tally.total + 1, tally.squares + 1
    return max(squares / n - (total / n) ** 2, 0.0) / n


def _stretch(n: int, alpha: float = 0.05) -> float:
    """Half-width of the confidence sequence in standard errors."""
    inner = n * RHO**2 + 1
    return math.sqrt(inner / (n * RHO**2) * math.log(inner / alpha**2))


def _own(scale: Scale, edge: float, alone: bool) -> float:
    """From u to the metric's own terms: a difference, a ratio for logarithms, a level when the canary stands alone."""
    width = scale.high - scale.low
    if alone:
        at = scale.low + width * min(max(edge if scale.harm == "up" else 1 - edge, 0.0), 1.0)
        return math.exp(at) if scale.form == "logarithm" else at
    moved = (edge if scale.harm == "up" else -edge) * width
    return math.exp(moved) if scale.form == "logarithm" else moved
