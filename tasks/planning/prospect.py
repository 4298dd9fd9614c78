"""A release before it begins: its steps, what they take, what they can find, and what nobody can test."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from tasks.planning.work import Spend


@dataclass(frozen=True, slots=True)
class StepAhead:
    """One step. `least` is what it takes when its first look answers, `most` when it needs them all.

    A canary's own minutes are in `Canary`: applications make its calls.
    """

    step: str
    least: Spend
    most: Spend
    note: str


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate can find with this set; differences are fractions of the score.

    `passes_equal`: the chance that a version as good as live passes. `finds`: the fall that is rejected in 80 % of
    gates; both at the last of `rounds_max` rounds. `cases_for_cap`: cases for 80 % at the widest margin of this risk.
    `measured` False: the spread is assumed. For a first release there is only `min_score`, and the rest is None.
    """

    evalset: str
    cases: int
    rounds_max: int
    margin: float | None
    cap: float | None
    passes_equal: float | None
    finds: float | None
    cases_for_cap: int | None
    measured: bool
    min_score: float | None


@dataclass(frozen=True, slots=True)
class GuardAhead:
    """One guard at today's traffic, in canary units at the last step's share.

    `prove` and `find`: units (median, 80 %) until a harmless version is proved, until one that is worse by twice the
    margin is rolled back; infinite when that never happens. Days are those of the 80 %, None = traffic unknown. A
    `level` is a limit of the canary's own and is not compared: it has neither.
    """

    guard: str
    source: str
    instead_of: str | None
    prove: tuple[float, float]
    prove_days: float | None
    find: tuple[float, float]
    find_days: float | None
    level: bool
    fits: bool | None


@dataclass(frozen=True, slots=True)
class Canary:
    """The ramp in percent, ending in 100; days: at least, expected, and the deadline. None = traffic unknown."""

    ramp: tuple[float, ...]
    units_per_day: float | None
    low_traffic: bool
    least_days: float
    expected_days: float
    deadline_days: float
    alpha: float
    guards: tuple[GuardAhead, ...]


class Untestable(NamedTuple):
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """The whole plan. `canary` is None for a first release; `notes` are what a reader has to know besides."""

    version: str
    from_version: str | None
    environment: str
    risk: str
    attempt: int
    steps: tuple[StepAhead, ...]
    gate: Gate
    canary: Canary | None
    untestable: tuple[Untestable, ...]
    notes: tuple[str, ...]

    @property
    def least(self) -> Spend:
        return _total([step.least for step in self.steps])

    @property
    def most(self) -> Spend:
        return _total([step.most for step in self.steps])

    def dump(self) -> dict[str, Any]:
        """JSON-ready; an infinite number of units is null."""
        whole = {**asdict(self), "untestable": [row._asdict() for row in self.untestable]}
        totals = {"least": asdict(self.least), "most": asdict(self.most)}
        found: dict[str, Any] = _finite({**whole, "total": totals})
        return found


def _total(spends: list[Spend]) -> Spend:
    total = Spend()
    for one in spends:
        total = total.plus(one)
    return total


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
