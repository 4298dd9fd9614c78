"""Shadow as people read it: guards as a forest plot, distributions old and new, answers side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from registry.diff.words import Run, words
from tasks.ledger.stage_result import StageResult

from .axis import Axis, Tick
from .forest import Forest, Row, plot
from .showing import plain

_LABELS = {
    "characters": ("Length of the answer", "characters"),
    "output_tokens": ("Length of the answer", "tokens"),
    "prompt_tokens": ("Length of the prompt", "tokens"),
    "cost": ("Cost of a request", "USD"),
    "latency": ("Time to the whole answer", "seconds"),
    "first_token": ("Time to the first token", "seconds"),
}
_FOUND = {"pass": "", "breach": "harm, proved", "insufficient": "not proved", "missing": "the candidate has none"}
_TALLEST = 96.0


class Bar(NamedTuple):
    """Places in percent of the drawing, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


class Arm(NamedTuple):
    """One version's histogram; `at` is where its median stands."""

    name: str
    bars: tuple[Bar, ...]
    at: float
    median: str
    p10: str
    p90: str
    n: int


@dataclass(frozen=True)
class Distribution:
    """`constant` is the one value that both versions always had; there is nothing to draw then."""

    label: str
    unit: str
    arms: tuple[Arm, ...] = ()
    ticks: tuple[Tick, ...] = ()
    constant: str | None = None


class Example(NamedTuple):
    """`worse` is what the candidate broke; `old` and `new` are the two answers as runs of words, so that what differs
    can be marked."""

    trace_id: str
    intent: str
    worse: tuple[str, ...]
    distance: str
    given: str
    old: tuple[Run, ...]
    new: tuple[Run, ...]


@dataclass(frozen=True)
class ShadowView:
    result: StageResult
    plot: Forest | None
    distributions: tuple[Distribution, ...]
    examples: tuple[Example, ...]
    left_to_canary: tuple[str, ...]
    semantic: tuple[Mapping[str, Any], ...]
    tools: tuple[Mapping[str, Any], ...]
    expected_tools: tuple[Mapping[str, Any], ...]
    unjudged: tuple[str, ...]


def view(result: StageResult) -> ShadowView:
    evidence = result.evidence
    return ShadowView(
        result=result,
        plot=_plot(evidence),
        distributions=tuple(_distribution(row) for row in evidence.get("distributions") or ()),
        examples=tuple(_example(row) for row in evidence.get("examples") or ()),
        left_to_canary=tuple(map(str, evidence.get("left_to_canary") or ())),
        semantic=tuple(evidence.get("semantic") or ()),
        tools=tuple(evidence.get("tools") or ()),
        expected_tools=tuple(evidence.get("expected_tools") or ()),
        unjudged=tuple(map(str, evidence.get("unjudged") or ())),
    )


def _plot(evidence: Mapping[str, Any]) -> Forest | None:
    rows = [_row(row) for row in evidence.get("rows") or ()]
    caption = "Change for the worse, in percent of the metric's scale, with its interval and each guard's margin"
    return plot(
        caption,
        rows,
        first_column="Guard",
        unit="% of its scale",
        zero_text="no change",
        directions=("better", "worse"),
    )


def _row(row: Mapping[str, Any]) -> Row:
    found = _FOUND.get(row["verdict"], str(row["verdict"]))
    if not row.get("tested", True) and row["verdict"] == "insufficient":
        found = "left to the canary"
    whole = row["intent"] == "all"
    label = f"{row['metric']} {row.get('side', '')}".strip()
    return Row(
        label if whole else str(row["intent"]),
        row["value"],
        row["low"],
        row["high"],
        row["n"],
        found=found,
        total=whole,
        limit=row["margin"],
        note="" if whole else label,
    )


def _distribution(row: Mapping[str, Any]) -> Distribution:
    label, unit = _LABELS.get(row["metric"], (str(row["metric"]), ""))
    low, high = row["low"], row["high"]
    if low >= high:
        return Distribution(label, unit, constant=plain(low))
    axis = Axis(low, high)
    arms = (_arm("live", row["baseline"], axis), _arm("candidate", row["candidate"], axis))
    return Distribution(label, unit, arms, tuple(axis.ticks(plain, 4)))


def _arm(name: str, found: Mapping[str, Any], axis: Axis) -> Arm:
    """Heights are shares of this arm's own tallest bin: the shape is compared, n stands beside it."""
    counts = found["counts"]
    width, top = 100 / len(counts), max(counts) or 1
    heights = [count / top * _TALLEST for count in counts]
    bars = [
        Bar(round(index * width + 0.4, 2), round(100 - height, 2), round(width - 0.8, 2), round(height, 2))
        for index, height in enumerate(heights)
        if height
    ]
    p10, p50, p90 = (plain(found[name]) for name in ("p10", "p50", "p90"))
    return Arm(name, tuple(bars), axis.at(found["p50"]), p50, p10, p90, found["n"])


def _example(row: Mapping[str, Any]) -> Example:
    runs = words(str(row["recorded"]), str(row["candidate"]))
    old = tuple(run for run in runs if run.kind != "new")
    new = tuple(run for run in runs if run.kind != "gone")
    worse, distance = tuple(map(str, row.get("worse") or ())), row.get("distance")
    return Example(
        trace_id=str(row["trace_id"]),
        intent=str(row.get("intent", "")),
        worse=worse,
        distance="" if distance is None else f"{distance:.2f}",
        given=str(row["input"]),
        old=old,
        new=new,
    )
