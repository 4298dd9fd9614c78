"""The plus-four paired t interval: mean difference of two arms on the same cases, with clusters.

Four pseudo-cases d = +1, -1, 0, 0 are appended (one for each cell of a paired 2x2 table, after Agresti and Min), so
that a set without a single discordant case still has an interval. Whole clusters are left out in turn (the jackknife
CV3 of MacKinnon, Nielsen and Webb, Journal of Applied Econometrics 38, 2023), and there are as many degrees of freedom
as clusters of equal size would be worth (Kish 1965): with the plain sum of squares and df = C - 1 one large cluster
among small ones makes 5 % up to 23 %. Simulated error rates: `docs/methods/gate.md`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr, stdtrit

Floats = NDArray[np.float64]

Z_ONE_SIDED = 1.645
"""Normal quantile of one-sided 5 %; both ends of an interval at it make one of 90 %."""
PSEUDO_CASES = 4
PSEUDO_SQUARES = 2.0
"""What +1 and -1 add to the sum of squares; for a mean score, two zeros and two ones around one half add 1."""
PSEUDO_SQUARES_MEAN = 1.0
PSEUDO_SUM_MEAN = 2.0


class Interval(NamedTuple):
    low: float
    high: float


@lru_cache(maxsize=4096)
def t_quantile(z: float, df: float) -> float:
    """The quantile of Student's t with the same upper tail as the normal quantile `z`; infinite without freedom."""
    return float(stdtrit(df, ndtr(z))) if df > 0 else math.inf


@dataclass(frozen=True)
class Estimate:
    """A mean and its standard error; `n` cases in `clusters` independent units."""

    mean: float
    se: float
    df: float
    n: int
    clusters: int

    def interval(self, z: float) -> Interval:
        """mean -/+ t * se, with t of the same tail as the one-sided normal critical value `z`."""
        half = t_quantile(z, self.df) * self.se if self.df > 0 else math.inf
        return Interval(self.mean - half, self.mean + half)

    def p_below(self, null: float = 0.0) -> float:
        """One-sided p value against H0: true mean >= null; 1 when there is no freedom to test with."""
        return float(stdtr(self.df, (self.mean - null) / self.se)) if self.df > 0 else 1.0

    def p_above(self, null: float = 0.0) -> float:
        """One-sided p value against H0: true mean <= null; 1 when there is no freedom to test with."""
        return float(stdtr(self.df, (null - self.mean) / self.se)) if self.df > 0 else 1.0


def plus_four(differences: Sequence[float], clusters: Sequence[Hashable] | None = None) -> Estimate:
    """Mean of paired differences, each in -1..1 and already averaged over repeats; the case or its cluster is the unit.

    mean = sum(d) / (n + 4); se = sqrt(SS + 2) / (n + 4), SS that of `cluster_squares`; df = n^2 / sum(n_c^2) - 1 with
    n_c cases in cluster c: C - 1 for C equal ones. Order of cases and names of clusters do not matter, to the bit.
    """
    return _estimate(differences, clusters, added_sum=0.0, added_squares=PSEUDO_SQUARES)


def plus_four_mean(scores: Sequence[float], clusters: Sequence[Hashable] | None = None) -> Estimate:
    """Mean of scores in 0..1 with two zeros and two ones appended (Agresti and Coull): `plus_four` for one arm."""
    return _estimate(scores, clusters, added_sum=PSEUDO_SUM_MEAN, added_squares=PSEUDO_SQUARES_MEAN)


def _estimate(
    values: Sequence[float], clusters: Sequence[Hashable] | None, *, added_sum: float, added_squares: float
) -> Estimate:
    n = len(values)
    if n == 0:
        return Estimate(math.nan, math.inf, 0, 0, 0)
    labels = range(n) if clusters is None else clusters
    sizes = Counter(labels)
    total = math.fsum(values)
    mean = (total + added_sum) / (n + PSEUDO_CASES)
    if len(sizes) < 2:
        return Estimate(mean, math.inf, 0, n, len(sizes))
    se = math.sqrt(cluster_squares(values, labels) + added_squares) / (n + PSEUDO_CASES)
    return Estimate(mean, se, n * n / sum(size * size for size in sizes.values()) - 1, n, len(sizes))


def cluster_squares(values: Sequence[float], labels: Sequence[Hashable]) -> float:
    """n^2 times the variance of the mean: (C - 1) / C * sum_c (T_c / (1 - n_c / n))^2, with T_c the sum of a cluster's
    residuals. C / (C - 1) * sum_c T_c^2 where all are of one size; 0 for a single cluster."""
    n, groups = len(values), dict[Hashable, list[float]]()
    centre = math.fsum(values) / n
    for value, label in zip(values, labels, strict=True):
        groups.setdefault(label, []).append(value - centre)
    if len(groups) < 2:
        return 0.0
    left_out = math.fsum((math.fsum(group) / (1 - len(group) / n)) ** 2 for group in groups.values())
    return left_out * (len(groups) - 1) / len(groups)


class Estimates(NamedTuple):
    """Many estimates at once: mean and se of shape (S,), one df for all."""

    mean: Floats
    se: Floats
    df: float

    def interval(self, z: float) -> tuple[Floats, Floats]:
        half = t_quantile(z, self.df) * self.se
        return self.mean - half, self.mean + half


def plus_four_rows(differences: Floats, codes: NDArray[np.int64] | None = None) -> Estimates:
    """`plus_four` for S sets of n cases: `differences` (S, n), `codes` (n,) cluster numbers 0..C-1. Needs C >= 2."""
    n = differences.shape[1]
    residuals = differences - differences.mean(axis=1, keepdims=True)
    totals = residuals if codes is None else cluster_totals(residuals, codes)
    sizes = np.ones(n) if codes is None else np.bincount(codes).astype(np.float64)
    squares = ((totals / (1 - sizes / n)) ** 2).sum(axis=1) * (len(sizes) - 1) / len(sizes)
    scale, df = n + PSEUDO_CASES, n * n / float((sizes**2).sum()) - 1
    return Estimates(differences.sum(axis=1) / scale, np.sqrt(squares + PSEUDO_SQUARES) / scale, df)


def cluster_totals(values: Floats, codes: NDArray[np.int64]) -> Floats:
    """Sums by cluster: (S, n) and (n,) cluster numbers 0..C-1 to (S, C)."""
    return values @ np.eye(int(codes.max()) + 1)[codes]
