"""What one more of each driver does to the metric, from requests that differ within a window and a stratum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .moments import Floats, Sums

SAME = 1e-9
"""Below this share of its size a spread is rounding."""


class Means(NamedTuple):
    """By window and stratum: share of the requests `w`, metric `y` (..., 2, S), drivers `x` (..., 2, S, D).

    A stratum that one window does not have is empty there and has the other's means: its coming or going is mix.
    """

    w: Floats
    y: Floats
    x: Floats


def means(sums: Sums) -> Means:
    seen = sums.n > 0
    count = np.where(seen, sums.n, 1.0)
    y, x = sums.y / count, sums.x / count[..., None]
    y = np.where(seen, y, y[..., ::-1, :])
    x = np.where(seen[..., None], x, x[..., ::-1, :, :])
    return Means(sums.n / np.maximum(sums.n.sum(axis=-1, keepdims=True), 1.0), y, x)


def spread(sums: Sums, origin: bool) -> tuple[Floats, Floats]:
    """Products of the drivers (..., 2, D, D) and of drivers with the metric (..., 2, D), summed over the strata.

    Around the means of window and stratum; with `origin` around zero, for a metric that is 0 when all drivers are.
    """
    if origin:
        return sums.xx.sum(axis=-3), sums.xy.sum(axis=-2)
    count = np.where(sums.n > 0, sums.n, 1.0)[..., None]
    square = sums.xx - sums.x[..., :, None] * sums.x[..., None, :] / count[..., None]
    return square.sum(axis=-3), (sums.xy - sums.x * sums.y[..., None] / count).sum(axis=-2)


def scale(sums: Sums, origin: bool) -> Floats:
    """The size of each driver (D,), so that 1 is a usual step; 0 for a driver that does not vary within a window."""
    square = spread(sums, origin)[0].sum(axis=-3)
    inside, raw = np.diagonal(square), np.diagonal(sums.xx.sum(axis=(-4, -3)))
    return np.sqrt(np.where(inside > SAME * raw, inside, 0.0))


def slopes(sums: Sums, size: Floats, origin: bool) -> Floats:
    """Least squares, (..., 2, D); a driver that does not vary has slope 0.

    With `origin` each window has its own slopes, and borrows the other's where it has none; else both have the same.
    """
    with np.errstate(divide="ignore"):
        step = np.where(size > 0, 1 / size, 0.0)
    square, product = spread(sums, origin)
    square, product = square * step[:, None] * step, product * step
    if origin:
        own = _solved(square, product)
        lent = own[..., ::-1, :]
        left = product - np.einsum("...ij,...j->...i", square, lent)
        return (lent + _solved(square, left)) * step
    both = _solved(square.sum(axis=-3), product.sum(axis=-2)) * step
    return np.stack([both, both], axis=-2)


def _solved(square: Floats, product: Floats) -> Floats:
    inverse = np.linalg.pinv(square, rcond=1e-8, hermitian=True)
    return np.asarray(np.einsum("...ij,...j->...i", inverse, product))
