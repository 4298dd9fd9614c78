"""What one canary watches and by which rules, frozen before its first unit. JSON both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter

Form = Literal["yes_no", "logarithm", "fraction"]
Source = Literal["declared", "default", "environment"]

COPIES = 8
"""Restart copies of a stream: copy h opens at h/8 of the planned duration."""

PROOF_ALPHA = 0.05
"""Error of one non-inferiority proof; all guards must pass, so it is not split."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Mean and variance of u over the old version's units."""

    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Scale:
    """How a metric's value becomes u in [0, 1], larger = worse.

    `low` and `high` are the ends of the scale, as natural logarithms for form `logarithm`; `harm` is the direction
    that is bad. With `beyond` the value is 1 when the metric `reads` lies above it (`latency_tail`).
    """

    form: Form
    harm: Literal["up", "down"]
    low: float = 0.0
    high: float = 1.0
    reads: str | None = None
    beyond: float | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """One guard, frozen.

    `delta` is the margin on the u scale, `shift` the announced effect that is no harm; `by_intent` holds both for the
    intents where they differ from the overall ones. For `max` and `min` guards `level` is the limit on the u scale,
    delta is 0. `weight` is omega: all watches sum to 1. `text` is the guard as people read it, `replaced` the guard
    it took the place of.
    """

    key: str
    metric: str
    scale: Scale
    delta: float
    weight: float
    source: Source
    text: str
    prior: Prior
    shift: float = 0.0
    level: float | None = None
    per: Literal["all", "intent"] = "all"
    within: timedelta | None = None
    replaced: str | None = None
    priors: Mapping[str, Prior] = field(default_factory=dict)
    by_intent: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def prior_of(self, intent: str) -> Prior:
        return self.priors.get(intent, self.prior)

    def delta_of(self, intent: str | None) -> float:
        """The margin of one intent, or over all of them (None)."""
        return self.by_intent.get(intent, (self.delta, self.shift))[0] if intent else self.delta

    def shift_of(self, intent: str | None) -> float:
        return self.by_intent.get(intent, (self.delta, self.shift))[1] if intent else self.shift

    @property
    def cap(self) -> float:
        """The largest margin that a proof may use."""
        return 0.3 if self.scale.form == "logarithm" else 0.5


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A guard that is not watched, and why. `blocks` when somebody declared it: nothing advances then."""

    metric: str
    reason: str
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole declaration. Changing any of it needs a new canary: the evidence holds for this plan only.

    `ramp` are the canary's shares in basis points, ending in 10000 (promotion). `alpha` is the chance of a false
    rollback in this whole attempt. `duration` is the planned length: the restart copies open at its eighths.
    """

    watches: tuple[Watch, ...]
    left_out: tuple[LeftOut, ...]
    intents: tuple[str, ...]
    ramp: tuple[int, ...]
    alpha: float
    hold_at: float
    min_units: int
    first_step_units: int
    dwell: timedelta
    min_total: timedelta
    duration: timedelta
    deadline: timedelta
    started_at: datetime
    intent_ni: float | None = None
    low_traffic: bool = False

    def intent(self, label: str) -> str:
        """The watched intent of a unit: unknown labels count as `other`."""
        return label if label in self.intents else "other"

    def next_share(self, share_bps: int) -> int:
        """The next step of the ramp, 10000 after the last; raises ValueError past the end."""
        later = [share for share in self.ramp if share > share_bps]
        if not later:
            raise ValueError(f"no step after a share of {share_bps} bps in the ramp {self.ramp!r}")
        return later[0]

    def margins(self, watch: Watch) -> tuple[float, ...]:
        """The margin to prove before each step of the ramp: exposure-scaled, the guard's own at promotion."""
        return tuple(min(watch.delta * 10_000 / share, watch.cap) for share in self.ramp)

    def intent_margins(self, watch: Watch, intent: str) -> tuple[float, ...]:
        """The margin of the proof per intent at promotion; none unless the environment asks for it."""
        if self.intent_ni is None or watch.level is not None:
            return ()
        return (min(self.intent_ni * watch.delta_of(intent), watch.cap),)

    def opening(self, copy: int) -> datetime:
        return self.started_at + self.duration * copy / COPIES

    def dump(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def load(cls, value: Mapping[str, Any]) -> Plan:
        return _ADAPTER.validate_python(value)


_ADAPTER = TypeAdapter(Plan)
