"""What calls cost and how long they take, before they are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registry.models import Model
from registry.runtime.pricing import cost
from tasks.gateway.lane import width
from tasks.ledger.rate import Rate

ENOUGH = 10
"""Answers of a version before its own means count."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one version: USD and seconds, None = unknown. `measured` is False for estimated tokens."""

    model: Model
    usd: float | None
    seconds: float | None
    measured: bool


@dataclass(frozen=True, slots=True)
class Spend:
    """What a number of calls comes to; None = unknown, because a call among them has no price or was never timed."""

    calls: int = 0
    usd: float | None = 0.0
    minutes: float | None = 0.0

    def plus(self, other: Spend) -> Spend:
        return Spend(self.calls + other.calls, _sum(self.usd, other.usd), _sum(self.minutes, other.minutes))


def per_call(model: Model, own: Rate, like: Rate | None, prompt_tokens: float, most_output: int) -> Call:
    """By the version's own answers; else with estimated `prompt_tokens` and the output and time of a version `like` it
    on the same model; else with the most it may answer and no time.

    Nothing is taken to be cached at the provider, so a cost is rather too high.
    """
    if own.answers >= ENOUGH:
        return Call(model, _usd(model, own.prompt_tokens, own.output_tokens), own.seconds, True)
    output = like.output_tokens if like is not None and like.answers >= ENOUGH else most_output
    return Call(model, _usd(model, prompt_tokens, output), like.seconds if like else None, False)


def spend(work: Iterable[tuple[Call, int]]) -> Spend:
    """Calls of one model wait for each other, as many at once as it takes; different models do not."""
    asked = [(call, times) for call, times in work if times]
    usd, by_model = 0.0, dict[str, float]()
    known, timed = True, True
    for call, times in asked:
        known, timed = known and call.usd is not None, timed and call.seconds is not None
        usd += (call.usd or 0.0) * times
        by_model[call.model.key] = by_model.get(call.model.key, 0.0) + _minutes(call, times)
    minutes = max(by_model.values(), default=0.0)
    return Spend(sum(times for _, times in asked), usd if known else None, minutes if timed else None)


def _minutes(call: Call, times: int) -> float:
    answering = times * (call.seconds or 0.0) / 60 / width(call.model)
    per_minute = call.model.limits.requests_per_minute
    return max(answering, times / per_minute if per_minute else 0.0)


def _usd(model: Model, prompt: float | None, output: float | None) -> float | None:
    return None if prompt is None or output is None else cost(model.price, round(prompt), 0, round(output))


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
