"""The canary's guards at today's traffic."""

from __future__ import annotations

import math
from datetime import timedelta

from tasks.canary.plan import Plan, Watch
from tasks.canary.planning import Forecast, forecast
from tasks.planning.prospect import Canary, GuardAhead, Untestable
from tasks.planning.text import days

_DAY = timedelta(days=1)


def canary_ahead(plan: Plan, units_per_day: float | None) -> Canary:
    """Ramp, time and guards of a canary that would begin now."""
    rows = zip(plan.watches, forecast(plan, units_per_day), strict=True)
    steps = len(plan.ramp) - 1
    return Canary(
        ramp=tuple(share / 100 for share in plan.ramp),
        units_per_day=units_per_day,
        low_traffic=plan.low_traffic,
        least_days=max(plan.dwell * steps, plan.min_total) / _DAY,
        expected_days=max(plan.duration, plan.min_total) / _DAY,
        deadline_days=plan.deadline / _DAY,
        alpha=plan.alpha,
        guards=tuple(_guard(plan, watch, row, units_per_day) for watch, row in rows),
    )


def _guard(plan: Plan, watch: Watch, row: Forecast, units_per_day: float | None) -> GuardAhead:
    share = plan.ramp[-2] / 10_000
    find_days = row.detect.q80 / (units_per_day * share) if units_per_day else None
    return GuardAhead(
        guard=watch.text,
        source=watch.source,
        instead_of=watch.replaced,
        prove=(row.prove.median, row.prove.q80),
        prove_days=row.days,
        find=(row.detect.median, row.detect.q80),
        find_days=find_days if watch.level is None else None,
        level=watch.level is not None,
        fits=row.fits,
    )


def untestable(plan: Plan, canary: Canary) -> list[Untestable]:
    """What is not watched, and the guards that this traffic does not decide within the deadline."""
    found = [Untestable(left.metric, left.reason) for left in plan.left_out]
    late = [guard for guard in canary.guards if guard.fits is False]
    return found + [Untestable(guard.guard, _why(guard, canary)) for guard in late]


def _why(guard: GuardAhead, canary: Canary) -> str:
    if not math.isfinite(guard.prove[1]):
        return "no number of units proves it"
    return (
        f"it needs about {guard.prove[1]:,.0f} canary units, {days(guard.prove_days)} at"
        f" {canary.units_per_day:,.0f} units a day; the canary ends after {days(canary.deadline_days)}"
    )
