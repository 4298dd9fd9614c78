"""A line over time: places in a drawing of 1000 x 100 that is stretched, words in percent beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from .axis import Tick, over

WIDTH = 1000.0
APART = 16.0
"""Percent of the height that two texts need between them."""


class Point(NamedTuple):
    """`low` and `high` are the ends of the interval, None without one."""

    at: datetime
    value: float
    low: float | None = None
    high: float | None = None


class Span(NamedTuple):
    """The time that all charts of a canary share."""

    start: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        length = (self.end - self.start).total_seconds()
        return round((at - self.start).total_seconds() / length * WIDTH, 1) if length > 0 else 0.0

    def ticks(self) -> tuple[Tick, ...]:
        days = self.end.date() != self.start.date()
        middle = self.start + (self.end - self.start) / 2
        form = "%b %d %H:%M" if days else "%H:%M:%S"
        return tuple(Tick(place, f"{at:{form}}") for place, at in ((0, self.start), (50, middle), (100, self.end)))


class Rule(NamedTuple):
    """A level worth drawing; `kind` is zero or limit."""

    value: float
    text: str
    kind: str = "limit"


class Level(NamedTuple):
    """A rule with its place in percent from above."""

    y: float
    text: str
    kind: str


@dataclass(frozen=True)
class Chart:
    """`line` and `band` are SVG paths, the band empty without intervals."""

    title: str
    sentence: str
    line: str
    band: str
    levels: tuple[Level, ...]
    ticks: tuple[Tick, ...]


def chart(
    title: str,
    sentence: str,
    points: Sequence[Point],
    span: Span,
    *,
    rules: Sequence[Rule] = (),
    log: bool = False,
    steps: bool = False,
) -> Chart:
    """`log`: e-values, whose powers matter; below 0.01 is drawn as 0.01. `steps`: a value holds until the next."""
    scale = _logarithm if log else float
    seen = [point.value for point in points] + _edges(points)
    axis = over([scale(value) for value in [*seen, *(rule.value for rule in rules)]])

    def y(value: float) -> float:
        return round(100 - axis.at(scale(value)), 2)

    return Chart(
        title=title,
        sentence=sentence,
        line=_line(points, span, y, steps=steps),
        band=_band(points, span, y),
        levels=_levels(rules, y),
        ticks=span.ticks(),
    )


def _edges(points: Sequence[Point]) -> list[float]:
    """Ends of the later intervals: the first ones are so wide that nothing else would be seen; they are cut off."""
    later = points[len(points) // 4 :]
    return [edge for point in later for edge in (point.low, point.high) if edge is not None]


def _levels(rules: Sequence[Rule], y: Callable[[float], float]) -> tuple[Level, ...]:
    """Limits first; a text that another one would cover is left out, its line is not."""
    found: list[Level] = []
    for rule in sorted(rules, key=lambda rule: rule.kind != "limit"):
        place = y(rule.value)
        free = all(abs(place - other.y) >= APART for other in found if other.text)
        found.append(Level(place, rule.text if free else "", rule.kind))
    return tuple(found)


def _logarithm(value: float) -> float:
    return math.log10(max(value, 0.01))


def _line(points: Sequence[Point], span: Span, y: Callable[[float], float], *, steps: bool) -> str:
    first, *others = points
    path = f"M{span.x(first.at)} {y(first.value)}"
    for point in others:
        path += f"H{span.x(point.at)}V{y(point.value)}" if steps else f"L{span.x(point.at)} {y(point.value)}"
    return path + (f"H{WIDTH:g}" if steps else "")


def _band(points: Sequence[Point], span: Span, y: Callable[[float], float]) -> str:
    known = [(span.x(p.at), y(p.low), y(p.high)) for p in points if p.low is not None and p.high is not None]
    if len(known) < 2:
        return ""
    over_ = "L".join(f"{x} {high}" for x, _, high in known)
    under = "L".join(f"{x} {low}" for x, low, _ in reversed(known))
    return f"M{over_}L{under}Z"
