"""The canary as people read it: what each step found, shares and evidence over time, guard by guard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tasks.ledger.event import Event
from tasks.ledger.look import WHOLE, Seen
from tasks.ledger.release import Release
from tasks.ledger.stage_result import StageResult

from .showing import plain, signed
from .trend import Chart, Point, Rule, Span, chart

_LIMIT = re.compile(r"(max_increase|max_decrease|max_ratio|min_ratio|max|min) ([0-9.]+(?:e-?[0-9]+)?)")
_ENDS = ("promptship.canary.withdrawn", "promptship.release.promoted")
PROVED = 20.0
"""The e-value of a proof that a guard needs before its step."""


@dataclass(frozen=True)
class Guarded:
    """One guard over time; `proof` is None where a level is watched, which needs none before a step."""

    name: str
    intent: str | None
    limit: str
    change: Chart
    proof: Chart | None


@dataclass(frozen=True)
class CanaryView:
    """`steps` in order of time; `shares` and `harm` are None where nothing was written down over time."""

    steps: tuple[StageResult, ...]
    shares: Chart | None
    harm: Chart | None
    guards: tuple[Guarded, ...]


def view(row: Release, steps: Sequence[StageResult], looks: Sequence[Seen], events: Sequence[Event]) -> CanaryView:
    shifts = [Point(e.at, e.payload["share_bps"] / 100) for e in events if e.kind == "promptship.canary.shifted"]
    ends = [e.at for e in events if e.kind in _ENDS]
    times = [look.at for look in looks] + [shift.at for shift in shifts] + (ends[:1] if shifts else [])
    if not times:
        return CanaryView(tuple(steps), None, None, ())
    span = Span(min(times), max(times))
    return CanaryView(
        steps=tuple(steps),
        shares=_shares(row, shifts, ends, span) if shifts else None,
        harm=_harm(looks, steps, span),
        guards=tuple(_guards(looks, span)),
    )


def _shares(row: Release, shifts: Sequence[Point], ends: Sequence[datetime], span: Span) -> Chart:
    """Ends where the canary did: at 100 % when it was promoted, else at 0."""
    last = [Point(ends[0], 100.0 if row.decision == "promote" else 0.0)] if ends else []
    told = ", then ".join(f"{plain(point.value)} %" for point in [*shifts, *last])
    points = [Point(span.start, 0.0), *shifts, *last]
    return chart(
        "Share of traffic on the new version",
        f"{told}.",
        points,
        span,
        rules=[Rule(point.value, f"{plain(point.value)} %", "zero") for point in {p.value: p for p in points}.values()],
        steps=True,
    )


def _harm(looks: Sequence[Seen], steps: Sequence[StageResult], span: Span) -> Chart | None:
    seen = [(look.at, look.seen) for look in looks if look.metric == WHOLE and look.seen]
    points = [Point(at, said["harm"]) for at, said in seen if said.get("harm") is not None]
    if not points:
        return None
    needed = next((step.evidence["harm_needed"] for step in reversed(steps) if "harm_needed" in step.evidence), None)
    most = max(point.value for point in points)
    return chart(
        "Evidence of harm, all guards together",
        f"Highest {plain(most)}" + (f"; at {plain(needed)} the canary is rolled back." if needed else "."),
        points,
        span,
        rules=[Rule(needed, f"rolled back at {plain(needed)}")] if needed else [],
        log=True,
    )


def _guards(looks: Sequence[Seen], span: Span) -> Iterator[Guarded]:
    streams: dict[tuple[str, str], list[tuple[datetime, Mapping[str, Any]]]] = {}
    for look in looks:
        if look.metric != WHOLE and look.seen and look.seen.get("value") is not None:
            streams.setdefault((str(look.seen["guard"]), look.intent), []).append((look.at, look.seen))
    for (name, intent), seen in streams.items():
        yield _guarded(name, None if intent == "all" else intent, seen, span)


def _guarded(name: str, intent: str | None, seen: Sequence[tuple[datetime, Mapping[str, Any]]], span: Span) -> Guarded:
    last = seen[-1][1]
    limit = str(last["limit"])
    proofs = [Point(at, said["proof"]) for at, said in seen if said.get("proof") is not None]
    points = [Point(at, said["value"], said["low"], said["high"]) for at, said in seen]
    return Guarded(name, intent, limit, _change(points, limit, span), _proof(proofs, span) if proofs else None)


def _change(points: Sequence[Point], limit: str, span: Span) -> Chart:
    ratio = "_ratio" in limit
    form = plain if ratio or _level(limit) else signed
    last = points[-1]
    low, high = ("\u2013" if edge is None else form(edge) for edge in (last.low, last.high))
    none = [] if _level(limit) else [Rule(1.0 if ratio else 0.0, "no change", "zero")]
    return chart(
        "Ratio of canary to live"
        if ratio
        else "Level of the canary"
        if _level(limit)
        else "Change, canary \u2212 live",
        f"{form(last.value)} at the end, confidence sequence {low} to {high}.",
        points,
        span,
        rules=[*none, *_rule(limit)],
    )


def _level(limit: str) -> bool:
    found = _LIMIT.search(limit)
    return found is not None and found.group(1) in ("max", "min")


def _rule(limit: str) -> list[Rule]:
    found = _LIMIT.search(limit)
    if found is None:
        return []
    bound, size = found.group(1), float(found.group(2))
    return [Rule(-size if bound == "max_decrease" else size, f"limit {bound} {plain(size)}")]


def _proof(points: Sequence[Point], span: Span) -> Chart:
    return chart(
        "Evidence of being within the limit",
        f"{plain(points[-1].value)} at the end, {PROVED:g} proves it.",
        points,
        span,
        rules=[Rule(PROVED, f"proved at {PROVED:g}")],
        log=True,
    )
