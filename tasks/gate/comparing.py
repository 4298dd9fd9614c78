"""From results of cases to what the gate looks at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasks.evaluation.result import CaseResult
from tasks.gate.first import FirstCase
from tasks.gate.look import CasePair, Check, Rounds

CANDIDATE, LIVE, ANCHOR, MUST_PASS = "candidate", "live", "anchor", "must_pass"

ByRound = Mapping[int, CaseResult]
_Cells = dict[str, dict[str, dict[int, CaseResult]]]


def pairs(results: Iterable[CaseResult], rounds: int) -> tuple[CasePair, ...]:
    """One pair a case; a round without a result, or without a usable one, is NaN."""
    return tuple(_pair(case_id, arms, rounds) for case_id, arms in sorted(_cells(results).items()))


def first_cases(results: Iterable[CaseResult], rounds: int) -> tuple[FirstCase, ...]:
    """The candidate's cases where there is nothing to compare with."""
    found = []
    for case_id, arms in sorted(_cells(results).items()):
        one = next(iter(arms[CANDIDATE].values()))
        found.append(FirstCase(case_id, one.cluster, _scores(arms[CANDIDATE], rounds), _must_pass(arms)))
    return tuple(found)


def slices(results: Sequence[CaseResult]) -> list[dict[str, Any]]:
    """Mean score by arm over all cases and over the adversarial ones; unscored cases are in no mean."""
    rows = []
    for name, chosen in (("all", results), ("adversarial", [r for r in results if r.adversarial])):
        for arm in (CANDIDATE, LIVE, ANCHOR):
            scores = [r.score for r in chosen if r.arm == arm and r.score is not None]
            if scores:
                rows.append({"slice": name, "arm": arm, "mean": math.fsum(scores) / len(scores), "n": len(scores)})
    return rows


def _cells(results: Iterable[CaseResult]) -> _Cells:
    cells: _Cells = {}
    for result in results:
        cells.setdefault(result.case_id, {}).setdefault(result.arm, {})[result.round] = result
    return cells


def _pair(case_id: str, arms: Mapping[str, ByRound], rounds: int) -> CasePair:
    candidate, live = arms.get(CANDIDATE, {}), arms.get(LIVE, {})
    one = next(iter(next(iter(arms.values())).values()))
    return CasePair(
        case_id=case_id,
        cluster=one.cluster,
        intent=one.intent,
        candidate=_scores(candidate, rounds),
        live=_scores(live, rounds),
        anchor=_scores(arms[ANCHOR], rounds) if ANCHOR in arms else None,
        checks=_checks(candidate, live, rounds),
        must_pass=_must_pass(arms),
    )


def _scores(by_round: ByRound, rounds: int) -> Rounds:
    found = (by_round.get(number) for number in range(1, rounds + 1))
    return tuple(math.nan if r is None or r.score is None else r.score for r in found)


def _checks(candidate: ByRound, live: ByRound, rounds: int) -> dict[str, Check]:
    """Slices that every usable result of both arms has: output contracts may differ between versions."""
    usable = [r for r in (*candidate.values(), *live.values()) if r.score is not None]
    names = sorted(set.intersection(*(set(r.checks) for r in usable))) if usable else []
    return {name: Check(_check(candidate, name, rounds), _check(live, name, rounds)) for name in names}


def _check(by_round: ByRound, name: str, rounds: int) -> Rounds:
    found = (by_round.get(number) for number in range(1, rounds + 1))
    return tuple(math.nan if r is None else r.checks.get(name, math.nan) for r in found)


def _must_pass(arms: Mapping[str, ByRound]) -> tuple[bool | None, ...] | None:
    """The candidate's runs of the case, the extra ones included; None when it has no must-pass assertion."""
    runs = [*arms.get(CANDIDATE, {}).values(), *arms.get(MUST_PASS, {}).values()]
    said = [run.must_pass for run in runs]
    return tuple(run for run in said if run != "none") if any(run != "none" for run in said) else None
