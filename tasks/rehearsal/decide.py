"""Whether a version can be gone back to: its answers on today's model, and the flip itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tasks.evaluation.result import CaseResult
from tasks.release.verdict import Verdict
from tasks.statistics.paired import plus_four_mean

Z_REJECT = 2.326
"""One-sided 1 %, as in the fast gate: a rehearsal only stops what is clearly broken."""
UNSCORED_LIMIT = 0.02


class Proof(NamedTuple):
    verdict: Verdict
    reason: str


def decide(results: Sequence[CaseResult], min_score: float) -> Proof:
    """REJECT on a must-pass failure or a mean score that is clearly below `min_score`; ERROR above 2 % unscored."""
    failed = sorted({r.case_id for r in results if r.must_pass is False})
    if failed:
        return Proof(Verdict.REJECT, f"must-pass cases fail on today's model: {', '.join(failed[:5])}")
    scores = {r.case_id: r.score for r in results}
    missing = sum(score is None for score in scores.values())
    if not scores or missing > UNSCORED_LIMIT * len(scores):
        return Proof(Verdict.ERROR, f"{missing} of {len(scores)} cases have no usable answer")
    known = [r for r in results if r.score is not None]
    estimate = plus_four_mean([r.score or 0.0 for r in known], [r.cluster for r in known])
    high = estimate.interval(Z_REJECT).high
    size = f"mean score {math.fsum(r.score or 0.0 for r in known) / len(known):.3f}, n = {len(known)}"
    if high < min_score:
        return Proof(Verdict.REJECT, f"clearly below the set's min_score {min_score:.3f}: {size}")
    return Proof(Verdict.PASS, f"answers on today's model: {size}")
