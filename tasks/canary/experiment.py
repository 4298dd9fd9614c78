"""A canary read as an A/B test: both arms, their difference and its interval, and the sample ratio.

The same frozen plan and the same evidence as the decision; nothing is counted anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter

from tasks.canary.estimate import estimate, mean_of
from tasks.canary.judge import sample_ratios
from tasks.canary.look import SampleRatio
from tasks.canary.plan import Plan, Watch
from tasks.canary.state import State, Stream
from tasks.canary.unit import Arms


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric in both arms; `intent` is None over all of them.

    `new` and `old` are means in the metric's own unit (seconds, USD and tokens: geometric means). `change` is
    new - old, or new / old where `scale` is ratio, with its 95 % asymptotic confidence sequence: it holds however often
    it is looked at. `n_new` and `n_old` are units in closed batches.
    """

    guard: str
    metric: str
    intent: str | None
    limit: str
    scale: Literal["difference", "ratio"]
    new: float | None
    old: float | None
    change: float | None
    low: float | None
    high: float | None
    n_new: int
    n_old: int


@dataclass(frozen=True, slots=True)
class Experiment:
    """`units` counts by the new version's share in basis points when a unit was first seen."""

    rows: tuple[Comparison, ...]
    sample_ratio: tuple[SampleRatio, ...]
    units: Mapping[int, Arms]

    def dump(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped


_ADAPTER = TypeAdapter(Experiment)


def read(plan: Plan, state: State, assigned: Mapping[int, Arms]) -> Experiment:
    """One row a metric, then one for each of its intents that has units of both arms."""
    rows = tuple(row for watch in _metrics(plan) for row in _rows(state, watch))
    return Experiment(rows, sample_ratios(state, assigned), state.units)


def _metrics(plan: Plan) -> Iterator[Watch]:
    """Each metric once: two guards of one metric, or the two sides of it, show the same data."""
    seen: set[str] = set()
    for watch in plan.watches:
        if watch.metric not in seen:
            seen.add(watch.metric)
            yield watch


def _rows(state: State, watch: Watch) -> Iterator[Comparison]:
    evidence = state.guards[watch.key]
    yield _row(watch, None, evidence.pooled)
    for intent, part in evidence.intents.items():
        if part.stream.canary.n and part.stream.live.n:
            yield _row(watch, intent, part.stream)


def _row(watch: Watch, intent: str | None, stream: Stream) -> Comparison:
    shown = estimate(replace(watch, level=None), stream)
    return Comparison(
        guard=watch.key,
        metric=watch.metric,
        intent=intent,
        limit=watch.text,
        scale="ratio" if watch.scale.form == "logarithm" else "difference",
        new=mean_of(watch, stream.canary),
        old=mean_of(watch, stream.live),
        change=shown.value,
        low=shown.low,
        high=shown.high,
        n_new=stream.canary.n,
        n_old=stream.live.n,
    )
