"""A team's own variance components, from repeats of live and from past releases."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from datetime import date

from .paired import cluster_squares
from .power import Components


def within_variance(repeats: Sequence[Sequence[float]]) -> float:
    """s2: the pooled variance of repeats inside a case, one list a case. ValueError when no case has two."""
    scored = [[value for value in values if not math.isnan(value)] for values in repeats]
    freedom = sum(len(values) - 1 for values in scored if values)
    if freedom == 0:
        raise ValueError("the variance within a case needs two scored repeats of some case")
    return math.fsum(_squares(values) for values in scored if values) / freedom


def between_variance(differences: Sequence[float], s2: float, rounds: int) -> float:
    """w2: the variance of case differences in a past release, less what `rounds` noisy repeats add; at least 0."""
    return max(_squares(differences) / (len(differences) - 1) - 2 * s2 / rounds, 0.0)


def design_effect(differences: Sequence[float], clusters: Sequence[Hashable], s2: float, rounds: int) -> float:
    """deff on w2: how much larger the effects' variance of the mean is because clusters move together; at least 1."""
    w2 = between_variance(differences, s2, rounds)
    if w2 == 0:
        return 1.0
    return max((cluster_squares(differences, clusters) / len(differences) - 2 * s2 / rounds) / w2, 1.0)


def measure(
    live: Sequence[Sequence[float]],
    differences: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    rounds: int,
    on: date,
) -> Components:
    """Components from live's repeats (one list a case) and one past release's case differences over `rounds`."""
    s2 = within_variance(live)
    w2 = between_variance(differences, s2, rounds)
    return Components(w2, s2, design_effect(differences, clusters, s2, rounds), on)


def _squares(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values)
