"""Eight answers held against the contract: parsed, valid, not refused, not cut off, within the caps. Pure.

It can fail a cell, never pass one: eight cases say nothing about quality. Caps on latency and cost are those that
people wrote: assertions of the eval set cap each answer, `max` guards of the change note cap the mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal

from registry.artifact import Guard, Output, PromptVersion
from registry.runtime.output import check_output
from tasks.evaluation.result import CaseResult
from tasks.release.verdict import Verdict

FAILURES = 2
"""Broken answers that make a smoke fail; it is then run once more, and has to fail again."""
LOST = 0.10
"""Share of calls without an answer above which nothing can be said."""


@dataclass(frozen=True)
class Smoke:
    """`verdict` is REJECT, INCONCLUSIVE, or ERROR where calls were lost; `again` asks for one more draw before a reject
    stands."""

    verdict: Verdict
    reason: str
    again: bool = False


def judge(draws: Sequence[Sequence[CaseResult]], version: PromptVersion) -> Smoke:
    """One draw, or two when the first one failed."""
    last = draws[-1]
    lost = sum(result.output is None for result in last)
    if not last or lost > LOST * len(last):
        return Smoke(Verdict.ERROR, f"{lost} of {len(last)} calls had no answer: cannot tell")
    broken = [f"{result.case_id} {what}" for result in last if (what := _broken(result, version.output))]
    caps = [_mean(last, guard) for guard in version.change.guards if guard.metric in CAPPED and guard.bound == "max"]
    over = [cap.said for cap in caps if cap.over]
    if len(broken) < FAILURES and not over:
        said = f"the contract holds in {len(last) - len(broken)} of {len(last)} answers"
        return Smoke(Verdict.INCONCLUSIVE, "; ".join([said, *(cap.said for cap in caps)]))
    few = f"the contract breaks in {len(broken)} of {len(last)} answers ({'; '.join(broken[:3])})"
    said = "; ".join([*([few] if broken else []), *over])
    if len(draws) < 2:
        return Smoke(Verdict.INCONCLUSIVE, f"{said}; asked again", again=True)
    return Smoke(Verdict.REJECT, f"{said}, twice")


CAPPED: Final = ("latency", "cost")


@dataclass(frozen=True)
class _Cap:
    """`over`: the mean is known and above the cap."""

    said: str
    over: bool


def _mean(results: Sequence[CaseResult], guard: Guard) -> _Cap:
    """Over the answers whose value is known; seconds and USD, as guards have them."""
    unit = "s" if guard.metric == "latency" else "USD"
    values = list(_known(results, guard.metric))
    if not values:
        return _Cap(f"its {guard.metric} is unknown, the cap of {guard.limit:g} {unit} was not checked", False)
    mean = fmean(values)
    said = (
        f"its mean {guard.metric} is {mean:.3g} {unit} over {len(values)} answers, at most {guard.limit:g} are allowed"
    )
    return _Cap(said, mean > guard.limit)


def _known(results: Sequence[CaseResult], metric: str) -> Iterator[float]:
    for result in results:
        value = result.cost_usd if metric == "cost" else result.latency_ms
        if value is not None:
            yield value if metric == "cost" else value / 1000


Broken = Literal["is refused", "is cut off", "breaks its schema", "is too slow", "costs too much"]
_TOO: Final[dict[str, Broken]] = {"latency": "is too slow", "cost": "costs too much"}


def _broken(result: CaseResult, output: Output) -> Broken | None:
    if result.output is None:
        return None
    if result.refusal:
        return "is refused"
    if result.finish_reason == "length" and output.format != "text":
        return "is cut off"
    if check_output(result.output, output).ok is False:
        return "breaks its schema"
    failed = (found.type for found in result.findings if found.type in CAPPED and found.status == "failed")
    return next((_TOO[type_] for type_ in failed), None)
