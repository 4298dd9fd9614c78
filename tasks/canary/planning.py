"""Before the canary: how many units and days each guard needs at today's traffic, and which cannot be tested."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from tasks.canary.plan import PROOF_ALPHA, Plan, Watch
from tasks.canary.totals import FIRST
from tasks.statistics.eprocess_power import Need, Spread, units_to_detect, units_to_prove

HARMS = 2.0
"""The plan shows when a harm of this many margins is found."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """One guard before a release: canary units (median, 80 %) to prove it harmless and to find a harm of twice its
    margin.

    `days` is the time to the proof in 80 % of harmless canaries; None = traffic not known. `fits` says whether that
    is within the deadline; a guard that does not fit cannot be tested at this traffic.
    """

    guard: str
    prove: Need
    detect: Need
    days: float | None
    fits: bool | None


def forecast(plan: Plan, units_per_day: float | None) -> tuple[Forecast, ...]:
    """One row a guard. Level guards compare with no arm: their row says infinite, and `fits` None."""
    return tuple(_guard(plan, watch, units_per_day) for watch in plan.watches)


def planned_duration(
    watches: tuple[Watch, ...],
    ramp: tuple[int, ...],
    dwell: timedelta,
    deadline: timedelta,
    units_per_day: float | None,
) -> timedelta:
    """The length to expect: all dwells and the slowest proof, at most the deadline; without known traffic the
    deadline."""
    if not units_per_day:
        return deadline
    days = [_days(watch, ramp, units_per_day) for watch in watches if watch.level is None]
    finite = [day for day in days if math.isfinite(day)]
    waiting = dwell * (len(ramp) - 1)
    return min(waiting + timedelta(days=min(max(finite, default=0.0), 3650.0)), deadline)


def _guard(plan: Plan, watch: Watch, units_per_day: float | None) -> Forecast:
    if watch.level is not None:
        never = Need(math.inf, math.inf)
        return Forecast(watch.key, never, never, None, None)
    share = _last_share(plan.ramp)
    prove = units_to_prove(_spread(watch), min(watch.delta, watch.cap), share, PROOF_ALPHA)
    capital = watch.weight / 2 * FIRST
    step = watch.delta - watch.shift
    detect = units_to_detect(_spread(watch), HARMS * watch.delta - watch.shift, step, share, plan.alpha, capital)
    if units_per_day is None:
        return Forecast(watch.key, prove, detect, None, None)
    days = _days(watch, plan.ramp, units_per_day)
    return Forecast(watch.key, prove, detect, days, timedelta(days=min(days, 1e6)) <= plan.deadline)


def _days(watch: Watch, ramp: tuple[int, ...], units_per_day: float) -> float:
    """Days to pass every step of the ramp: evidence carries over, so a step needs what the one before did not bring."""
    have, days = 0.0, 0.0
    for share, following in pairwise(ramp):
        margin = min(watch.delta * 10_000 / following, watch.cap)
        need = units_to_prove(_spread(watch), margin, share / 10_000, PROOF_ALPHA).q80
        days += max(need - have, 0.0) / (units_per_day * share / 10_000)
        have = max(have, need)
    return days


def _last_share(ramp: tuple[int, ...]) -> float:
    return ramp[-2] / 10_000


def _spread(watch: Watch) -> Spread:
    return Spread(watch.prior.mean, None if watch.scale.form == "yes_no" else watch.prior.variance)
