"""The verdict of a cell: the gate's decision, against the same version on its primary model. Pure.

The primary cell itself is held against the eval set's `min_score`, as a first release is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.artifact import Risk
from tasks.evaluation.result import CaseResult
from tasks.gate.comparing import CANDIDATE, first_cases, pairs
from tasks.gate.decide import decide
from tasks.gate.first import decide_first
from tasks.gate.look import CAPS, Look, Row
from tasks.release.verdict import Verdict
from tasks.statistics.paired import plus_four_mean

Z_95 = 1.96


@dataclass(frozen=True)
class Judged:
    """`score` is the cell's mean with its two-sided 95 % interval; `difference` is to the primary model, paired."""

    verdict: Verdict
    reason: str
    score: Row | None
    difference: float | None = None


def of_primary(results: Sequence[CaseResult], min_score: float) -> Judged:
    """PASS when the lower bound of the mean reaches `min_score`; a set without one asks for nothing."""
    found = decide_first(first_cases(results, 1), min_score)
    return Judged(found.verdict, found.reason, score(results))


def against_primary(results: Sequence[CaseResult], risk: Risk) -> Judged:
    """Arms `candidate` (the cell) and `live` (the primary model); the margin is the cap of the risk."""
    look = Look(pairs(results, 1), rounds_done=1, rounds_max=1, margin=CAPS[risk], risk=risk)
    found = decide(look)
    difference = found.live.value if found.live is not None else None
    return Judged(found.verdict, _of_cell(found.reason), score(results), difference)


def _of_cell(reason: str) -> str:
    """The gate's sentence, where live is the same version on its primary model."""
    return reason.replace("against live", "against the primary model").replace("than live", "than the primary model")


def score(results: Sequence[CaseResult]) -> Row | None:
    """Of the cell's scored answers; None when there are none."""
    own = [result for result in results if result.arm == CANDIDATE and result.score is not None]
    if not own:
        return None
    values = [result.score or 0.0 for result in own]
    low, high = plus_four_mean(values, [result.cluster for result in own]).interval(Z_95)
    mean = sum(values) / len(values)
    return Row(mean, max(min(low, mean), 0.0), min(max(high, mean), 1.0), len(own))
