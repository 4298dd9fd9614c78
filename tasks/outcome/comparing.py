"""Units of both versions, by phase, as the difference of one metric."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tasks.ledger.observation import Observation
from tasks.outcome.observed import Basis
from tasks.statistics.stratified import Difference, Floats, Phase, difference

ENOUGH = 10
"""Units of each version before anything is said."""

TAIL = 0.95
"""`latency_tail`: slower than this quantile of the old version's units."""


class Compared(NamedTuple):
    """Units that were observed under one set of conditions; arm `canary` had the new version."""

    basis: Basis
    phases: tuple[tuple[Observation, ...], ...]


def compare(compared: Compared, metric: str, intent: str | None, *, yes_no: bool) -> Difference | None:
    """None when fewer than ten units of a version have a value."""
    phases = [_phase(units, metric, intent) for units in compared.phases]
    found = difference(phases, yes_no=yes_no)
    return found if found is not None and min(found.n_new, found.n_old) >= ENOUGH else None


def by_share(units: Iterable[Observation]) -> tuple[tuple[Observation, ...], ...]:
    """A canary's units, a phase for each of its shares."""
    phases: dict[int, list[Observation]] = {}
    for one in units:
        phases.setdefault(one.share_bps, []).append(one)
    return tuple(tuple(phases[share]) for share in sorted(phases))


def _phase(units: Sequence[Observation], metric: str, intent: str | None) -> Phase:
    reads = "latency" if metric == "latency_tail" else metric
    kept = [one for one in units if intent in (None, one.intent) and one.values.get(reads) is not None]
    new, old = (_values(kept, arm, reads) for arm in ("canary", "live"))
    if reads != metric and old.size:
        beyond = np.quantile(old, TAIL)
        return Phase((new > beyond).astype(float), (old > beyond).astype(float))
    return Phase(new, old)


def _values(units: Sequence[Observation], arm: str, metric: str) -> Floats:
    return np.array([one.values[metric] for one in units if one.arm == arm], float)
