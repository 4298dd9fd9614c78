"""A known case, replayed through the monitor that releases use: a concise rewrite of a booking assistant.

Answers are 18 % shorter, the booking tool is called 31 % less, refusals of one intent go from 0.4 to 1.3 %, cost rises
by 9 %; nothing else moves. Guards come from the change note and the shipped environment, scales and priors from 4,000
units of history. `python -m tests.bars.canary.known_case 40` prints the table of `docs/methods/canary.md`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

import registry
from registry.artifact import Change, Expected, Guard, Risk
from registry.environments import load_environments
from registry.metrics import metric
from tasks.canary.freezing import freeze
from tasks.canary.guards import Note
from tasks.canary.history import History
from tasks.canary.judge import Moment, judge
from tasks.canary.look import Action, Look
from tasks.canary.monitor import observe, start
from tasks.canary.plan import Plan
from tasks.canary.totals import FIRST
from tasks.canary.unit import Unit
from tasks.statistics.eprocess_power import Spread, units_to_detect

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
UNITS_PER_DAY = 20_000
LOOK_EVERY = 25
"""Units of both arms between two looks: at this traffic not quite two minutes."""

INTENTS = {"question": 0.45, "booking": 0.25, "refund": 0.30}
TOOL = "tool_call:book_table"
RATES = {"refusal": 0.004, "error": 0.002, "schema_ok": 0.99, "thumbs_down": 0.04}
CALLS = {"question": 0.0, "booking": 0.8, "refund": 0.0}
LOGS = {"latency": (0.5, 0.7), "output_tokens": (5.4, 0.8), "cost": (-6.0, 0.6)}
"""Mean and spread of the logarithm: seconds, tokens, USD."""

MOVED = {"output_tokens": 0.82, TOOL: 0.69, "cost": 1.09}
REFUSED = ("refund", 0.013)

WHY = "shorter answers are read to their end"
NOTED = Change(
    author="ana",
    why=WHY,
    expected=(
        Expected(metric="output_tokens", direction="down", by=60),
        Expected(metric=TOOL, direction="flat"),
    ),
    guards=(
        Guard(metric="refusal", max_increase=0.005, per="intent"),
        Guard(metric=TOOL, max_decrease=0.03),
        Guard(metric="cost", max_ratio=1.05),
    ),
)
NOTES = {"the note's guards": NOTED, "defaults only": Change(author="ana", why=WHY)}


class Stop(NamedTuple):
    """How one replay ended: the guards that were named, and the units of the canary and of both arms until then."""

    action: Action
    guards: tuple[str, ...]
    canary: int
    units: int
    share_bps: int


def values(rng: np.random.Generator, intent: str, *, canary: bool) -> dict[str, float]:
    """What one unit shows under either version."""
    moved = MOVED if canary else {}
    rates = {**RATES, TOOL: CALLS[intent] * moved.get(TOOL, 1.0)}
    if canary and intent == REFUSED[0]:
        rates["refusal"] = REFUSED[1]
    found = {name: float(rng.random() < rate) for name, rate in rates.items()}
    return found | {name: float(np.exp(rng.normal(*of))) * moved.get(name, 1.0) for name, of in LOGS.items()}


@cache
def plan(note: str, risk: Risk) -> Plan:
    """As `release start` freezes it for production."""
    rules = load_environments(Path(registry.__file__).with_name("environments.yaml")).policy("production", risk)
    kept: dict[str, dict[str, list[float]]] = {}
    rng = np.random.default_rng(31)
    for intent in map(str, rng.choice(list(INTENTS), 4000, p=list(INTENTS.values()))):
        for name, value in values(rng, intent, canary=False).items():
            kept.setdefault(name, {}).setdefault(intent, []).append(value)
    history = History(kept, float(UNITS_PER_DAY))
    return freeze(Note(NOTES[note], None, rules.margin_scale, metric), rules, history, started_at=START)


def replay(note: str, seed: int, *, risk: Risk = "low", most: int = 60_000) -> Stop:
    """One canary from its first unit to its end, or to `most` units of both arms."""
    return _Replay(plan(note, risk), seed).run(most)


class _Replay:
    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan, self.rng = plan, np.random.default_rng(seed)
        self.share, self.since, self.units = plan.ramp[0], START, 0
        self.state = start(plan)

    def run(self, most: int) -> Stop:
        while True:
            self.state = observe(self.plan, self.state, self._arriving())
            look = judge(self.plan, self.state, Moment(self._now(), self.share, self.since), self.state.units)
            if look.action in (Action.ROLL_BACK, Action.PROMOTE) or self.units >= most:
                return Stop(look.action, _named(look), look.total_canary, self.units, self.share)
            if look.action is Action.ADVANCE:
                self.share, self.since = look.next_share_bps, self._now()

    def _arriving(self) -> Iterator[Unit]:
        for _ in range(LOOK_EVERY):
            self.units += 1
            canary = bool(self.rng.random() < self.share / 10_000)
            arm: Literal["canary", "live"] = "canary" if canary else "live"
            intent = str(self.rng.choice(list(INTENTS), p=list(INTENTS.values())))
            seen = values(self.rng, intent, canary=canary)
            yield Unit(f"u{self.units:06}", arm, self.share, intent, self._now(), seen)

    def _now(self) -> datetime:
        return START + self.units * timedelta(days=1) / UNITS_PER_DAY


def _named(look: Look) -> tuple[str, ...]:
    """The guards of the streams that are blamed, without their intents."""
    return tuple(dict.fromkeys(stream.split(" [")[0] for stream in look.breaches))


def quantiles(stops: Sequence[Stop]) -> tuple[float, float, float]:
    """Canary units to the end: 5 %, median, 95 %."""
    low, median, high = np.quantile([stop.canary for stop in stops], (0.05, 0.5, 0.95))
    return float(low), float(median), float(high)


def refusals_alone(note: str) -> float:
    """Canary units of all intents, planned median, if nothing but the refusals had moved."""
    declared = plan(note, "low")
    watch = next(watch for watch in declared.watches if watch.metric == "refusal")
    part = 1.0 if watch.per == "intent" else 0.5
    capital = watch.weight * part / len(declared.intents) * FIRST
    before, margin = RATES["refusal"], watch.delta
    share = declared.ramp[0] / 10_000
    need = units_to_detect(Spread(before, None), REFUSED[1] - before, margin, share, declared.alpha, capital)
    return float(need.median) / INTENTS[REFUSED[0]]


def told(note: str, risk: Risk, stops: Sequence[Stop]) -> str:
    """One row of the table."""
    low, median, high = quantiles(stops)
    back = sum(stop.action is Action.ROLL_BACK for stop in stops)
    hours = float(np.median([stop.units for stop in stops])) / UNITS_PER_DAY * 24
    named = Counter(guard for stop in stops for guard in stop.guards)
    blamed = "; ".join(f"{guard} {count}" for guard, count in named.most_common())
    shares = Counter(stop.share_bps / 100 for stop in stops)
    at = ", ".join(f"{share:g} %: {count}" for share, count in sorted(shares.items()))
    return (
        f"| {note}, {risk} risk | {back} of {len(stops)} | {median:.0f} ({low:.0f} to {high:.0f})"
        f" | {hours:.1f} h | {at} | {blamed} |"
    )


if __name__ == "__main__":
    for name in NOTES:
        sys.stdout.write(told(name, "low", [replay(name, seed) for seed in range(int(sys.argv[1]))]) + "\n")
        sys.stdout.write(f"the refusals alone: {refusals_alone(name):.0f}\n")
