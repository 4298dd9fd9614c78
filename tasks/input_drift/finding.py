"""A difference as a finding: a number with its interval, a sentence, and whether somebody has to look. Pure.

An alarm needs both: chance is ruled out at a level that gives one false alarm a year for all tests of a prompt, every
day (a union bound, so it holds however the days and tests depend on each other), and the change is large enough to
matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
from scipy.stats import binom

from tasks.evaluation.coverage import Coverage
from tasks.statistics.proportions import wilson
from tasks.statistics.ratio import Z95

from .difference import Difference, Floats
from .rows import Measure

TESTS = 8
"""Of a prompt, each day: four of inputs and three of answers against last week, and one for coverage."""
ALARMS_A_YEAR = 1.0
ALPHA = ALARMS_A_YEAR / (365 * TESTS)
FLOORS: Mapping[Measure, float] = {"meaning": 0.1, "length": 0.1, "language": 0.03, "intent": 0.03}
"""A distance of mean vectors, a tenth longer or shorter, three points of a share."""
UNCOVERED = 0.10
"""Twice the share of requests like no case that a set drawn from production would leave."""

Side = Literal["input", "output"]
Against = Literal["last_week", "eval_set"]


class Finding(NamedTuple):
    """`value` with its 95 % interval: a distance of 0 to 2, a ratio of lengths, or a change of a share. `p` is None
    where nothing is tested. `n` requests today, `reference` requests or cases."""

    side: Side
    measure: Measure | Literal["coverage"]
    against: Against
    value: float
    low: float
    high: float
    p: float | None
    n: int
    reference: int
    drifted: bool
    sentence: str


class Compared(NamedTuple):
    side: Side
    measure: Measure
    against: Against
    n: int
    reference: int


class _Effect(NamedTuple):
    value: float
    low: float
    high: float
    size: float
    told: str


def finding(of: Compared, names: tuple[str, ...], before: Floats, found: Difference) -> Finding:
    """`before` is the mean row of the reference."""
    effect = _share(names, before, found) if names else _length(found) if of.measure == "length" else _meaning(found)
    drifted = found.p is not None and found.p <= ALPHA and effect.size >= FLOORS[of.measure]
    sentence = f"{of.measure} of the {of.side}s: {effect.told}"
    return Finding(
        of.side, of.measure, of.against, effect.value, effect.low, effect.high, found.p, of.n, of.reference, drifted,
        sentence,
    )  # fmt: skip


def covered(found: Coverage) -> Finding | None:
    """The share of requests that are like no case; None for a set with too few clusters to know."""
    if found.bound is None:
        return None
    low, high = wilson(found.far, found.requests, Z95)
    p = float(binom.sf(found.far - 1, found.requests, UNCOVERED))
    told = f"{found.far} of {found.requests} requests are like no case; 5 % would be of a set drawn from production"
    return Finding(
        "input", "coverage", "eval_set", found.far / found.requests, low, high, p, found.requests, found.cases,
        p <= ALPHA, told,
    )  # fmt: skip


def _meaning(found: Difference) -> _Effect:
    distance, reach = found.distance, found.reach()
    low, high = max(distance - reach, 0.0), distance + reach
    return _Effect(distance, low, high, distance, f"the mean vector moved by {distance:.2f} ({low:.2f} to {high:.2f})")


def _length(found: Difference) -> _Effect:
    delta, half = float(found.delta[0]), found.half_width(0)
    value, low, high = (float(np.exp(at)) for at in (delta, delta - half, delta + half))
    return _Effect(value, low, high, abs(value - 1), f"{value:.2f} times as long ({low:.2f} to {high:.2f})")


def _share(names: tuple[str, ...], before: Floats, found: Difference) -> _Effect:
    """The label whose share moved most."""
    column = int(np.abs(found.delta).argmax())
    delta, half = float(found.delta[column]), found.half_width(column, len(names))
    was = float(before[column])
    low, high = max(delta - half, -was), min(delta + half, 1 - was)
    points = f"{100 * delta:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
    told = f"{names[column]!r} from {100 * was:.1f} % to {100 * (was + delta):.1f} %, {points}"
    return _Effect(delta, low, high, abs(delta), told)
