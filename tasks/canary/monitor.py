"""Taking units in: each is counted once, whatever a caller supplies again.

`judge` says what the evidence means; both are functions of values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from tasks.canary.batches import Batch, in_order, push
from tasks.canary.evidence import added, fresh_harm, fresh_proofs, increments, proved
from tasks.canary.plan import Plan, Watch
from tasks.canary.scale import reading, worse
from tasks.canary.state import Alarm, Evidence, Harm, Mark, Slice, State, Stream
from tasks.canary.totals import Totals
from tasks.canary.unit import Arms, Unit, Window


def start(plan: Plan) -> State:
    """The state before the first unit."""
    return State({watch.key: _start(plan, watch) for watch in plan.watches})


def observe(plan: Plan, state: State, units: Iterable[Unit]) -> State:
    """The state after these units.

    Units at or before the mark of their window are skipped, so that supplying a unit again, or all units at each
    look, is safe. What does not fill a batch yet is kept in the state: callers need only units closed after
    `state.marks`.
    """
    totals = Totals(plan, state)
    for unit in in_order(units):
        if not _seen(state.marks, unit):
            state = _take(plan, state, unit, totals)
    return state


def _start(plan: Plan, watch: Watch) -> Evidence:
    slices = {
        intent: Slice(Stream(proofs=fresh_proofs(watch, plan.intent_margins(watch, intent))), fresh_harm(watch))
        for intent in plan.intents
    }
    pooled = Stream(proofs=fresh_proofs(watch, plan.margins(watch)))
    return Evidence(fresh_harm(watch), pooled, slices)


def _seen(marks: Mapping[Window, Mark], unit: Unit) -> bool:
    mark = marks.get(unit.window)
    return mark is not None and (unit.closed_at, unit.unit) <= (mark.closed_at, mark.unit)


def _take(plan: Plan, state: State, unit: Unit, totals: Totals) -> State:
    guards, closed = dict(state.guards), 0
    for watch in plan.watches:
        if reading(watch) in unit.values:
            guards[watch.key], batches = _update(plan, watch, guards[watch.key], unit)
            closed += batches
            if batches:
                totals.update(watch, guards[watch.key], plan.intent(unit.intent))
    return replace(
        state,
        guards=guards,
        marks={**state.marks, unit.window: Mark(unit.closed_at, unit.unit)},
        units=_counted(state.units, unit),
        batches=state.batches + closed,
        alarm=state.alarm or _alarm(plan, totals, unit, closed),
    )


def _counted(units: Mapping[int, Arms], unit: Unit) -> Mapping[int, Arms]:
    if unit.window == "feedback":
        return units
    return {**units, unit.share_bps: units.get(unit.share_bps, Arms()).plus(unit.arm)}


def _alarm(plan: Plan, totals: Totals, unit: Unit, closed: int) -> Alarm | None:
    if not closed or totals.screened < math.log(1 / plan.alpha):
        return None
    return Alarm(unit.closed_at, unit.unit, totals.screened, totals.blamed(plan.alpha))


def _update(plan: Plan, watch: Watch, evidence: Evidence, unit: Unit) -> tuple[Evidence, int]:
    """One unit in one guard: the evidence afterwards, and how many batches it closed (0 to 2)."""
    value = unit.values[reading(watch)]
    asked = evidence.asked.plus(unit.arm)
    if value is None:
        return replace(evidence, asked=asked), 0
    u, intent = worse(watch.scale, value), plan.intent(unit.intent)
    pooled, batch = _pushed(evidence.pooled, unit, u)
    if batch:
        pooled = proved(watch, pooled, batch, watch.prior, plan.margins(watch))
    stream, own = _pushed(evidence.intents[intent].stream, unit, u)
    overall, part = evidence.overall, Slice(stream, evidence.intents[intent].harm)
    if own:
        overall, part = _harmed(plan, watch, overall, part, own, intent, unit.closed_at)
    slices = {**evidence.intents, intent: part}
    grown = Evidence(overall, pooled, slices, asked, evidence.given.plus(unit.arm))
    return grown, (batch is not None) + (own is not None)


def _pushed(stream: Stream, unit: Unit, u: float) -> tuple[Stream, Batch | None]:
    pending, batch = push(stream.pending, unit.share_bps, unit.arm, u)
    return Stream(stream.canary, stream.live, pending, stream.proofs), batch


def _harmed(
    plan: Plan, watch: Watch, overall: Harm, part: Slice, batch: Batch, intent: str, at: datetime
) -> tuple[Harm, Slice]:
    """The same increment goes to the intent's stream and to the overall one."""
    prior = watch.prior_of(intent)
    logs, top, bottom = increments(watch, part.stream, batch, prior, intent)
    stream = proved(watch, part.stream, batch, prior, plan.intent_margins(watch, intent))
    opened = sum(1 for copy in range(1, 8) if plan.opening(copy) <= at)
    return added(overall, logs, top, bottom, opened), Slice(stream, added(part.harm, logs, top, bottom, opened))
