"""The harm of a confirmed change: eval scores of old and new outputs, paired by case.

The case is what counts: calls are averaged inside one, and the bounds are those of Student's t over the differences of
the cases. A change of distribution is no harm by itself: answers may differ and be as good.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, stdev

from tasks.statistics.paired import Z_ONE_SIDED, Interval, t_quantile

Scores = Mapping[str, Sequence[float | None]]
"""Scores in 0..1 by case; None is an answer without a usable score."""

MARGIN = 0.05


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


def judge(old: Scores, new: Scores, margin: float = MARGIN) -> Damage:
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
    changes = [fmean(arms[1][case]) - fmean(arms[0][case]) for case in cases]
    delta = fmean(changes)
    half = t_quantile(Z_ONE_SIDED, len(cases) - 1) * stdev(changes) / math.sqrt(len(cases))
    interval = Interval(max(delta - half, -1.0), min(delta + half, 1.0))
    return Damage(_word(delta, interval, margin), delta, interval, len(cases), calls, unscored, left_out)


def calls_needed(sd: float, margin: float, z: float = 1.645 + 0.842) -> int:
    """Calls an arm for non-inferiority with 80 % power at one-sided 5 %: 2 (sd / margin)^2 z^2, unpaired."""
    return math.ceil(2 * (sd / margin) ** 2 * z**2)


def _word(delta: float, interval: Interval, margin: float) -> Harm:
    if interval.high < 0 and delta <= -margin:
        return Harm.DEGRADED
    return Harm.BENIGN if interval.low > -margin else Harm.INCONCLUSIVE
