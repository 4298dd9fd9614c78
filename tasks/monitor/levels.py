"""The levels of an environment over one live version: units in, evidence of a broken level out.

Each level has an e-detector (`tasks/statistics/edetector.py`), which does not go blind after a long good time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from registry.artifact import Guard
from registry.metrics import Metrics
from tasks.canary.guards import Rule, bound_of
from tasks.canary.history import History
from tasks.canary.plan import LeftOut, Watch
from tasks.canary.scale import reading, worse
from tasks.canary.state import Mark
from tasks.canary.totals import name_of
from tasks.canary.unit import Window
from tasks.canary.watching import ENOUGH, watch_of
from tasks.ledger.observation import Observation
from tasks.statistics import edetector
from tasks.statistics.edetector import Detector

YOUNGEST = timedelta(hours=1)
"""A rate of units is taken over at least so long."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What is watched, frozen when the version went live, and the evidence so far. JSON both ways.

    `kept` names the streams whose level the target of a rollback kept when it was live. `units_per_day` is that
    version's traffic, None = not known. `units` counts those taken in.
    """

    watches: tuple[Watch, ...]
    left_out: tuple[LeftOut, ...]
    intents: tuple[str, ...]
    kept: tuple[str, ...]
    units_per_day: float | None
    since: datetime
    detectors: Mapping[str, Detector] = field(default_factory=dict)
    marks: Mapping[Window, Mark] = field(default_factory=dict)
    units: int = 0

    def dump(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def load(cls, value: Mapping[str, Any]) -> Levels:
        return _ADAPTER.validate_python(value)


_ADAPTER = TypeAdapter(Levels)


def freeze(guards: Iterable[Guard], metrics: Metrics, before: History, since: datetime) -> Levels:
    """`before` is what the target of a rollback did when it was live; guards that compare have no level: left to
    canary and holdback."""
    rules = [
        Rule(metrics.metric(guard.metric), bound_of(guard), guard.limit, "environment", guard.per) for guard in guards
    ]
    found = [watch_of(rule, before) for rule in rules if rule.levelled]
    watches = tuple(one for one in found if isinstance(one, Watch))
    left_out = tuple(one for one in found if isinstance(one, LeftOut))
    kept = tuple(name for watch in watches for name in _kept(watch, before))
    return Levels(watches, left_out, before.intents(), kept, before.units_per_day, since)


def observe(levels: Levels, units: Iterable[Observation]) -> Levels:
    """The evidence with these units, each counted once whatever is given again; in (closed_at, unit) order."""
    for unit in sorted(units, key=lambda one: (one.closed_at, one.unit, one.window)):
        mark = levels.marks.get(unit.window)
        if mark is None or (unit.closed_at, unit.unit) > (mark.closed_at, mark.unit):
            levels = _take(levels, unit)
    return levels


def broken(levels: Levels, now: datetime) -> tuple[str, ...]:
    """The streams whose level is broken at one false alarm in ten years, at the larger rate of units known."""
    days = max(now - levels.since, YOUNGEST) / timedelta(days=1)
    rate = max(levels.units_per_day or 0.0, levels.units / days)
    return tuple(name for name, detector in levels.detectors.items() if edetector.alarms(detector, rate))


def _take(levels: Levels, unit: Observation) -> Levels:
    detectors = dict(levels.detectors)
    for watch in levels.watches:
        value = unit.values.get(reading(watch))
        if value is not None and watch.level is not None:
            name = _stream(levels.intents, watch, unit.intent)
            u = worse(watch.scale, value)
            detectors[name] = edetector.observe(detectors.get(name, Detector()), u, watch.level)
    marks = {**levels.marks, unit.window: Mark(unit.closed_at, unit.unit)}
    return replace(levels, detectors=detectors, marks=marks, units=levels.units + (unit.window == "answer"))


def _stream(intents: tuple[str, ...], watch: Watch, intent: str) -> str:
    if watch.per == "all":
        return name_of(watch, None)
    return name_of(watch, intent if intent in intents else "other")


def _kept(watch: Watch, before: History) -> list[str]:
    """Its streams in which the version before was at the level or better, over enough units."""
    intents = [None] if watch.per == "all" else list(before.intents())
    found = []
    for intent in intents:
        us = [worse(watch.scale, float(value)) for value in before.of(reading(watch), intent)]
        if len(us) >= ENOUGH and sum(us) / len(us) <= (watch.level or 0.0):
            found.append(name_of(watch, intent))
    return found
