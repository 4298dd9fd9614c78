"""Prediction-powered paired estimate: a judge scores all cases, people label some, and the judge's bias is taken out.

Angelopoulos et al. 2023 (PPI) and 2024 (PPI++, the weight), for one set of cases of which a random part is labelled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .paired import PSEUDO_CASES, PSEUDO_SQUARES, Estimate

LABELS = 100
"""Fewer labelled pairs than this do not stand in for a person's decision."""


def ppi_paired(judged: Sequence[float], human: Sequence[float | None]) -> Estimate:
    """Mean paired difference as people would score it, each value in -1..1; n = all cases, clusters = labelled ones.

    `judged`: the judge's difference of each case; `human`: people's, None where nobody labelled. The estimate is
    mean(human - w judged) over the labelled part + mean(w judged) over all: a judge that favours one arm's style shifts
    both terms and cancels. w in 0..1 is the weight of least variance. Four pseudo-pairs are added as in `plus_four`.
    """
    known = [(truth, seen) for truth, seen in zip(human, judged, strict=True) if truth is not None]
    unknown = [seen for truth, seen in zip(human, judged, strict=True) if truth is None]
    n, labelled = len(judged), len(known)
    if labelled < 2:
        return Estimate(math.nan, math.inf, 0, n, labelled)
    weight = _weight(known, judged)
    rectified = [truth - weight * seen for truth, seen in known]
    mean = math.fsum(rectified) / labelled + weight * math.fsum(judged) / n
    parts = [truth / labelled + weight * seen * (1 / n - 1 / labelled) for truth, seen in known]
    variance = labelled * _variance(parts) + len(unknown) * (weight / n) ** 2 * _variance(unknown)
    scale = labelled + PSEUDO_CASES
    se = math.sqrt(variance * labelled**2 + PSEUDO_SQUARES) / scale
    return Estimate(mean * labelled / scale, se, labelled - 1, n, labelled)


def _weight(known: Sequence[tuple[float, float]], judged: Sequence[float]) -> float:
    spread = _variance(judged)
    if spread == 0:
        return 0.0
    truths, seen = _centred([truth for truth, _ in known]), _centred([value for _, value in known])
    covariance = math.fsum(a * b for a, b in zip(truths, seen, strict=True)) / (len(known) - 1)
    return min(max(covariance / spread, 0.0), 1.0)


def _centred(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / len(values)
    return [value - mean for value in values]


def _variance(values: Sequence[float]) -> float:
    """Of the values' population; 0 when there are fewer than two."""
    return math.fsum(value**2 for value in _centred(values)) / (len(values) - 1) if len(values) > 1 else 0.0
