"""The evidence of a canary so far. Frozen, JSON both ways: a new watcher goes on where the last one stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from tasks.canary.batches import Pending
from tasks.canary.unit import Arms, Window

Logs = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Units of one arm in closed batches: count, sum and sum of squares of u."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class Opening:
    """A stream's numbers when a restart copy opened; the copy's own are the differences to them."""

    log_e: Logs
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Harm:
    """Evidence of harm of one stream.

    `log_e` is the cumulative log factor of each alternative. top / bottom is the estimated harm: the batch
    differences weighted by n_t n_c / (n_t + n_c), so that a base rate drifting in both arms does not bias it.
    `copies` in opening order.
    """

    log_e: Logs
    top: float = 0.0
    bottom: float = 0.0
    copies: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """Units of one cut of the data: the open batches by share, the closed ones as tallies, the proofs by margin."""

    canary: Tally = field(default_factory=Tally)
    live: Tally = field(default_factory=Tally)
    pending: Mapping[int, Pending] = field(default_factory=dict)
    proofs: tuple[Logs, ...] = ()


@dataclass(frozen=True, slots=True)
class Slice:
    """One intent of one guard: its own batches, and the evidence from them."""

    stream: Stream
    harm: Harm


@dataclass(frozen=True, slots=True)
class Evidence:
    """One guard: `overall` harm is the sum over intents, `pooled` cuts its own batches for the proofs.

    `asked` are units whose window observes the metric, `given` those that had a value.
    """

    overall: Harm
    pooled: Stream
    intents: Mapping[str, Slice]
    asked: Arms = field(default_factory=Arms)
    given: Arms = field(default_factory=Arms)


@dataclass(frozen=True, slots=True)
class Alarm:
    """The first moment the screened evidence reached 1/alpha. It stays: a canary is rolled back once."""

    at: datetime
    unit: str
    log_e: float
    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """The last unit taken in; units are in (closed_at, unit) order."""

    closed_at: datetime
    unit: str


@dataclass(frozen=True, slots=True)
class State:
    """`units` by share of the units' first request; `batches` counts closed batches of all streams."""

    guards: Mapping[str, Evidence]
    marks: Mapping[Window, Mark] = field(default_factory=dict)
    units: Mapping[int, Arms] = field(default_factory=dict)
    batches: int = 0
    alarm: Alarm | None = None

    @property
    def total(self) -> Arms:
        return Arms(sum(arms.canary for arms in self.units.values()), sum(arms.live for arms in self.units.values()))

    def dump(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def load(cls, value: Mapping[str, Any]) -> State:
        return _ADAPTER.validate_python(value)


_ADAPTER = TypeAdapter(State)
