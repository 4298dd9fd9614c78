"""One rule, frozen: its scale, margins and priors from the old version's history."""

from __future__ import annotations

import numpy as np

from tasks.canary.guards import Bound, Rule
from tasks.canary.history import History
from tasks.canary.margin import Limit, Values, on_scale, scale_of
from tasks.canary.plan import LeftOut, Prior, Scale, Watch
from tasks.canary.scale import position, worse

UNKNOWN = Prior(0.02, 0.02)
"""Where a yes/no metric has no history: a guess, worth 100 units; a wrong one costs power, never validity."""

ENOUGH = 30
"""Units of one intent before it gets a prior of its own."""

WIDENED = 1.5
"""A default guard lets through this many times the announced effect."""

TAIL = 0.95
"""`latency_tail`: beyond this quantile of live's latency."""


def watch_of(rule: Rule, history: History) -> Watch | LeftOut:
    """The frozen guard, of weight 1; left out when a change cannot be put on a scale."""
    reads = "latency" if rule.measure.name == "latency_tail" else rule.measure.name
    values = history.of(reads)
    scale = scale_of(rule.measure.kind, rule.direction, values, _limits(rule))
    if scale is None or (reads != rule.measure.name and not values.size):
        return _unscaled(rule, values)
    if reads != rule.measure.name:
        scale = Scale("yes_no", rule.direction, reads=reads, beyond=float(np.quantile(values, TAIL)))
    mean = _mean(scale, values)
    delta, shift = _margin(rule, scale, None, mean, ())
    return Watch(
        key=rule.key,
        metric=rule.measure.name,
        scale=scale,
        delta=delta,
        shift=shift,
        level=_level(scale, rule.limit) if rule.levelled else None,
        weight=1.0,
        source=rule.source,
        text=rule.text,
        prior=_prior(scale, values) or UNKNOWN,
        per=rule.per,
        within=rule.within,
        replaced=rule.replaced,
        priors=_priors(scale, reads, history),
        by_intent=_by_intent(rule, scale, mean, history.intents()),
    )


def _limits(rule: Rule) -> list[Limit]:
    """What the scale must have room for: the limit itself, and the announced effects."""
    return [Limit(rule.bound, rule.limit), *(_effect(rule, WIDENED * by) for by in rule.announced.values())]


def _effect(rule: Rule, by: float) -> Limit:
    bound: Bound = "max_increase" if rule.direction == "up" else "max_decrease"
    return Limit(bound, by)


def _by_intent(rule: Rule, scale: Scale, mean: float, intents: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """(delta, shift) by intent; empty unless the note announces something for one intent only."""
    if rule.levelled or not any(rule.announced):
        return {}
    return {intent: _margin(rule, scale, intent, mean, intents) for intent in intents}


def _margin(rule: Rule, scale: Scale, intent: str | None, mean: float, intents: tuple[str, ...]) -> tuple[float, float]:
    """(delta, shift) on the u scale. Only default guards are widened; an announced effect stays below any margin."""
    if rule.levelled:
        return 0.0, 0.0
    delta = on_scale(scale, Limit(rule.bound, rule.limit), mean)
    by = _announced(rule, intent, intents)
    if not by:
        return delta, 0.0
    effect = on_scale(scale, _effect(rule, by), mean)
    if rule.source == "default":
        delta = max(delta, WIDENED * effect)
    return delta, min(effect, delta / WIDENED)


def _announced(rule: Rule, intent: str | None, intents: tuple[str, ...]) -> float:
    """The effect announced for one intent, or over all (None): a line for one intent moves the whole by no more than
    that.

    A line for an intent that is not watched by itself belongs to `other`.
    """
    return max(
        (
            by
            for label, by in rule.announced.items()
            if intent is None or label is None or (label if label in intents else "other") == intent
        ),
        default=0.0,
    )


def _mean(scale: Scale, values: Values) -> float:
    """The history's mean in the metric's own unit (of `beyond`, the share above it)."""
    if not values.size:
        return UNKNOWN.mean
    return float((values > scale.beyond).mean()) if scale.beyond is not None else float(values.mean())


def _level(scale: Scale, limit: float) -> float:
    """A level on the u scale, inside (0, 1)."""
    at = position(scale, limit)
    return min(max(at if scale.harm == "up" else 1 - at, 1e-4), 1 - 1e-4)


def _priors(scale: Scale, metric: str, history: History) -> dict[str, Prior]:
    found = {intent: history.of(metric, intent) for intent in history.intents()}
    return {
        intent: prior for intent, values in found.items() if values.size >= ENOUGH and (prior := _prior(scale, values))
    }


def _prior(scale: Scale, values: Values) -> Prior | None:
    if not values.size:
        return None
    us = np.array([worse(scale, float(value)) for value in values])
    return Prior(float(us.mean()), float(us.var()))


def _unscaled(rule: Rule, values: Values) -> LeftOut:
    if values.size:
        return LeftOut(rule.measure.name, "its history has one value only, so a change cannot be scaled")
    return LeftOut(rule.measure.name, "there is no history of it to scale a change by", blocks=rule.source != "default")
