"""A plan in words."""

from __future__ import annotations

import math

from tasks.planning.prospect import Canary, Gate, GuardAhead, Prospect, StepAhead
from tasks.planning.work import Spend


def short(prospect: Prospect) -> list[str]:
    """A few sentences: what it takes, what the gate can find, how long the canary takes, what nobody can test."""
    lines = [f"plan: {takes(prospect)}", gate_sentence(prospect.gate)]
    if prospect.canary is not None:
        lines.append(canary_sentence(prospect.canary))
    lines += [f"cannot be tested: {row.what}: {row.why}" for row in prospect.untestable]
    return lines + [f"note: {note}" for note in prospect.notes]


def takes(prospect: Prospect) -> str:
    """Calls, money and time of all stages before the canary, as a range."""
    least, most = prospect.least, prospect.most
    calls = _range(f"{least.calls:,}", f"{most.calls:,}")
    besides = " besides the canary" if prospect.canary is not None else ""
    return f"{len(prospect.steps)} steps, {calls} calls, {money(least, most)}, {minutes(least, most)}{besides}"


def money(least: Spend, most: Spend) -> str:
    if least.usd is None or most.usd is None:
        return "cost unknown"
    return f"{_range(_usd(least.usd), _usd(most.usd))} USD"


def minutes(least: Spend, most: Spend) -> str:
    if least.minutes is None or most.minutes is None:
        return "time unknown"
    return f"{_range(_number(least.minutes), _number(most.minutes))} minutes"


def steps_calls(step: StepAhead) -> str:
    return _range(f"{step.least.calls:,}", f"{step.most.calls:,}") if step.most.calls else "-"


def steps_minutes(step: StepAhead) -> str:
    return minutes(step.least, step.most).removesuffix(" minutes").removeprefix("time ") if step.most.calls else "-"


def gate_sentence(gate: Gate) -> str:
    """What the gate can find with its set."""
    if gate.margin is None or gate.finds is None or gate.passes_equal is None:
        return f"gate: {gate.cases} cases; the lower bound of the mean score has to reach {gate.min_score:g}"
    return (
        f"gate: {gate.cases} cases, margin {100 * gate.margin:.1f} points; a version as good as live passes in"
        f" {gate.passes_equal:.0%}, a fall of {100 * gate.finds:.1f} points is rejected in 80 % of gates"
    )


def canary_sentence(canary: Canary) -> str:
    """Ramp and time at today's traffic."""
    ramp = ", ".join(f"{share:g}" for share in canary.ramp)
    begin = f"canary: {ramp} %, {len(canary.guards)} guard{'' if len(canary.guards) == 1 else 's'}"
    if canary.units_per_day is None:
        return f"{begin}; at most {days(canary.deadline_days)}, today's traffic is not known"
    return (
        f"{begin}; about {days(canary.expected_days)} at {_number(canary.units_per_day)} units a day, at least"
        f" {days(canary.least_days)}, at most {days(canary.deadline_days)}"
    )


def days(value: float | None) -> str:
    """Days, hours, minutes or seconds, whichever reads best."""
    if value is None or not math.isfinite(value):
        return "-" if value is None else "never"
    for unit, parts in (("days", 1), ("hours", 24), ("minutes", 1440)):
        if value * parts >= 1.95:
            return f"{_number(value * parts)} {unit}"
    return f"{_number(value * 86_400)} seconds"


def units(guard: GuardAhead, need: tuple[float, float]) -> str:
    """Median and 80 % quantile of the units needed."""
    if guard.level:
        return "a level"
    return "never" if not math.isfinite(need[1]) else f"{need[0]:,.0f} / {need[1]:,.0f}"


def guard_source(guard: GuardAhead) -> str:
    return guard.source + (f", instead of {guard.instead_of}" if guard.instead_of else "")


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _usd(value: float) -> str:
    return f"{value:.2f}" if value >= 1 else f"{value:.2g}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
