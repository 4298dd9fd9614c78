"""From answers on dev cases to a trial. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import fmean

from tasks.ci.match import Match
from tasks.ci.trial import Difference, Trial, Worse
from tasks.evaluation.comparison import compare, of_result
from tasks.evaluation.result import CaseResult
from tasks.gate.comparing import CANDIDATE, LIVE, first_cases, pairs
from tasks.gate.fast import decide_fast
from tasks.gate.first import FirstVerdict, decide_first
from tasks.gate.look import GateVerdict, Look
from tasks.release.verdict import Verdict

WORST = 5
"""Cases that are shown."""


def judged(match: Match, results: Sequence[CaseResult], at: datetime, calls: int, cost_usd: float | None) -> Trial:
    """With a baseline by the rule of the fast gate; without one by what a first release has to prove.

    The score of so few cases may not prove a first version's `min_score` either way: INCONCLUSIVE, the gate decides.
    """
    verdict = _fast(results) if match.baseline else _first(match, results)
    row = verdict.live if isinstance(verdict, GateVerdict) else None
    reason = verdict.reason.replace("against live", f"against {match.baseline}")
    return _trial(match, results, verdict.verdict, reason, at, calls, cost_usd).model_copy(
        update={"difference": Difference(**row._asdict()) if row else None}
    )


def stopped(
    match: Match, results: Sequence[CaseResult], why: str, at: datetime, calls: int, cost_usd: float | None
) -> Trial:
    """Not all cases could be asked: an error, which the next run goes on from."""
    return _trial(match, results, Verdict.ERROR, f"{why}. The next run goes on from here.", at, calls, cost_usd)


def _trial(
    match: Match,
    results: Sequence[CaseResult],
    verdict: Verdict,
    reason: str,
    at: datetime,
    calls: int,
    cost_usd: float | None,
) -> Trial:
    return Trial(
        verdict=verdict,
        reason=reason,
        baseline=match.baseline,
        evalset=match.selection.name,
        evalset_sha=match.selection.sha,
        cases=len(match.selection.cases),
        scores=dict(_scores(results)),
        difference=None,
        worse=tuple(_worse(results)),
        calls=calls,
        cost_usd=cost_usd,
        at=at,
    )


def _fast(results: Sequence[CaseResult]) -> GateVerdict:
    return decide_fast(Look(pairs(results, 1), rounds_done=1, rounds_max=1, margin=0.0, risk="low"))


def _first(match: Match, results: Sequence[CaseResult]) -> FirstVerdict:
    """A must-pass case that failed rejects; that it did not fail in one run proves nothing, and is not asked to."""
    cases, least = first_cases(results, 1), match.selection.evalset.min_score or 0.0
    found = decide_first(cases, least)
    if found.must_pass_failures:
        return found
    return decide_first([replace(case, must_pass=None) for case in cases], least)


def _scores(results: Sequence[CaseResult]) -> Iterator[tuple[str, float]]:
    for arm in (CANDIDATE, LIVE):
        scores = [result.score for result in results if result.arm == arm and result.score is not None]
        if scores:
            yield arm, fmean(scores)


def _worse(results: Sequence[CaseResult]) -> Iterator[Worse]:
    """Those that lost most first."""
    sides = {arm: [of_result(one) for one in results if one.arm == arm] for arm in (CANDIDATE, LIVE)}
    found = [
        Worse(
            case_id=case.case_id,
            intent=case.intent,
            before=case.before.score,
            after=case.after.score,
            reasons=case.after.reasons,
            output=case.after.output,
        )
        for case in compare(LIVE, sides[LIVE], CANDIDATE, sides[CANDIDATE]).cases
        if case.change == "worse" and case.before and case.after
    ]
    yield from sorted(found, key=lambda case: (case.after or 0.0) - (case.before or 0.0))[:WORST]
