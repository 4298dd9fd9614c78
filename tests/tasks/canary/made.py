"""Plans and units to judge."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tasks.canary.judge import Moment, judge
from tasks.canary.look import Look
from tasks.canary.monitor import observe, start
from tasks.canary.plan import Plan, Prior, Scale, Watch
from tasks.canary.state import State
from tasks.canary.unit import Unit

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def watch(
    metric: str, delta: float = 0.15, prior: float = 0.02, harm: Literal["up", "down"] = "up", **more: Any
) -> Watch:
    return Watch(
        key=f"{metric} limit",
        metric=metric,
        scale=Scale("yes_no", harm),
        delta=delta,
        weight=1.0,
        source="environment",
        text=f"{metric} within {delta:g}",
        prior=Prior(prior, prior),
        **more,
    )


def plan(*watches: Watch, **more: Any) -> Plan:
    """The demo's rules: half the traffic, margin .15, 40 units."""
    chosen = watches or (watch("schema_ok", harm="down"), watch("refusal"), watch("error"))
    rules: dict[str, Any] = {
        "left_out": (),
        "intents": ("other",),
        "ramp": (5000, 10_000),
        "alpha": 0.01,
        "hold_at": 4.0,
        "min_units": 40,
        "first_step_units": 40,
        "dwell": timedelta(seconds=2),
        "min_total": timedelta(0),
        "duration": timedelta(minutes=4),
        "deadline": timedelta(minutes=4),
        "started_at": START,
    }
    weighted = tuple(replace(one, weight=1 / len(chosen)) for one in chosen)
    return Plan(watches=weighted, **(rules | more))


Rates = Mapping[str, tuple[float, float]]
"""metric -> chance of 1 in the canary and in live."""

GOOD: Rates = {"schema_ok": (0.98, 0.98), "refusal": (0.01, 0.01), "error": (0.0, 0.0)}


def traffic(
    rates: Rates, n: int, *, seed: int = 0, share_bps: int = 5000, intents: tuple[str, ...] = ("other",), since: int = 0
) -> Iterator[Unit]:
    """n units, ten a second."""
    rng = random.Random(seed)
    for i in range(since, since + n):
        canary = rng.random() < share_bps / 10_000
        values = {metric: float(rng.random() < chances[0 if canary else 1]) for metric, chances in rates.items()}
        at = START + timedelta(seconds=i / 10)
        arm: Literal["canary", "live"] = "canary" if canary else "live"
        yield Unit(f"unit-{i:06}", arm, share_bps, rng.choice(intents), at, dict(values))


def look(plan: Plan, state: State, *, at: float = 60.0, share_bps: int = 5000, since: float = 0.0) -> Look:
    """A look `at` seconds after the start, everything assigned having been answered."""
    now = START + timedelta(seconds=at)
    return judge(plan, state, Moment(now, share_bps, START + timedelta(seconds=since)), state.units)


def after(plan: Plan, units: Iterator[Unit] | list[Unit]) -> State:
    return observe(plan, start(plan), units)
