"""Why a mean moved: the parts of a change, with intervals, and what cannot be told apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from tasks.statistics.bootstrap import widening
from tasks.statistics.ratio import Z95

from .exact import Grid
from .factors import MIX, PRICE, UNRECORDED, behind, causes
from .fit import scale
from .moments import Floats, Moments, Table, tabulate
from .split import Split, split
from .ties import REST, ties

DRAWS = 500
MIN_BLOCKS = 10
Told = Literal["moved", "not shown", "cannot tell"]


@dataclass(frozen=True)
class Part:
    """What one factor adds to the change, or several that cannot be told apart.

    `behind`: components that changed and may have moved the factor; more than one: which of them, cannot be told.
    `low` and `high` are None with fewer than 10 units in a window.
    """

    factors: tuple[str, ...]
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    told: Told
    behind: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """`after - before == change == sum of the parts`, exactly. `requests`: how many in each window."""

    metric: str
    before: Decimal
    after: Decimal
    change: Decimal
    low: Decimal | None
    high: Decimal | None
    parts: tuple[Part, ...]
    changed: tuple[str, ...]
    requests: tuple[int, int]

    @property
    def moved(self) -> bool:
        """The interval of the change leaves 0 out."""
        return _excludes_zero(self.low, self.high)


def explain(
    metric: str,
    rows: Sequence[Moments],
    drivers: Sequence[str],
    components: Sequence[str],
    levels: Mapping[str, Sequence[float]],
    *,
    priced: bool,
    seed: int,
) -> Explanation:
    """Split the change of a mean between two windows; both need a request.

    `drivers` names the x of the rows; `components` those that changed, whose `levels` each behavior has as 0 or 1;
    they become parts too, but of a `priced` metric, which is a sum of drivers by their prices.
    """
    if priced:
        levels = dict.fromkeys(levels, ())
    names = (*drivers, *(() if priced else components))
    table = tabulate(rows, levels)
    total = table.total()
    groups = ties(total, priced)
    free = sorted({place for group in groups if REST in group for place in group if place != REST})
    told = sorted(sorted(group) for group in groups if REST not in group)
    size = scale(total, priced)
    found = split(total, size, told, free, priced)
    drawn = _drawn(table, seed)
    spread = None if drawn is None else split(table.weighted(drawn), size, told, free, priced)
    wider = widening(min(map(len, table.blocks())), Z95) if drawn is not None else 1.0
    rest = PRICE if priced else UNRECORDED
    factors = [(MIX,), *(tuple(names[place] for place in group) for group in told)]
    factors.append((*(names[place] for place in free), rest))
    requests = (int(total.n[0].sum()), int(total.n[1].sum()))
    return _explanation(metric, found, spread, wider, factors, tuple(components), requests)


def _drawn(table: Table, seed: int) -> Floats | None:
    """Blocks of units drawn with replacement, in each window for itself: (R, 2, B)."""
    present = table.blocks()
    if min(map(len, present)) < MIN_BLOCKS:
        return None
    random = np.random.default_rng(seed)
    drawn = np.zeros((DRAWS, 2, table.n.shape[1]))
    for window, blocks in enumerate(present):
        drawn[:, window, blocks] = random.multinomial(len(blocks), np.full(len(blocks), 1 / len(blocks)), DRAWS)
    return drawn


def _explanation(
    metric: str,
    found: Split,
    spread: Split | None,
    wider: float,
    factors: Sequence[tuple[str, ...]],
    changed: tuple[str, ...],
    requests: tuple[int, int],
) -> Explanation:
    values = [float(column) for column in _columns(found)]
    grid = Grid.of([float(found.before), float(found.after), *values])
    before, after = grid.number(float(found.before)), grid.number(float(found.after))
    exact = grid.adding_up(values, after - before)
    if spread is None:
        ranges: list[Range] = [(None, None)] * (len(values) + 1)
    else:
        centres = [float(found.after - found.before), *values]
        ranges = _ranges(centres, [spread.after - spread.before, *_columns(spread)], wider, grid)
    parts = tuple(
        Part(names, value, *ends, _told(names, *ends), _behind(names, changed))
        for names, value, ends in zip(factors, exact, ranges[1:], strict=True)
    )
    return Explanation(metric, before, after, after - before, *ranges[0], parts, changed, requests)


def _columns(found: Split) -> list[Floats]:
    return [found.mix, *np.moveaxis(found.drivers, -1, 0), found.rest]


Range = tuple[Decimal | None, Decimal | None]


def _ranges(centres: Sequence[float], draws: Sequence[Floats], wider: float, grid: Grid) -> list[Range]:
    """The middle 95 % of the draws around each estimate, stretched for few units."""
    quantiles = [np.quantile(column, [0.025, 0.975]) for column in draws]
    ends = [centre + wider * (pair - centre) for centre, pair in zip(centres, quantiles, strict=True)]
    return [(grid.number(float(low)), grid.number(float(high))) for low, high in ends]


def _told(factors: tuple[str, ...], low: Decimal | None, high: Decimal | None) -> Told:
    if len(causes(factors)) > 1:
        return "cannot tell"
    return "moved" if _excludes_zero(low, high) else "not shown"


def _excludes_zero(low: Decimal | None, high: Decimal | None) -> bool:
    return low is not None and high is not None and (low > 0 or high < 0)


def _behind(factors: tuple[str, ...], changed: Sequence[str]) -> tuple[str, ...]:
    found = {name for factor in factors for name in behind(factor, changed)}
    return tuple(name for name in changed if name in found and name not in factors)
