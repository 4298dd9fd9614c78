"""Which guards a sample can test: planned from the baseline alone, so that the candidate has no say in it."""

from __future__ import annotations

import math

from scipy.special import ndtr

from tasks.shadow.sample import Guard
from tasks.statistics.paired import PSEUDO_CASES, PSEUDO_SQUARES, Z_ONE_SIDED, plus_four


def planned_power(guard: Guard) -> float:
    """The chance that an unchanged candidate is proved inside the margin (normal approximation, one-sided 5 %).

    Without a planned spread the candidate's answers are taken as independent draws like the baseline's: twice its
    variance, with whole units as clusters. 0 without two units.
    """
    units = [replay.unit for replay in guard.replays if replay.baseline is not None]
    values = [replay.baseline for replay in guard.replays if replay.baseline is not None]
    baseline = plus_four(values, units)
    if baseline.df == 0:
        return 0.0
    scale = len(values) + PSEUDO_CASES
    squares = (baseline.se * scale) ** 2 - PSEUDO_SQUARES
    planned = 2 * squares if guard.spread is None else len(values) * guard.spread**2
    return float(ndtr(guard.margin * scale / math.sqrt(max(planned, 0.0) + PSEUDO_SQUARES) - Z_ONE_SIDED))
