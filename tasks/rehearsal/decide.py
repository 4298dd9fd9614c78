"""Whether a version can be gone back to, from its answers on today's model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tasks.evaluation.result import CaseResult
from tasks.evaluation.scoring import SCHEMA
from tasks.gate import sentence
from tasks.gate.fast import decide_fast
from tasks.gate.look import CasePair, Look
from tasks.release.verdict import Verdict
from tasks.statistics.paired import plus_four_mean

Z_REJECT = 2.326
"""One-sided 1 %, as in the fast gate: a rehearsal only stops what is clearly broken."""
UNSCORED_LIMIT = 0.02


class Proof(NamedTuple):
    verdict: Verdict
    reason: str


class Bars(NamedTuple):
    """What is asked of a version that may have to serve again: the set's mean score, the environment's level of
    `schema_ok` (None where it names none), and its own scores by case when it was proved (None where none are known).
    """

    min_score: float
    schema_ok: float | None = None
    proved: Mapping[str, float] | None = None


def decide(results: Sequence[CaseResult], bars: Bars) -> Proof:
    """REJECT on a must-pass failure or what is clearly below a bar; ERROR above 2 % unscored.

    Against its own scores when it was proved the rule is the fast gate's.
    """
    failed = sorted({r.case_id for r in results if r.must_pass is False})
    if failed:
        return Proof(Verdict.REJECT, f"must-pass cases fail on today's model: {', '.join(failed[:5])}")
    scores = {r.case_id: r.score for r in results}
    missing = sum(score is None for score in scores.values())
    if not scores or missing > UNSCORED_LIMIT * len(scores):
        return Proof(Verdict.ERROR, f"{missing} of {len(scores)} cases have no usable answer")
    known = [(r.score, r.cluster) for r in results if r.score is not None]
    size = f"mean score {math.fsum(score for score, _ in known) / len(known):.3f}, n = {len(known)}"
    if _high(known) < bars.min_score:
        return Proof(Verdict.REJECT, f"clearly below the set's min_score {bars.min_score:.3f}: {size}")
    worse = _worse(results, bars.proved) or _schema(results, bars.schema_ok)
    return worse or Proof(Verdict.PASS, f"answers on today's model: {size}")


def _worse(results: Sequence[CaseResult], proved: Mapping[str, float] | None) -> Proof | None:
    """The fast gate of today's answers against those that it was proved with, on the cases that both have."""
    known = [r for r in results if r.score is not None and r.case_id in (proved or {})]
    if not proved or not known:
        return None
    found = decide_fast(Look(tuple(_pair(r, proved[r.case_id]) for r in known), 1, 1, margin=0.0, risk="low"))
    if found.verdict is not Verdict.REJECT or found.live is None:
        return None
    size = f"{sentence.difference(found.live)}; n = {found.live.n} cases"
    return Proof(Verdict.REJECT, f"clearly worse on today's model than when it was proved: {size}")


def _pair(result: CaseResult, proved: float) -> CasePair:
    score = math.nan if result.score is None else result.score
    return CasePair(result.case_id, result.cluster, result.intent, candidate=(score,), live=(proved,))


def _schema(results: Sequence[CaseResult], level: float | None) -> Proof | None:
    """Answers that keep the output contract, against the level at which live would be rolled back."""
    kept = [(ok, r.cluster) for r in results if not math.isnan(ok := r.checks.get(SCHEMA, math.nan))]
    if level is None or not kept or _high(kept) >= level:
        return None
    share = math.fsum(ok for ok, _ in kept) / len(kept)
    return Proof(Verdict.REJECT, f"{share:.0%} of {len(kept)} answers keep the output schema, clearly below {level:g}")


def _high(values: Sequence[tuple[float, str]]) -> float:
    return plus_four_mean([value for value, _ in values], [cluster for _, cluster in values]).interval(Z_REJECT).high
