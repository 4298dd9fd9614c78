"""Shares of yes/no events: intervals, and what few runs can and cannot promise."""

from __future__ import annotations

import math

from scipy.special import betaincinv, ndtr

from .paired import Interval


def wilson(successes: float, n: float, z: float = 1.645) -> Interval:
    """Wilson's score interval (1927); `z` is the one-sided critical value of each end. (0, 1) when n = 0.

    Both may be fractions: effective numbers of requests that are not independent.
    """
    if n == 0:
        return Interval(0.0, 1.0)
    share, weight = successes / n, z * z / n
    centre = share + weight / 2
    half = z * math.sqrt(share * (1 - share) / n + weight / (4 * n))
    return Interval(max((centre - half) / (1 + weight), 0.0), min((centre + half) / (1 + weight), 1.0))


def upper_bound(failures: int, n: int, z: float = 1.645) -> float:
    """The exact one-sided upper bound of a failure rate (Clopper and Pearson 1934): 0 of 60 runs says below 4.9 %."""
    return float(betaincinv(failures + 1, n - failures, ndtr(z))) if failures < n else 1.0


def ever_fails(rate: float, cases: int, runs: int) -> float:
    """The chance of at least one failure among independent runs that each fail at `rate`."""
    return 1 - (1 - rate) ** (cases * runs)
