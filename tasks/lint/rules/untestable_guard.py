"""PS125: at today's traffic the canary cannot prove a guard within its deadline.

Silent where traffic is not known. The time is that of 80 % of harmless canaries, see docs/methods/canary.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tasks.lint.finding import Finding, error_from
from tasks.lint.subject import Subject, Traffic

CODE = "PS125"

_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def untestable_guard(subject: Subject) -> Iterator[Finding]:
    traffic, change = subject.traffic, subject.version.change
    if traffic is None or not traffic.history.units_per_day:
        return
    known = tuple(guard for guard in change.guards if guard.metric in subject.metrics)
    places = {f"{guard.metric} {guard.bound}": change.guards.index(guard) for guard in known}
    for guard, units, days, deadline in _late(subject, traffic):
        at = places.get(guard.removesuffix(" per intent"))
        where = ("change", "guards") if at is None else ("change", "guards", at)
        yield _finding(subject, subject.line(*where), traffic, guard, (units, days), deadline)


def _late(subject: Subject, traffic: Traffic) -> Iterator[tuple[str, float, float, timedelta]]:
    """(guard, canary units, days, deadline) of those that do not fit. Statistics are loaded only where needed."""
    from tasks.canary.freezing import freeze
    from tasks.canary.guards import Note
    from tasks.canary.planning import forecast

    rules, history = traffic
    change = subject.version.change
    guards = tuple(guard for guard in change.guards if guard.metric in subject.metrics)
    model = subject.models.get(subject.version.model)
    note = Note(
        change=change.model_copy(update={"guards": guards}),
        margins=rules.margins,
        margin_scale=rules.margin_scale,
        metric=subject.metrics.metric,
        price=model.price if model else None,
    )
    plan = freeze(note, rules, history, started_at=subject.now or _ANY_DAY)
    for row in forecast(plan, history.units_per_day):
        if row.fits is False:
            yield row.guard, row.prove.q80, row.days or math.inf, plan.deadline


def _finding(
    subject: Subject,
    line: int | None,
    traffic: Traffic,
    guard: str,
    need: tuple[float, float],
    deadline: timedelta,
) -> Finding:
    units, days = need
    takes = f"about {days:,.0f} days" if math.isfinite(days) and days < 3650 else "more than ten years"
    wants = f"{units:,.0f} canary units, {takes}" if math.isfinite(units) else takes
    return Finding(
        CODE,
        error_from("high", subject.risk),
        line,
        f"at {traffic.history.units_per_day:,.0f} units a day the guard {guard!r} needs {wants}",
        f"a proof within the {deadline.total_seconds() / 86400:g} days of a canary in {traffic.rules.name}",
        "Widen the guard to what would really hurt, or decide on it by hand at the canary's end",
    )
