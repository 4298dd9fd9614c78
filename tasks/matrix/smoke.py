"""Eight answers held against the contract: parsed, valid, not refused, not cut off. Pure.

It can fail a cell, never pass one: eight cases say nothing about quality.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from registry.artifact import Output
from registry.runtime.output import check_output
from tasks.evaluation.result import CaseResult
from tasks.release.verdict import Verdict

FAILURES = 2
"""Broken answers that make a smoke fail; it is then run once more, and has to fail again."""
LOST = 0.10
"""Share of calls without an answer above which nothing can be said."""


@dataclass(frozen=True)
class Smoke:
    """`verdict` is REJECT or INCONCLUSIVE; `again` asks for one more draw before a reject stands."""

    verdict: Verdict
    reason: str
    again: bool = False


def judge(draws: Sequence[Sequence[CaseResult]], output: Output) -> Smoke:
    """One draw, or two when the first one failed."""
    last = draws[-1]
    lost = sum(result.output is None for result in last)
    if not last or lost > LOST * len(last):
        return Smoke(Verdict.INCONCLUSIVE, f"{lost} of {len(last)} calls had no answer: cannot tell")
    broken = [f"{result.case_id} {what}" for result in last if (what := _broken(result, output))]
    if len(broken) < FAILURES:
        return Smoke(Verdict.INCONCLUSIVE, f"the contract holds in {len(last) - len(broken)} of {len(last)} answers")
    said = f"the contract breaks in {len(broken)} of {len(last)} answers ({'; '.join(broken[:3])})"
    if len(draws) < 2:
        return Smoke(Verdict.INCONCLUSIVE, f"{said}; asked again", again=True)
    return Smoke(Verdict.REJECT, f"{said}, twice")


Broken = Literal["is refused", "is cut off", "breaks its schema"]


def _broken(result: CaseResult, output: Output) -> Broken | None:
    if result.output is None:
        return None
    if result.refusal:
        return "is refused"
    if result.finish_reason == "length" and output.format != "text":
        return "is cut off"
    return "breaks its schema" if check_output(result.output, output).ok is False else None
