"""The batched two-sample e-process: evidence that may be looked at after every batch.

Values are in [0, 1], larger = worse. Given the past, units independent, and any bet `a` and centres fixed before the
batch, `log E[batch factor] <= n_t a (mu_t - m_t) - n_t a (mu_c - m_c)`, which is <= 0 under the null, as
log(1 + x) <= x. The product over batches is therefore a test supermartingale whatever the batch sizes, the shares and
a base rate that drifts in both arms alike, and P(ever E >= 1/alpha) <= alpha (Ville). For blocks of a 2x2 table:
Turner, Ly & Grunwald, arXiv 2106.02693.

All functions broadcast: leading axes are independent runs, the last axis of a result is the grid of alternatives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

HARM_STEPS: Array = np.array([0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 25.0, 80.0])
HARM_WEIGHTS: Array = np.array([0.05, 0.10, 0.15, 0.20, 0.20, 0.10, 0.08, 0.06, 0.04, 0.02])
PROOF_STEPS: Array = np.array([0.0, 0.25, -0.5, 0.5])
PROOF_WEIGHTS: Array = np.array([0.5, 0.2, 0.2, 0.1])
LEVEL_STEPS: Array = np.array([0.05, 0.10, 0.20, 0.35, 0.60, 0.95])
LEVEL_WEIGHTS: Array = np.full(6, 1 / 6)

PSEUDO = 100.0
"""The history counts as so many units of the control arm."""

_EDGE = 1e-7
_REACH = 0.95


class Side(NamedTuple):
    """One arm of a batch: distinct values (..., k) in [0, 1] and how often each was seen (..., k)."""

    values: Array
    counts: Array

    @property
    def n(self) -> Array:
        return np.asarray(self.counts.sum(axis=-1))


def yes_no(n: ArrayLike, bad: ArrayLike) -> Side:
    """The side of a yes/no metric from its two counts; any shape (...)."""
    count, ones = np.broadcast_arrays(np.asarray(n, float), np.asarray(bad, float))
    return Side(np.array([0.0, 1.0]), np.stack([count - ones, ones], axis=-1))


class Centre(NamedTuple):
    """What is known of the control arm before the batch: mean (...), and variance (...) or None for yes/no metrics."""

    mean: Array
    variance: Array | None


def centre(n: ArrayLike, total: ArrayLike, squares: ArrayLike | None, mean: ArrayLike, variance: ArrayLike) -> Centre:
    """Mean and variance of earlier control units, the history counting as 100 of them.

    `squares` is the sum of squares of the earlier units; None for a yes/no metric.
    """
    weight = PSEUDO + np.asarray(n, float)
    prior = np.asarray(mean, float)
    now = (PSEUDO * prior + np.asarray(total, float)) / weight
    if squares is None:
        return Centre(now, None)
    second = (PSEUDO * (np.asarray(variance, float) + prior**2) + np.asarray(squares, float)) / weight
    return Centre(now, np.maximum(second - now**2, 1e-9))


def harm(canary: Side, live: Side, known: Centre, delta: ArrayLike, shift: ArrayLike = 0.0) -> Array:
    """Log factors (..., 10) against H0: mean_t - mean_c <= shift; alternatives shift + x * delta for x in
    HARM_STEPS."""
    margin = np.asarray(shift, float)[..., None]
    return _factors(canary, live, known, margin, margin + HARM_STEPS * np.asarray(delta, float)[..., None], sign=1)


def proof(canary: Side, live: Side, known: Centre, margin: ArrayLike) -> Array:
    """Log factors (..., 4) against H0: mean_t - mean_c >= margin; alternatives x * margin for x in PROOF_STEPS."""
    border = np.asarray(margin, float)[..., None]
    return _factors(canary, live, known, border, PROOF_STEPS * border, sign=-1)


def level_harm(canary: Side, level: ArrayLike) -> Array:
    """Log factors (..., 6) of the canary alone against H0: mean <= level, for level > 0."""
    border = np.asarray(level, float)[..., None]
    return _log_sum(canary, LEVEL_STEPS / border, border)


def level_proof(canary: Side, level: ArrayLike) -> Array:
    """Log factors (..., 6) of the canary alone against H0: mean >= level, for level < 1."""
    border = np.asarray(level, float)[..., None]
    return _log_sum(canary, -LEVEL_STEPS / (1 - border), border)


def mixture(log_e: Array, weights: Array) -> Array:
    """Log of the weighted mean of e-values along the last axis: (..., g) -> (...)."""
    top = log_e.max(axis=-1, keepdims=True)
    return np.asarray(np.log((weights * np.exp(log_e - top)).sum(axis=-1)) + top[..., 0])


class Bet(NamedTuple):
    """Fixed before the batch: the size of the bet on each alternative and the centres of both arms, each (..., g)."""

    size: Array
    mean_t: Array
    mean_c: Array


def bets(n_t: Array, n_c: Array, known: Centre, margin: Array, effect: Array, sign: int) -> Bet:
    """The bets of one batch; `sign` 1 against "at most the margin", -1 against "at least the margin".

    Shapes: n_t, n_c and the centre (...), margin (..., 1), effect (..., g). The centres differ by exactly the margin,
    which is what the validity rests on; a bet loses at most 95 % of the capital.
    """
    n_t, n_c, mean = n_t[..., None], n_c[..., None], known.mean[..., None]
    reached = np.clip(effect, -0.9 * mean, 0.97 - mean)
    share = n_t / (n_t + n_c)
    mean_c = np.clip(mean + share * (reached - margin), _EDGE, 1 - _EDGE - margin)
    mean_t = mean_c + margin
    spread = mean_t * (1 - mean_t) if known.variance is None else known.variance[..., None]
    size = (1 - share) * (reached - margin) / spread
    if sign > 0:
        size = np.clip(size, 0, _REACH * np.minimum(1 / mean_t, n_c / (n_t * (1 - mean_c))))
    else:
        size = np.clip(size, -_REACH * np.minimum(1 / (1 - mean_t), n_c / (n_t * mean_c)), 0)
    return Bet(size, mean_t, mean_c)


def _factors(canary: Side, live: Side, known: Centre, margin: Array, effect: Array, sign: int) -> Array:
    n_t, n_c = canary.n, live.n
    bet = bets(n_t, n_c, known, margin, effect, sign)
    back = -bet.size * (n_t / n_c)[..., None]
    return _log_sum(canary, bet.size, bet.mean_t) + _log_sum(live, back, bet.mean_c)


def _log_sum(side: Side, bet: Array, mean: Array) -> Array:
    """sum over units of log1p(bet * (u - mean)): (..., g)."""
    inside = np.log1p(bet[..., None] * (side.values[..., None, :] - mean[..., None]))
    return np.asarray((side.counts[..., None, :] * inside).sum(axis=-1))
