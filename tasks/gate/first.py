"""The first release: no baseline to compare with, so the mean score itself has to hold the eval set's `min_score`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.gate import sentence
from tasks.gate.look import Rounds, Row
from tasks.gate.must_pass import RUNS, MustPassFailure
from tasks.release.verdict import Verdict
from tasks.statistics.paired import Z_ONE_SIDED, plus_four_mean

UNSCORED_LIMIT = 0.02


@dataclass(frozen=True)
class FirstCase:
    """One case of a candidate without baseline: scores by round (NaN = unscored), must-pass runs as in `CasePair`."""

    case_id: str
    cluster: str
    scores: Rounds
    must_pass: tuple[bool | None, ...] | None = None


@dataclass(frozen=True)
class FirstVerdict:
    """`score` is the mean with its one-sided 95 % bounds; None when it was not computed."""

    verdict: Verdict
    reason: str
    score: Row | None
    min_score: float
    unscored: int = 0
    must_pass_failures: tuple[str, ...] = ()


def decide_first(cases: Sequence[FirstCase], min_score: float) -> FirstVerdict:
    """PASS when the lower bound of the mean reaches `min_score`.

    REJECT when the upper bound stays below it or a must-pass case failed, else INCONCLUSIVE. Up to 2 % unscored runs
    are judged at 0 and at 1; more of them, or two different verdicts, are an ERROR.
    """
    ordered = sorted(cases, key=lambda case: case.case_id)
    failed = _failures(ordered)
    if failed:
        ids = tuple(failure.case_id for failure in failed)
        return FirstVerdict(Verdict.REJECT, sentence.must_pass(failed), None, min_score, must_pass_failures=ids)
    runs = [score for case in ordered for score in case.scores]
    unscored = sum(math.isnan(score) for score in runs)
    if unscored > UNSCORED_LIMIT * len(runs) or not runs:
        return FirstVerdict(Verdict.ERROR, sentence.unscored_pairs(unscored, len(runs)), None, min_score, unscored)
    return _judge(ordered, min_score, unscored, len(runs))


def _failures(cases: Sequence[FirstCase]) -> list[MustPassFailure]:
    counted = ((case.case_id, [run for run in case.must_pass or () if run is not None]) for case in cases)
    return [MustPassFailure(case_id, runs.count(False), len(runs)) for case_id, runs in counted if False in runs]


def _judge(cases: Sequence[FirstCase], min_score: float, unscored: int, total: int) -> FirstVerdict:
    worst, best = _mean(cases, 0.0), _mean(cases, 1.0)
    score = Row((worst.value + best.value) / 2, min(worst.low, best.low), max(worst.high, best.high), worst.n)
    verdict = _verdict(worst, min_score)
    if verdict is not _verdict(best, min_score):
        reason = sentence.unscored_decide(unscored, total, verdict.value, _verdict(best, min_score).value)
        return FirstVerdict(Verdict.ERROR, reason, score, min_score, unscored)
    short = [case.case_id for case in cases if _short(case)]
    if verdict is Verdict.PASS and short:
        return FirstVerdict(Verdict.ERROR, sentence.must_pass_runs(short), score, min_score, unscored)
    note = sentence.unscored_note(unscored, total) if unscored else ""
    return FirstVerdict(verdict, _reason(verdict, score, min_score) + note, score, min_score, unscored)


def _mean(cases: Sequence[FirstCase], missing: float) -> Row:
    """Each bound is the wider of the plain and the plus-four one, which alone would reject too often near 1."""
    means = [_case_mean(case.scores, missing) for case in cases]
    estimate = plus_four_mean(means, [case.cluster for case in cases])
    half = estimate.mean - estimate.interval(Z_ONE_SIDED).low
    plain = math.fsum(means) / len(means)
    low, high = min(plain, estimate.mean) - half, max(plain, estimate.mean) + half
    return Row(plain, max(low, 0.0), min(high, 1.0), estimate.n)


def _case_mean(scores: Rounds, missing: float) -> float:
    return math.fsum(missing if math.isnan(score) else score for score in scores) / len(scores)


def _verdict(score: Row, min_score: float) -> Verdict:
    if score.low >= min_score:
        return Verdict.PASS
    return Verdict.REJECT if score.high < min_score else Verdict.INCONCLUSIVE


def _short(case: FirstCase) -> bool:
    return case.must_pass is not None and sum(run is not None for run in case.must_pass) < RUNS


def _reason(verdict: Verdict, score: Row, min_score: float) -> str:
    words = {
        Verdict.PASS: "The score reaches the set's min_score, proved",
        Verdict.REJECT: "The score stays below the set's min_score, proved",
        Verdict.INCONCLUSIVE: "Cannot tell whether the score reaches the set's min_score",
    }
    return (
        f"{words[verdict]} ({min_score:.3f}): mean {score.value:.3f} "
        f"(interval {score.low:.3f} to {score.high:.3f}), n = {score.n} cases."
    )
