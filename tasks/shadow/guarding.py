"""From replayed traces and the canary's guards to what shadow decides on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.canary.plan import Plan, Watch
from tasks.canary.scale import reading, worse
from tasks.shadow.answered import Answered
from tasks.shadow.replaying import Replayed
from tasks.shadow.sample import ALL, Guard, Replay


def guards(plan: Plan, replayed: Sequence[Replayed]) -> tuple[Guard, ...]:
    """Each guard that the canary will watch, over all traces and by intent; levels are the canary's alone."""
    found = [guard for watch in plan.watches if watch.level is None for guard in _of_watch(plan, watch, replayed)]
    return tuple({guard.name: guard for guard in found}.values())


def _of_watch(plan: Plan, watch: Watch, replayed: Sequence[Replayed]) -> Iterator[Guard]:
    yield _guard(watch, ALL, replayed)
    for intent in plan.intents:
        chosen = [one for one in replayed if plan.intent(one.trace.intent) == intent]
        if chosen and len(plan.intents) > 1:
            yield _guard(watch, intent, chosen)


def _guard(watch: Watch, intent: str, replayed: Sequence[Replayed]) -> Guard:
    pairs = tuple(
        Replay(one.trace.unit or one.trace.trace_id, _harm(watch, one.candidate), _harm(watch, one.baseline))
        for one in replayed
    )
    margin = watch.delta_of(None if intent == ALL else intent)
    return Guard(watch.metric, intent, margin, pairs, side=watch.scale.harm)


def _harm(watch: Watch, answered: Answered) -> float | None:
    value = answered.values.get(reading(watch))
    return None if value is None else worse(watch.scale, value)
