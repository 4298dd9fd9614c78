"""Moved, did not move, or cannot tell: one expected line against a difference with its interval.

An announced move is held to half of its size: `moved` when the whole interval is beyond that, `did not move` when all
of it is short of it, also when it went the other way. A line that says `flat` is held to a tolerance both ways:
`did not move` inside it, `moved` when the whole interval is outside.
"""

from __future__ import annotations

from registry.artifact import Expected, Guard
from registry.metrics import Metric
from tasks.outcome.observed import Basis, Finding, Observed
from tasks.statistics.stratified import Difference

HALF = 0.5
"""Of what was announced: nearer to it than to nothing."""

FLAT = 0.10
"""The tolerance of `flat`, as a part of the old mean, for a metric without a default guard that compares."""


def decide(line: Expected, difference: Difference, tolerance: float | None, basis: Basis) -> Observed:
    """The finding on one line; `tolerance` is that of `flat`, None = not known, and no other line needs it."""
    low, high = difference.low, difference.high
    if line.by is not None:
        found, reason = _announced(line, low, high)
        came_true: bool | None = found is Finding.MOVED
    else:
        found, reason = _flat(low, high, tolerance)
        came_true = found is Finding.DID_NOT_MOVE
    return Observed(
        **line.model_dump(),
        outcome=found,
        came_true=None if found is Finding.CANNOT_TELL else came_true,
        value=difference.value,
        low=low,
        high=high,
        old=difference.old,
        n_new=difference.n_new,
        n_old=difference.n_old,
        basis=basis,
        reason=reason,
    )


def unknown(line: Expected, reason: str, basis: Basis = "none") -> Observed:
    """Nothing to compare."""
    return Observed(
        **line.model_dump(),
        outcome=Finding.CANNOT_TELL,
        came_true=None,
        value=None,
        low=None,
        high=None,
        old=None,
        n_new=0,
        n_old=0,
        basis=basis,
        reason=reason,
    )


def tolerance_of(metric: Metric, old: float | None) -> float | None:
    """How far a metric may go and still be flat: its default guard's margin, else a tenth of the old mean."""
    found = [limit for guard in metric.default_guards if (limit := _margin(guard, old)) is not None]
    if found:
        return min(found)
    return None if old is None else FLAT * abs(old)


def _margin(guard: Guard, old: float | None) -> float | None:
    if guard.bound in ("max_increase", "max_decrease"):
        return guard.limit
    if guard.bound in ("max_ratio", "min_ratio"):
        return None if old is None else abs(guard.limit - 1) * abs(old)
    return None


def _announced(line: Expected, low: float, high: float) -> tuple[Finding, str]:
    cut = HALF * (line.by or 0.0)
    near, far = (low, high) if line.direction == "up" else (-high, -low)
    if near > cut:
        return Finding.MOVED, f"at least half of what was announced ({line.by:g})"
    if far < 0:
        return Finding.DID_NOT_MOVE, "it moved the other way"
    if far < cut:
        return Finding.DID_NOT_MOVE, f"less than half of what was announced ({line.by:g})"
    return Finding.CANNOT_TELL, f"the interval holds less and more than half of what was announced ({line.by:g})"


def _flat(low: float, high: float, tolerance: float | None) -> tuple[Finding, str]:
    if tolerance is None:
        return Finding.CANNOT_TELL, "nobody said how far it may go and still be flat"
    if -tolerance < low and high < tolerance:
        return Finding.DID_NOT_MOVE, f"within {tolerance:.4g}"
    if low > tolerance or high < -tolerance:
        return Finding.MOVED, f"beyond {tolerance:.4g}"
    return Finding.CANNOT_TELL, f"the interval reaches over {tolerance:.4g}"
