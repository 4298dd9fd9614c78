"""Prediction-powered paired estimate: a judge scores all cases, people label some, and the judge's bias is taken out.

Angelopoulos et al. 2023 (PPI) and 2024 (PPI++, the weight), for one set of cases of which a random part is labelled.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

from .paired import PSEUDO_CASES, PSEUDO_SQUARES, Estimate

LABELS = 100
"""Fewer labelled pairs than this do not stand in for a person's decision."""


def ppi_paired(
    judged: Sequence[float], human: Sequence[float | None], clusters: Sequence[Hashable] | None = None
) -> Estimate:
    """Mean paired difference as people would score it, each value in -1..1; n = all cases, clusters = labelled ones.

    `judged`: the judge's difference of each case; `human`: people's, None where nobody labelled. The estimate is
    mean(human - w judged) over the labelled part + mean(w judged) over all: a judge that favours one arm's style shifts
    both terms and cancels. w in 0..1 is the weight of least variance. Four pseudo-pairs are added, and
    clusters are left out in turn, as in `plus_four`; the degrees of freedom are those of the labelled cases.
    """
    known = [(truth, seen) for truth, seen in zip(human, judged, strict=True) if truth is not None]
    unknown = [seen for truth, seen in zip(human, judged, strict=True) if truth is None]
    n, labelled = len(judged), len(known)
    groups = range(n) if clusters is None else clusters
    sizes = Counter(group for group, truth in zip(groups, human, strict=True) if truth is not None)
    if len(sizes) < 2:
        return Estimate(math.nan, math.inf, 0, n, len(sizes))
    weight = _weight(known, judged)
    rectified = [truth - weight * seen for truth, seen in known]
    mean = math.fsum(rectified) / labelled + weight * math.fsum(judged) / n
    parts = iter(_centred([truth - weight * seen * (1 - labelled / n) for truth, seen in known]))
    others = iter(_centred([weight * seen * labelled / n for seen in unknown]))
    squares = _squares([next(others if truth is None else parts) for truth in human], groups, sizes)
    scale = labelled + PSEUDO_CASES
    df = labelled**2 / sum(size**2 for size in sizes.values()) - 1
    return Estimate(mean * labelled / scale, math.sqrt(squares + PSEUDO_SQUARES) / scale, df, n, len(sizes))


def _squares(values: Sequence[float], groups: Sequence[Hashable], labelled: Counter[Hashable]) -> float:
    """`cluster_squares` of what each case adds to the estimate; a cluster weighs as much as is labelled in it."""
    totals: dict[Hashable, list[float]] = {}
    for value, group in zip(values, groups, strict=True):
        totals.setdefault(group, []).append(value)
    left_out = [(math.fsum(part) / (1 - labelled[group] / labelled.total())) ** 2 for group, part in totals.items()]
    return math.fsum(left_out) * (len(labelled) - 1) / len(labelled)


def _weight(known: Sequence[tuple[float, float]], judged: Sequence[float]) -> float:
    spread = _variance(judged)
    if spread == 0:
        return 0.0
    truths, seen = _centred([truth for truth, _ in known]), _centred([value for _, value in known])
    covariance = math.fsum(a * b for a, b in zip(truths, seen, strict=True)) / (len(known) - 1)
    return min(max(covariance / spread, 0.0), 1.0)


def _centred(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / max(len(values), 1)
    return [value - mean for value in values]


def _variance(values: Sequence[float]) -> float:
    """Of the values' population; 0 when there are fewer than two."""
    return math.fsum(value**2 for value in _centred(values)) / (len(values) - 1) if len(values) > 1 else 0.0
