"""What a split needs of the requests: their counts, sums and products, by window, stratum and block of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over some requests of one behavior: `n` requests, metric `y`, drivers `x` (D), `xy` (D), `xx` (D x D).

    `window` is 0 (before) or 1 (after). Requests of one `stratum` are alike but for the drivers; a unit is in one
    `block` with all of its requests.
    """

    window: int
    stratum: str
    behavior: str
    block: int
    n: float
    y: float
    x: Sequence[float]
    xy: Sequence[float]
    xx: Sequence[Sequence[float]]


class Sums(NamedTuple):
    """All moments as arrays: `n`, `y` (..., 2, S), `x`, `xy` (..., 2, S, D), `xx` (..., 2, S, D, D)."""

    n: Floats
    y: Floats
    x: Floats
    xy: Floats
    xx: Floats


class Table(NamedTuple):
    """Moments by window, block and stratum: arrays of `Sums` with a leading axis of blocks after that of windows."""

    n: Floats
    y: Floats
    x: Floats
    xy: Floats
    xx: Floats

    def total(self) -> Sums:
        return Sums(*(part.sum(axis=1) for part in self))

    def weighted(self, weights: Floats) -> Sums:
        """`weights` (R, 2, B): how often each block is drawn in each of R resamples."""
        return Sums(*(np.einsum("rwb,wb...->rw...", weights, part) for part in self))

    def blocks(self) -> list[NDArray[np.int64]]:
        """For each window the blocks that have requests."""
        return [np.flatnonzero(self.n[window].sum(axis=-1)) for window in (0, 1)]


def tabulate(rows: Sequence[Moments], levels: Mapping[str, Sequence[float]]) -> Table:
    """`levels` adds drivers that are the same for all requests of a behavior, after those of the rows."""
    strata = {name: place for place, name in enumerate(sorted({row.stratum for row in rows}))}
    blocks = {name: place for place, name in enumerate(sorted({row.block for row in rows}))}
    width = len(rows[0].x) + len(levels[rows[0].behavior])
    shape = (2, len(blocks), len(strata))
    table = Table(*(np.zeros((*shape, *tail)) for tail in ((), (), (width,), (width,), (width, width))))
    for row in rows:
        place = (row.window, blocks[row.block], strata[row.stratum])
        for part, value in zip(table, _widened(row, np.array(levels[row.behavior], float)), strict=True):
            part[place] += value
    return table


def _widened(row: Moments, level: Floats) -> tuple[float, float, Floats, Floats, Floats]:
    x, xx = np.array(row.x, float), np.array(row.xx, float).reshape(len(row.x), len(row.x))
    cross = np.outer(x, level)
    square = np.block([[xx, cross], [cross.T, row.n * np.outer(level, level)]])
    xy = np.concatenate([np.array(row.xy, float), row.y * level])
    return row.n, row.y, np.concatenate([x, row.n * level]), xy, square
