"""How well a judge agrees with people on yes/no labels of the same outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from scipy.special import ndtri

from .paired import Interval
from .proportions import wilson

KAPPA = 0.6
LABELS = 100


@dataclass(frozen=True)
class Agreement:
    """Judge against people on n outputs; None where one of the classes was never seen."""

    n: int
    kappa: float | None
    sensitivity: float | None
    specificity: float | None

    @property
    def youden(self) -> float | None:
        """J = sensitivity + specificity - 1: how much of a true difference survives the judge."""
        if self.sensitivity is None or self.specificity is None:
            return None
        return self.sensitivity + self.specificity - 1

    @property
    def fit(self) -> bool:
        """Enough labels and enough agreement for the judge's scores to count. Bias between arms is not seen by this."""
        return self.n >= LABELS and self.kappa is not None and self.kappa >= KAPPA


def agreement(human: Sequence[bool], judge: Sequence[bool]) -> Agreement:
    """Cohen's kappa, sensitivity and specificity, people being the truth."""
    pairs = list(zip(human, judge, strict=True))
    n, both = len(pairs), sum(a and b for a, b in pairs)
    good, said = sum(human), sum(judge)
    neither = n - good - said + both
    chance = _chance(good, said, n) if n else 1.0
    kappa = ((both + neither) / n - chance) / (1 - chance) if chance < 1 else None
    return Agreement(n, kappa, both / good if good else None, neither / (n - good) if n > good else None)


def _chance(good: int, said: int, n: int) -> float:
    """The agreement of two that do not look."""
    return (good * said + (n - good) * (n - said)) / n**2


Z_TWO_SIDED = 1.96


@dataclass(frozen=True)
class Uncertainty:
    """Two-sided 95 % intervals of an agreement; None where it has no value."""

    kappa: Interval | None
    sensitivity: Interval | None
    specificity: Interval | None


def uncertainty(human: Sequence[bool], judge: Sequence[bool]) -> Uncertainty:
    """Kappa with the standard error of Cohen (1960), or Wilson's bound of the agreement where all or none agree; the
    others with Wilson's interval."""
    pairs, found = list(zip(human, judge, strict=True)), agreement(human, judge)
    both, good = sum(a and b for a, b in pairs), sum(human)
    neither, n = sum(not (a or b) for a, b in pairs), len(pairs)
    bad = n - good
    return Uncertainty(
        None if found.kappa is None else _kappa_interval(both + neither, n, _chance(good, sum(judge), n)),
        wilson(both, good, Z_TWO_SIDED) if good else None,
        wilson(neither, bad, Z_TWO_SIDED) if bad else None,
    )


def _kappa_interval(agreed: int, n: int, chance: float) -> Interval:
    share = agreed / n
    half = Z_TWO_SIDED * math.sqrt(share * (1 - share) / n)
    low, high = wilson(agreed, n, Z_TWO_SIDED) if half == 0 else (share - half, share + half)
    return Interval(max((low - chance) / (1 - chance), -1.0), min((high - chance) / (1 - chance), 1.0))


@dataclass(frozen=True)
class Lean:
    """How much kinder a judge is to one group than to the rest on answers that people find alike: -1..1.

    `significant`: the interval, at 5 % over all comparisons that were made, excludes 0.
    """

    value: float
    interval: Interval

    @property
    def significant(self) -> bool:
        return self.interval.low > 0 or self.interval.high < 0


Strata = Sequence[tuple[Sequence[float], Sequence[float]]]


def lean(strata: Strata, comparisons: int) -> Lean | None:
    """The share found good in the group less that in the rest, for answers people find good and for the others apart.

    Each of `strata` holds the judge's verdicts (0 or 1) of group and rest; they are weighted by size, so that a group
    with more bad answers is not taken for a favoured one. The interval has one good and one bad verdict more on each
    side (Agresti and Caffo 2000; without them a small group that got none wrong is surely favoured), at Bonferroni's
    level. Strata with fewer than two answers on a side say nothing; None when that is all of them.
    """
    usable = [(group, rest) for group, rest in strata if min(len(group), len(rest)) >= 2]
    total = sum(len(group) + len(rest) for group, rest in usable)
    if not total:
        return None
    value = centre = squares = 0.0
    for group, rest in usable:
        weight = (len(group) + len(rest)) / total
        own, others = _share(group), _share(rest)
        value += weight * (fmean(group) - fmean(rest))
        centre += weight * (own.mean - others.mean)
        squares += weight**2 * (own.squared + others.squared)
    half = float(-ndtri(0.025 / comparisons)) * math.sqrt(squares)
    return Lean(value, Interval(centre - half, centre + half))


class _Share(NamedTuple):
    mean: float
    squared: float


def _share(verdicts: Sequence[float]) -> _Share:
    """Mean and squared standard error, a 0 and a 1 added."""
    n = len(verdicts) + 2
    mean = (math.fsum(verdicts) + 1) / n
    return _Share(mean, mean * (1 - mean) / n)
