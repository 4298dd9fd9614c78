"""Many slices at once: Holm's step-down rule, and the sign-flip test that it is fed with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FLIPS = 9999
_CHUNK = 1024
_TIE = 1e-9
"""Sums of graded scores differ by far more than this or not at all; rounding must not decide which flips tie."""


def holm(p_values: Mapping[str, float], alpha: float) -> frozenset[str]:
    """Names rejected with family-wise error <= alpha under any dependence (Holm 1979): step down until one survives."""
    ordered = sorted(p_values.items(), key=lambda item: item[1])
    rejected = []
    for index, (name, p) in enumerate(ordered):
        if p > alpha / (len(ordered) - index):
            break
        rejected.append(name)
    return frozenset(rejected)


@lru_cache(maxsize=16)
def _signs(seed: int, units: int, flips: int) -> NDArray[np.int8]:
    """Random signs, (flips, units)."""
    return np.random.default_rng([seed, units]).integers(0, 2, size=(flips, units), dtype=np.int8) * 2 - 1


def sign_flip(totals: NDArray[np.float64], *, seed: int, flips: int = FLIPS) -> NDArray[np.float64]:
    """One-sided p values against H0: differences are symmetric around 0 or better, small when the candidate is worse.

    `totals` (S, C): the summed differences of C whole clusters in each of S sets, in an order fixed by the caller (by
    case id), because the seeded signs are. p = (1 + flips with a sum as low) / (1 + flips), at most alpha exactly.
    """
    signs = _signs(seed, totals.shape[1], flips)
    observed = totals.sum(axis=1) + _TIE
    as_low = np.zeros(len(totals), dtype=np.int64)
    for start in range(0, flips, _CHUNK):
        flipped = totals @ signs[start : start + _CHUNK].T.astype(np.float64)
        as_low += (flipped <= observed[:, None]).sum(axis=1)
    p: NDArray[np.float64] = (1 + as_low) / (1 + flips)
    return p
