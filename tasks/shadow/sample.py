"""What shadow looks at and what it answers: values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from tasks.release.verdict import GuardVerdict, Verdict

ALL = "all"
"""The intent of a guard over the whole sample."""


class Replay(NamedTuple):
    """One trace under both versions, as harm in 0..1 (larger = worse, on the guard's scale); None = no value."""

    unit: str
    candidate: float | None
    baseline: float | None


@dataclass(frozen=True)
class Guard:
    """One guard on one intent. `margin` is on the scale of harm, already widened by what the change note announces.

    A metric that is bad both ways is two guards. `spread`: the planned standard deviation of a pair's difference, from
    earlier replays of a version against itself; None plans with independent answers of the baseline's spread.
    """

    metric: str
    intent: str
    margin: float
    replays: tuple[Replay, ...]
    side: Literal["up", "down"] = "up"
    spread: float | None = None

    @property
    def name(self) -> str:
        return f"{self.metric} {self.side} ({self.intent})"


@dataclass(frozen=True)
class Sample:
    """All guards of one replay. `minimum` traces are wanted by the environment; `found` were there.

    `missing_variables`: variables of the candidate that the traces lack. `ended_early`: conversations that ended
    because the candidate called a tool with other arguments than were recorded. `unreplayed` traces were drawn and not
    asked, for the reason `stopped`.
    """

    guards: tuple[Guard, ...]
    found: int
    minimum: int
    missing_variables: tuple[str, ...] = ()
    ended_early: int = 0
    unreplayed: int = 0
    stopped: str | None = None


class Change(NamedTuple):
    """Mean harm, candidate minus baseline, with one-sided 95 % bounds; n traces of `units` units."""

    value: float
    low: float
    high: float
    n: int
    units: int


@dataclass(frozen=True)
class ShadowRow:
    """One guard judged.

    `power`: planned chance to prove an unchanged candidate inside the margin; below .5 the guard is not `tested` but
    left to the canary. `p`: against "harm within the margin". `unpaired`: traces with a value in one version only.
    """

    metric: str
    intent: str
    side: Literal["up", "down"]
    margin: float
    change: Change
    p: float
    power: float
    tested: bool
    unpaired: int
    verdict: GuardVerdict


@dataclass(frozen=True)
class ShadowVerdict:
    """INCONCLUSIVE is shown and does not stop the release. `left_to_canary` names guards this sample cannot test."""

    verdict: Verdict
    reason: str
    rows: tuple[ShadowRow, ...]
    left_to_canary: tuple[str, ...]
    ended_early: int = 0
