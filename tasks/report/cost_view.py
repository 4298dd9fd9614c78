"""What the release cost, and what an answer of either version costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tasks.ledger.eval_result import EvalResult
from tasks.ledger.stage_result import StageResult

from .showing import money, percent, plain

_MEASURES = {
    "prompt_tokens": "prompt tokens",
    "output_tokens": "output tokens",
    "cost_usd": "USD",
    "latency_ms": "latency, ms",
}


class Measure(NamedTuple):
    """Means over the gate's cases that have the value in both arms; `n` of these."""

    label: str
    live: str
    candidate: str
    change: str
    n: int


@dataclass(frozen=True)
class CostView:
    """`spent` is `unknown` when a stage's cost is."""

    calls: int
    spent: str
    budget: str | None
    measures: tuple[Measure, ...]


def view(results: Sequence[StageResult], answers: Sequence[EvalResult], policy: Mapping[str, Any]) -> CostView:
    costs = [result.cost_usd for result in results]
    spent = None if None in costs else math.fsum(cost for cost in costs if cost is not None)
    budget = policy.get("budget_usd_per_release")
    found = (_measure(column, label, answers) for column, label in _MEASURES.items())
    return CostView(
        calls=sum(result.calls for result in results),
        spent=money(spent),
        budget=None if budget is None else money(budget),
        measures=tuple(one for one in found if one is not None),
    )


def _measure(column: str, label: str, answers: Sequence[EvalResult]) -> Measure | None:
    live, new = (_by_case(answers, arm, column) for arm in ("live", "candidate"))
    both = sorted(set(live) & set(new))
    if not both:
        return None
    old_mean, new_mean = (math.fsum(arm[case] for case in both) / len(both) for arm in (live, new))
    change = percent(new_mean / old_mean - 1) if old_mean else "\u2013"
    return Measure(label, plain(old_mean), plain(new_mean), change, len(both))


def _by_case(answers: Sequence[EvalResult], arm: str, column: str) -> dict[str, float]:
    """The first round's answer to each case."""
    found = ((answer, getattr(answer, column)) for answer in answers if answer.arm == arm and answer.round == 1)
    return {answer.case_id: float(value) for answer, value in found if value is not None}
