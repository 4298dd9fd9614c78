"""Which drivers cannot be told apart: those that moved together wherever they moved."""

from __future__ import annotations

import numpy as np

from .fit import SAME, means, scale, spread
from .moments import Floats, Sums

REST = -1
"""Stands among the drivers for all that is not one of them."""
FAR = 5.0
"""Standard deviations: an effect seen over one of them is not carried over more than so many."""
_ALONE = 1e-8
_PART = 1e-6


def ties(sums: Sums, origin: bool) -> list[set[int]]:
    """Disjoint sets of drivers (their places, and REST) whose parts can only be had as one sum.

    A driver that neither varied nor moved is in none. A combination of drivers that did not vary within a window but
    moved between the windows could as well be anything else that changed between them: it is tied to REST. So is a
    driver that moved far beyond what it varies within a window, but where the slopes are prices (`origin`).
    """
    size = scale(sums, origin)
    unit = np.where(size > 0, size, np.maximum(np.sqrt(np.diagonal(sums.xx.sum(axis=(0, 1)))), SAME))
    varied = (size > 0) / unit
    square = spread(sums, origin)[0] * (varied[:, None] * varied)
    shift = _shift(sums) / unit
    groups = [{place} for place in range(len(unit)) if size[place] > 0 or np.abs(shift[:, place]).max() > SAME]
    sides = [(square[0], square[1]), (square[1], square[0])] if origin else [(square.sum(axis=0), None)]
    for one, other in sides:
        for still in _stills(one):
            groups = _joined(groups, _tied(still, shift, other))
    for place in np.flatnonzero(np.abs(shift).max(axis=0) > (np.inf if origin else FAR)):
        groups = _joined(groups, {int(place), REST})
    return groups


def _shift(sums: Sums) -> Floats:
    """How far each driver moved in each stratum, times the root of what it rests on: (S, D)."""
    found = means(sums)
    rests = np.sqrt(sums.n.sum(axis=0))
    return np.asarray((found.x[1] - found.x[0]) * rests[:, None])


def _stills(square: Floats) -> list[Floats]:
    """Combinations of drivers that do not vary, each a vector (D,): a driver less what earlier ones say of it."""
    kept: list[int] = []
    found = []
    for place in range(len(square)):
        known = np.linalg.solve(square[np.ix_(kept, kept)], square[kept, place]) if kept else np.zeros(0)
        if square[place, place] - known @ square[kept, place] > _ALONE * max(square[place, place], _ALONE):
            kept.append(place)
            continue
        still = np.zeros(len(square))
        still[place] = 1.0
        still[kept] = -known
        found.append(still)
    return found


def _tied(still: Floats, shift: Floats, other: Floats | None) -> set[int]:
    """The drivers of a combination, with REST when it moved between the windows; none when the other window knows."""
    if other is not None and _knows(other, still):
        return set()
    members = {int(place) for place in np.flatnonzero(np.abs(still) > _PART)}
    return members | {REST} if np.abs(shift @ still).max() > _PART else members


def _knows(square: Floats, still: Floats) -> bool:
    image = square @ np.linalg.pinv(square, rcond=_ALONE, hermitian=True) @ still
    return bool(np.abs(image - still).max() < _PART)


def _joined(groups: list[set[int]], members: set[int]) -> list[set[int]]:
    """Only drivers that moved are joined; REST makes a group of its own when nobody has it."""
    present = set().union(*groups) if groups else set()
    tied = {place for place in members if place in present or place == REST}
    if len(tied) < 2:
        return groups
    touched = [group for group in groups if group & tied]
    return [group for group in groups if not group & tied] + [set().union(tied, *touched)]
