"""What a person reads after a run: one row a case and arm, one line a slice. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from .result import CaseResult

REASONS = 3


@dataclass(frozen=True)
class Row:
    """One case under one arm: `score` is the mean over the rounds that have one, None when none has.

    `reasons` are up to three of what did not pass, each with its metric; `output` is the first answer that one was
    said of, else the first answer.
    """

    case_id: str
    intent: str
    arm: str
    score: float | None
    rounds: int
    unscored: int
    reasons: tuple[str, ...]
    output: str | None


@dataclass(frozen=True)
class Slice:
    """`name`: all, adversarial or intent:<name>. `score` is the mean over cases of their means, None without any."""

    name: str
    arm: str
    score: float | None
    cases: int
    unscored: int
    must_pass_failures: int


def rows(results: Iterable[CaseResult]) -> list[Row]:
    """By case, then arm; the lowest scores first, unscored before them."""
    groups: dict[tuple[str, str], list[CaseResult]] = defaultdict(list)
    for result in results:
        groups[result.case_id, result.arm].append(result)
    worst: dict[str, float] = {}
    made = [_row(sorted(group, key=lambda result: result.round)) for group in groups.values()]
    for row in made:
        worst[row.case_id] = min(worst.get(row.case_id, 2.0), _rank(row))
    return sorted(made, key=lambda row: (worst[row.case_id], row.case_id, row.arm))


def slices(results: Sequence[CaseResult]) -> list[Slice]:
    """All, the adversarial ones, and each intent; by arm."""
    names: dict[str, list[CaseResult]] = {"all": list(results)}
    names["adversarial"] = [result for result in results if result.adversarial]
    for result in sorted(results, key=lambda result: result.intent):
        names.setdefault(f"intent:{result.intent}", []).append(result)
    return [_slice(name, arm, members) for name, members in names.items() for arm in sorted({m.arm for m in members})]


def _rank(row: Row) -> float:
    return -1.0 if row.score is None else row.score


def _row(group: list[CaseResult]) -> Row:
    failed = [(one, finding) for one in group for finding in one.findings if finding.status != "passed"]
    said = next((one.output for one, _ in failed if one.output is not None), group[0].output)
    reasons = dict.fromkeys(f"{finding.metric}: {finding.reason}" for _, finding in failed)
    return Row(
        case_id=group[0].case_id,
        intent=group[0].intent,
        arm=group[0].arm,
        score=_mean(group),
        rounds=len(group),
        unscored=sum(one.score is None for one in group),
        reasons=tuple(reasons)[:REASONS],
        output=said,
    )


def _slice(name: str, arm: str, members: Iterable[CaseResult]) -> Slice:
    cases: dict[str, list[CaseResult]] = defaultdict(list)
    for result in members:
        if result.arm == arm:
            cases[result.case_id].append(result)
    means = [mean for mean in map(_mean, cases.values()) if mean is not None]
    runs = [result for group in cases.values() for result in group]
    return Slice(
        name=name,
        arm=arm,
        score=fmean(means) if means else None,
        cases=len(cases),
        unscored=sum(result.score is None for result in runs),
        must_pass_failures=sum(result.must_pass is False for result in runs),
    )


def _mean(group: Iterable[CaseResult]) -> float | None:
    scores = [result.score for result in group if result.score is not None]
    return fmean(scores) if scores else None
