"""Which guards a canary watches: the change note, the environment's rules and the vocabulary of metrics, resolved.

An environment's margins replace everything else. Otherwise declared guards count as they stand, and the default
guards of metrics that were really collected are added, scaled by risk, where nothing is declared for that metric and
direction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from registry.artifact import Change, Expected, Guard
from registry.metrics import Metric
from registry.models import Price
from tasks.canary.plan import LeftOut, Source

Direction = Literal["up", "down"]
Bound = Literal["max_increase", "max_decrease", "max_ratio", "min_ratio", "max", "min"]

_DIRECTION: Mapping[str, Direction] = {
    "max_increase": "up",
    "max_ratio": "up",
    "max": "up",
    "max_decrease": "down",
    "min_ratio": "down",
    "min": "down",
}

UNMEASURED = "live traffic of the last days has no values of it"


@dataclass(frozen=True, slots=True)
class Rule:
    """One guard before it is frozen, in the metric's own unit.

    `announced` is the effect the note expects in this direction, by intent (None = everywhere); it is no harm.
    """

    measure: Metric
    bound: Bound
    limit: float
    source: Source
    per: Literal["all", "intent"] = "all"
    within: timedelta | None = None
    replaced: str | None = None
    announced: Mapping[str | None, float] = field(default_factory=dict)

    @property
    def direction(self) -> Direction:
        return _DIRECTION[self.bound]

    @property
    def levelled(self) -> bool:
        """Whether the limit is a level of the canary itself, not a comparison with live."""
        return self.bound in ("max", "min")

    @property
    def text(self) -> str:
        announced = f", announced {max(self.announced.values()):g}" if self.announced else ""
        per = " per intent" if self.per == "intent" else ""
        return f"{self.measure.name} {self.bound} {self.limit:g}{per}{announced}"

    @property
    def key(self) -> str:
        return f"{self.measure.name} {self.bound}" + (" per intent" if self.per == "intent" else "")


@dataclass(frozen=True, slots=True)
class Note:
    """What the rules are made of: change note, the environment's margins and scale, the metrics, live's price."""

    change: Change
    margins: Mapping[str, float] | None
    margin_scale: float
    metric: Callable[[str], Metric]
    price: Price | None = None


def choose(note: Note, collected: Sequence[str]) -> tuple[list[Rule], list[LeftOut]]:
    """The guards to watch, and those that are not, with the reason. `collected` are the metrics of the last days."""
    if note.margins is not None:
        measured = [metric for metric in note.margins if metric in collected or not collected]
        rules = [rule for metric in measured for rule in _replacing(note, metric, note.margins[metric])]
        unmeasured = [LeftOut(metric, UNMEASURED) for metric in note.margins if metric not in measured]
        return _with_announced(note, rules), unmeasured
    declared, left_out = _declared(note)
    taken = {(rule.measure.name, rule.direction) for rule in declared}
    names = dict.fromkeys([*collected, *(["latency_tail"] if "latency" in collected else [])])
    default = [
        rule for name in names for rule in _defaults(note, name) if (rule.measure.name, rule.direction) not in taken
    ]
    return _with_announced(note, declared + default), left_out


def _replacing(note: Note, metric: str, margin: float) -> list[Rule]:
    measure = note.metric(metric)
    ratio = measure.kind in ("seconds", "usd", "tokens")
    up: Bound = "max_ratio" if ratio else "max_increase"
    down: Bound = "min_ratio" if ratio else "max_decrease"
    bounds = {"up": [up], "down": [down]}.get(measure.bad, [up, down])
    limits = {"max_ratio": 1 + margin, "min_ratio": 1 - margin}
    before = "; ".join(_text(guard) for guard in note.change.guards if guard.metric == metric)
    default = _text(measure.default_guard) + " (default)" if measure.default_guard else None
    return [
        Rule(measure, bound, limits.get(bound, margin), "environment", replaced=before or default) for bound in bounds
    ]


def _declared(note: Note) -> tuple[list[Rule], list[LeftOut]]:
    rules, left_out = dict[str, Rule](), []
    for guard in note.change.guards:
        measure = note.metric(guard.metric)
        if not _live(measure):
            left_out.append(
                LeftOut(guard.metric, f"it is measured in {', '.join(measure.measured)}, not in live traffic")
            )
            continue
        rule = Rule(measure, bound_of(guard), guard.limit, "declared", guard.per, guard.within)
        rules[rule.key] = rule
    return list(rules.values()), left_out


def _defaults(note: Note, name: str) -> list[Rule]:
    measure = note.metric(name)
    if not _live(measure):
        return []
    guards = [(bound_of(guard), guard) for guard in measure.default_guards]
    return [
        Rule(measure, bound, _scaled(bound, guard.limit, note.margin_scale), "default", guard.per)
        for bound, guard in guards
    ]


def _scaled(bound: Bound, limit: float, scale: float) -> float:
    """A default margin scaled by risk; levels are not margins and stay."""
    if bound in ("max", "min"):
        return limit
    return 1 + (limit - 1) * scale if bound in ("max_ratio", "min_ratio") else limit * scale


def _with_announced(note: Note, rules: list[Rule]) -> list[Rule]:
    return [replace(rule, announced=_announced(note, rule)) for rule in rules]


def _announced(note: Note, rule: Rule) -> dict[str | None, float]:
    """What the note expects of this metric in this direction; for `cost` also the price of the announced tokens."""
    found: dict[str | None, float] = {}
    for line in note.change.expected:
        by = _effect(note, rule, line)
        if by:
            found[line.intent] = found.get(line.intent, 0.0) + by
    return found


def _effect(note: Note, rule: Rule, line: Expected) -> float:
    if line.by is None or line.direction != rule.direction:
        return 0.0
    if line.metric == rule.measure.name:
        return line.by
    if rule.measure.name != "cost" or note.price is None or any(e.metric == "cost" for e in note.change.expected):
        return 0.0
    prices = {"prompt_tokens": note.price.input_per_million, "output_tokens": note.price.output_per_million}
    return line.by * prices.get(line.metric, 0.0) / 1e6


def _live(measure: Metric) -> bool:
    return "live" in measure.measured


def bound_of(guard: Guard) -> Bound:
    bound: Bound = guard.bound  # type: ignore[assignment]
    return bound


def _text(guard: Guard) -> str:
    return f"{guard.bound} {guard.limit:g}" + (" per intent" if guard.per == "intent" else "")
