"""The harm of a confirmed change: eval scores of old and new outputs, paired by case, bootstrapped in two stages.

Cases are resampled, then the calls of each resampled case, in both arms alike. A change of distribution is no harm by
itself: answers may differ and be as good.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tasks.drift.shift import Floats
from tasks.statistics.paired import Interval

Scores = Mapping[str, Sequence[float | None]]
"""Scores in 0..1 by case; None is an answer without a usable score."""

MARGIN = 0.05
RESAMPLES = 999
TAIL = 0.05
"""Of each side: both bounds are one-sided 95 % bounds."""


class Harm(StrEnum):
    DEGRADED = "degraded"
    BENIGN = "benign"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Damage:
    """`delta`: new less old, mean over cases. `unscored`: answers without a score; `left_out`: cases without a pair."""

    harm: Harm
    delta: float
    interval: Interval
    cases: int
    calls: int
    unscored: int = 0
    left_out: tuple[str, ...] = ()


def judge(old: Scores, new: Scores, seed: int, margin: float = MARGIN, resamples: int = RESAMPLES) -> Damage:
    """DEGRADED: upper bound below 0 and delta at most -margin; BENIGN: lower bound above -margin; else more calls.

    Fewer than two cases with scores in both arms are inconclusive.
    """
    arms = [{case: [s for s in scores if s is not None] for case, scores in arm.items()} for arm in (old, new)]
    cases = [case for case in arms[0] if arms[0][case] and arms[1].get(case)]
    unscored = sum(score is None for arm in (old, new) for scores in arm.values() for score in scores)
    left_out = tuple(sorted({*old, *new} - set(cases)))
    calls = sum(len(arms[1][case]) for case in cases)
    if len(cases) < 2:
        return Damage(Harm.INCONCLUSIVE, math.nan, Interval(-1.0, 1.0), len(cases), calls, unscored, left_out)
    before, after = ([arm[case] for case in cases] for arm in arms)
    delta = float(np.mean([np.mean(b) - np.mean(a) for a, b in zip(before, after, strict=True)]))
    resampled = _resampled(before, after, np.random.default_rng(seed), resamples)
    low, high = np.quantile(resampled, [TAIL, 1 - TAIL])
    interval = Interval(float(low), float(high))
    return Damage(_word(delta, interval, margin), delta, interval, len(cases), calls, unscored, left_out)


def calls_needed(sd: float, margin: float, z: float = 1.645 + 0.842) -> int:
    """Calls an arm for non-inferiority with 80 % power at one-sided 5 %: 2 (sd / margin)^2 z^2, unpaired."""
    return math.ceil(2 * (sd / margin) ** 2 * z**2)


def _word(delta: float, interval: Interval, margin: float) -> Harm:
    if interval.high < 0 and delta <= -margin:
        return Harm.DEGRADED
    return Harm.BENIGN if interval.low > -margin else Harm.INCONCLUSIVE


def _resampled(
    before: Sequence[Sequence[float]], after: Sequence[Sequence[float]], rng: np.random.Generator, resamples: int
) -> Floats:
    """Deltas (B,): each resample has as many cases as there are, drawn with replacement."""
    chosen = rng.integers(len(before), size=(resamples, len(before)))
    means = [_means(arm, chosen, rng) for arm in (before, after)]
    return np.asarray((means[1] - means[0]).mean(axis=1))


def _means(arm: Sequence[Sequence[float]], chosen: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Mean score of each chosen case (B, C) over as many calls as it has, drawn with replacement."""
    sizes = np.array([len(scores) for scores in arm])
    table = np.zeros((len(arm), int(sizes.max())))
    for row, scores in enumerate(arm):
        table[row, : len(scores)] = scores
    total = np.zeros(chosen.shape)
    for call in range(table.shape[1]):
        drawn = table[chosen, (rng.random(chosen.shape) * sizes[chosen]).astype(np.int64)]
        total += np.where(call < sizes[chosen], drawn, 0.0)
    return np.asarray(total / sizes[chosen])
