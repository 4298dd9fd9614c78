"""From units to batches. A batch is a function of the units' order alone: how often somebody looks changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tasks.canary.unit import Unit, Window
from tasks.statistics.eprocess import Side

SMALLEST = 5
"""A batch closes when it holds this many units of each arm."""

STEPS = 1000
"""u is kept in thousandths, so that an open batch is a few small counts in the state."""

Counts = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Pending:
    """An open batch: how many units had which u (in thousandths), by arm. All its units have one share."""

    canary: Counts = field(default_factory=dict)
    live: Counts = field(default_factory=dict)

    def plus(self, arm: Literal["canary", "live"], thousandths: int) -> Pending:
        before = self.canary if arm == "canary" else self.live
        counts = {**before, thousandths: before.get(thousandths, 0) + 1}
        return Pending(counts, self.live) if arm == "canary" else Pending(self.canary, counts)

    @property
    def closes(self) -> bool:
        return sum(self.canary.values()) >= SMALLEST and sum(self.live.values()) >= SMALLEST


@dataclass(frozen=True, slots=True)
class Batch:
    """A closed batch."""

    canary: Side
    live: Side


def push(
    pending: Mapping[int, Pending], share_bps: int, arm: Literal["canary", "live"], u: float
) -> tuple[Mapping[int, Pending], Batch | None]:
    """One more unit: the open batches afterwards, and the batch it closed.

    A batch never mixes shares: with a base rate that drifts, units of two steps are not comparable. Closing one drops
    what earlier steps left open (fewer than five units of one arm).
    """
    grown = pending.get(share_bps, Pending()).plus(arm, round(u * STEPS))
    if not grown.closes:
        return {**pending, share_bps: grown}, None
    later = {share: rest for share, rest in pending.items() if share > share_bps}
    return later, Batch(_side(grown.canary), _side(grown.live))


def in_order(units: Iterable[Unit]) -> list[Unit]:
    """The order of judgement: (closed_at, unit), answers before feedback."""
    order: tuple[Window, ...] = ("answer", "feedback")
    return sorted(units, key=lambda unit: (unit.closed_at, unit.unit, order.index(unit.window)))


def _side(counts: Counts) -> Side:
    values = sorted(counts)
    return Side(np.array(values, float) / STEPS, np.array([counts[value] for value in values], float))
