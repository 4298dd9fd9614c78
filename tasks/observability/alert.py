"""A guard as an alert: what it compares, in PromQL, and values that breach and keep it. Pure.

A mirror of the guard on point estimates over a window; what rolls back is the monitor, which weighs chance as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from registry.artifact import Guard

from .names import COUNT, TOOL, VALUE, counted

WINDOW = "1h"
FOR = "5m"
LEAST = 50
"""Requests in the window, on both sides, below which nothing is said."""


class Means(NamedTuple):
    """Of the version and of what it is compared with; `other` is None for a level."""

    own: float
    other: float | None


@dataclass(frozen=True)
class Alert:
    """`behavior` (`bv_...`) and `version` are None for a level that every version has to keep."""

    environment: str
    prompt: str
    guard: Guard
    behavior: str | None = None
    version: str | None = None

    @property
    def name(self) -> str:
        words = f"promptship_{self.guard.metric}_{self.guard.bound}".replace(":", "_").split("_")
        return "".join(word.capitalize() for word in words)

    @property
    def severity(self) -> Literal["warning", "critical"]:
        """A guard of a version is acted on by the canary; a level is for a person."""
        return "warning" if self.behavior else "critical"

    @property
    def by(self) -> tuple[str, ...]:
        level = () if self.behavior else ("version", "behavior")
        intent = ("intent",) if self.guard.per == "intent" else ()
        metric = () if self.tool else ("metric",)
        return ("environment", "prompt", *metric, *level, *intent)

    @property
    def tool(self) -> bool:
        """Whether it is about how often a tool is called: value and count are of different metrics then."""
        return self.guard.metric.startswith(TOOL)

    @property
    def own(self) -> str:
        """The selector of the version's requests. After promotion its arm is live."""
        return self._selector(f'behavior="{self.behavior}"', 'arm=~"canary|live"') if self.behavior else self._live()

    @property
    def other(self) -> str:
        """Of the requests that it is compared with: live before promotion, the holdback afterwards."""
        return self._selector(f'behavior!="{self.behavior}"', 'arm=~"live|holdback"')

    @property
    def expression(self) -> str:
        own, enough = self._mean(self.own), self._enough(self.own)
        if self.guard.bound in ("max", "min"):
            sign = ">" if self.guard.bound == "max" else "<"
            return f"{own} {sign} {_number(self.guard.limit)} and {enough}"
        compared = f"({_compared(self.guard, own, self._mean(self.other))})"
        return f"{compared} and {enough} and {self._enough(self.other)}"

    @property
    def summary(self) -> str:
        of = f"{self.prompt}@{self.version}" if self.version else self.prompt
        where = " for intent {{ $labels.intent }}" if self.guard.per == "intent" else ""
        return f"{self.guard.metric} of {of} in {self.environment}{where}: {_said(self.guard)}"

    def breached(self) -> Means:
        """Means with which it fires."""
        return _means(self.guard)[0]

    def kept(self) -> Means:
        """Means with which it does not."""
        return _means(self.guard)[1]

    def _live(self) -> str:
        return self._selector('arm="live"')

    def _selector(self, *more: str) -> str:
        return ",".join([f'environment="{self.environment}"', f'prompt="{self.prompt}"', *more])

    def _sum(self, name: str, metric: str, selector: str) -> str:
        chosen = f'{selector},metric="{metric}"'
        return f"sum by ({', '.join(self.by)}) (increase({name}{{{chosen}}}[{WINDOW}]))"

    def _mean(self, selector: str) -> str:
        value, count = self._sum(VALUE, self.guard.metric, selector), self._count(selector)
        return f"({value} or {count} * 0) / {count}" if self.tool else f"{value} / {count}"

    def _count(self, selector: str) -> str:
        return self._sum(COUNT, counted(self.guard.metric), selector)

    def _enough(self, selector: str) -> str:
        return f"{self._count(selector)} >= {LEAST}"


def _compared(guard: Guard, own: str, other: str) -> str:
    limit = _number(guard.limit)
    if guard.bound == "max_increase":
        return f"{own} - {other} > {limit}"
    if guard.bound == "max_decrease":
        return f"{other} - {own} > {limit}"
    sign = ">" if guard.bound == "max_ratio" else "<"
    return f"({own}) / ({other}) {sign} {limit}"


def _said(guard: Guard) -> str:
    limit = _number(guard.limit)
    return {
        "max_increase": f"more than {limit} above the old version",
        "max_decrease": f"more than {limit} below the old version",
        "max_ratio": f"more than {limit} times the old version",
        "min_ratio": f"less than {limit} times the old version",
        "max": f"above the level {limit}",
        "min": f"below the level {limit}",
    }[guard.bound]


def _means(guard: Guard) -> tuple[Means, Means]:
    """One that breaches and one that keeps the guard, all above 0: counters do not fall."""
    limit = guard.limit
    if guard.bound == "max_increase":
        return Means(0.1 + 2 * limit + 0.01, 0.1), Means(0.1 + limit / 2, 0.1)
    if guard.bound == "max_decrease":
        high = 1 + 3 * limit
        return Means(high - 2 * limit - 0.01, high), Means(high - limit / 2, high)
    if guard.bound in ("max_ratio", "min_ratio"):
        factor = 1.2 if guard.bound == "max_ratio" else 0.8
        return Means(limit * factor, 1.0), Means((1 + limit) / 2, 1.0)
    beyond, within = (1.5, 0.5) if guard.bound == "max" else (0.5, 1.5)
    return Means(limit * beyond, None), Means(limit * within, None)


def _number(value: float) -> str:
    """PromQL and promtool read plain decimals."""
    return f"{value:.10f}".rstrip("0").rstrip(".")
