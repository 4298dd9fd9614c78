"""Today's mean beside the means of other days, or beside a set. Pure.

Days differ by themselves (a weekend asks other things), so requests are no units of evidence; days are. With the means
m_1..m_k of k reference days, B their covariance and m_0 that of today, R = |m_0 - m|^2 / (tr(B) (1 + 1/k)) is referred
to F(v, v (k - 1)), v = tr(B)^2 / tr(B^2): Satterthwaite's approximation (1946) of a sum of weighted chi squares; with
one column it is the t test of one day against k. What sampling within days explains is the least that B may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f, t

Floats = NDArray[np.float64]
LEAST_DAYS = 5
CONFIDENCE = 0.95


class Difference(NamedTuple):
    """`delta` is today's mean minus the reference's, by column; `variances` are of its columns and `spread` is of all
    together, with `df` degrees of freedom; `directions` is v. `p` is None where there are no days to compare with."""

    delta: Floats
    variances: Floats
    spread: float
    directions: float
    df: float
    p: float | None

    @property
    def distance(self) -> float:
        return float(np.linalg.norm(self.delta))

    def reach(self) -> float:
        """How far chance takes the distance, at 95 %; by the triangle inequality the true one is no farther off."""
        ratio = f.ppf(CONFIDENCE, self.directions, self.directions * self.df)
        return float(np.sqrt(self.spread * ratio))

    def half_width(self, column: int, looked_at: int = 1) -> float:
        """Of the 95 % interval of one column, the largest of `looked_at`."""
        quantile = t.ppf(1 - (1 - CONFIDENCE) / (2 * looked_at), self.df)
        return float(quantile * np.sqrt(self.variances[column]))


def from_days(today: Floats, before: Floats, days: Sequence[int]) -> Difference | None:
    """`days` has the day of each row of `before`; None with fewer than five of them, or without rows today."""
    labels = np.asarray(days)
    known = np.unique(labels)
    if len(known) < LEAST_DAYS or len(today) < 2:
        return None
    means = np.stack([before[labels == day].mean(axis=0) for day in known])
    centred = means - means.mean(axis=0)
    k = len(known)
    between = (centred**2).sum(axis=0) / (k - 1) * (1 + 1 / k)
    within = _within(today, before)
    spread = float(max(between.sum(), within.sum()))
    delta = today.mean(axis=0) - means.mean(axis=0)
    directions = _directions(centred, k - 1)
    p = _p(delta, spread, directions, k - 1)
    return Difference(delta, np.maximum(between, within), spread, directions, k - 1, p)


def from_set(today: Floats, reference: Floats) -> Difference | None:
    """A set has no days: an interval, and no test."""
    if min(len(today), len(reference)) < 2:
        return None
    variances = today.var(axis=0, ddof=1) / len(today) + reference.var(axis=0, ddof=1) / len(reference)
    delta = today.mean(axis=0) - reference.mean(axis=0)
    return Difference(delta, variances, float(variances.sum()), 1.0, min(len(today), len(reference)) - 1, None)


def _within(today: Floats, before: Floats) -> Floats:
    """What drawing these requests explains, were all days alike."""
    found: Floats = np.concatenate([today, before]).var(axis=0, ddof=1) * (1 / len(today) + 1 / len(before))
    return found


def _directions(centred: Floats, df: int) -> float:
    """In how many directions days differ: 1 to k - 1. From the small matrix of inner products, (k, k)."""
    inner = centred @ centred.T / df
    squares = float((inner**2).sum())
    return min(max(float(np.trace(inner)) ** 2 / squares, 1.0), df) if squares > 0 else 1.0


def _p(delta: Floats, spread: float, directions: float, df: int) -> float:
    if spread <= 0:
        return 1.0
    return float(f.sf(float(delta @ delta) / spread, directions, directions * df))
