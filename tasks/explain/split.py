"""The Shapley split of a change of a mean.

With mix m, rest r and the drivers' windows chosen freely, the mean of the mixed world is
v = sum_i w_i(m) * (y_i(r) + sum_k b_k(r) * (x_ik(k) - x_ik(r))),
i over strata: w their shares, y and x their means, b the slopes. v of all before is the mean before, of all after the
mean after. A part is the average over all orders of what turning its factor from before to after adds; as v is a sum
of games of at most three players (mix, rest, one driver), the averages are written out below. Shapley 1953; for
distribution changes Budhathoki et al., arXiv 2102.13384; the linear form is Oaxaca's and Blinder's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .fit import Means, means, slopes
from .moments import Floats, Sums


class Split(NamedTuple):
    """Means and parts (...); `drivers` (..., G). before + mix + drivers + rest = after, up to rounding."""

    before: Floats
    after: Floats
    mix: Floats
    drivers: Floats
    rest: Floats


def split(sums: Sums, size: Floats, groups: Sequence[Sequence[int]], free: Sequence[int], origin: bool) -> Split:
    """`groups`: the drivers of each part. `free`: those that only count with the rest, whose slopes do not matter."""
    found, slope = means(sums), slopes(sums, size, origin)
    kept = [place for place in range(len(size)) if place not in free]
    base = {(mix, rest): _base(found, slope, kept, mix, rest) for mix in (0, 1) for rest in (0, 1)}
    steps = {
        key: np.stack([_step(found, slope, group, *key) for group in groups], axis=-1)
        if groups
        else np.zeros((*base[key].shape, 0))
        for key in base
    }
    drivers = (steps[0, 0] + steps[1, 1]) / 3 + (steps[1, 0] + steps[0, 1]) / 6
    mix = _turned(base, steps, first=True)
    rest = _turned(base, steps, first=False)
    before, after = ((found.w[..., side, :] * found.y[..., side, :]).sum(axis=-1) for side in (0, 1))
    return Split(before, after, mix, drivers, rest)


Worlds = dict[tuple[int, int], Floats]


def _turned(base: Worlds, steps: Worlds, *, first: bool) -> Floats:
    """The part of mix (`first`) or rest: half of its two steps without drivers, and its steps with each driver."""
    alone, other = ((1, 0), (0, 1)) if first else ((0, 1), (1, 0))
    own = (base[alone] - base[0, 0] + base[1, 1] - base[other]) / 2
    with_drivers = (steps[alone] - steps[0, 0]) / 6 + (steps[1, 1] - steps[other]) / 3
    return np.asarray(own + with_drivers.sum(axis=-1))


def _base(found: Means, slope: Floats, kept: Sequence[int], mix: int, rest: int) -> Floats:
    """v with all drivers before."""
    shift = _shift(found.x[..., 0, :, :] - found.x[..., rest, :, :], slope[..., rest, :], kept)
    return np.asarray((found.w[..., mix, :] * (found.y[..., rest, :] + shift)).sum(axis=-1))


def _step(found: Means, slope: Floats, group: Sequence[int], mix: int, rest: int) -> Floats:
    """What the drivers of a group add when they turn."""
    shift = _shift(found.x[..., 1, :, :] - found.x[..., 0, :, :], slope[..., rest, :], group)
    return np.asarray((found.w[..., mix, :] * shift).sum(axis=-1))


def _shift(moved: Floats, slope: Floats, kept: Sequence[int]) -> Floats:
    """By stratum (..., S), what drivers that moved by (..., S, D) do to the mean at slopes (..., D)."""
    places = np.array(kept, dtype=np.intp)
    return np.asarray(np.einsum("...sk,...k->...s", moved[..., places], slope[..., places]))
