"""From rules to the frozen plan of one canary."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from registry.policy import LowTrafficRule, Policy
from tasks.canary.guards import Note, choose
from tasks.canary.history import History
from tasks.canary.plan import LeftOut, Plan, Watch
from tasks.canary.planning import planned_duration
from tasks.canary.watching import watch_of


def freeze(note: Note, rules: Policy, history: History, *, started_at: datetime, attempt: int = 1) -> Plan:
    """The plan of one canary. Attempt k of one candidate is watched with alpha / 2^(k-1).

    Below the environment's low-traffic line its low-traffic ramp, first step and deadline count.
    """
    chosen, left_out = choose(note, history.collected)
    frozen = [watch_of(rule, history) for rule in chosen]
    left_out += [found for found in frozen if isinstance(found, LeftOut)]
    watches = _weighted([found for found in frozen if isinstance(found, Watch)])
    low = _low_traffic(rules, history)
    deadline = low.deadline if low else rules.deadline_canary
    ramp = tuple(round(percent * 100) for percent in (low or rules).ramp)
    return Plan(
        watches=watches,
        left_out=tuple(left_out),
        intents=history.intents(),
        ramp=ramp,
        alpha=rules.alpha / 2 ** (attempt - 1),
        hold_at=rules.hold_at,
        min_units=rules.min_units,
        first_step_units=low.first_step_units if low else rules.min_units,
        dwell=rules.dwell,
        min_total=rules.min_total or timedelta(0),
        duration=planned_duration(watches, ramp, rules.dwell, deadline, history.units_per_day),
        deadline=deadline,
        started_at=started_at,
        intent_ni=rules.intent_ni,
        low_traffic=low is not None,
    )


def _low_traffic(rules: Policy, history: History) -> LowTrafficRule | None:
    low, traffic = rules.low_traffic, history.units_per_day
    return low if low and traffic is not None and traffic < low.below_units_per_day else None


def _weighted(watches: list[Watch]) -> tuple[Watch, ...]:
    """Equal weights for metrics; guards of one metric, and the two sides of a two-sided one, share its weight."""
    metrics = [watch.metric for watch in watches]
    share = {metric: 1 / len(set(metrics)) / metrics.count(metric) for metric in metrics}
    return tuple(replace(watch, weight=share[watch.metric]) for watch in watches)
