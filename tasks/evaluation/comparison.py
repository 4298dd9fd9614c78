"""Two sides of the same cases, side by side: what got better, what got worse, how often each case passed. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any, Literal, NamedTuple

from tasks.statistics.paired import plus_four

from .result import CaseResult

Z = 1.645
"""One-sided 5 % at each end: the intervals shown are 90 %."""
REASONS = 3
Change = Literal["better", "worse", "same", "new", "gone", "unscored"]
_ORDER: tuple[Change, ...] = ("worse", "unscored", "better", "gone", "new", "same")


class Answered(NamedTuple):
    """One repeat of a case. `passed`: every assertion did; None when it could not be scored, as `score` then is."""

    case_id: str
    cluster: str
    intent: str
    score: float | None
    passed: bool | None
    reasons: tuple[str, ...]
    output: str | None


class Tally(NamedTuple):
    """A case on one side: the mean `score` of its scored repeats, None without any; `passed` of `scored` of `repeats`.

    `reasons` are up to three of what did not pass, `output` the first answer that did not, else the first."""

    score: float | None
    passed: int
    scored: int
    repeats: int
    reasons: tuple[str, ...]
    output: str | None


class Compared(NamedTuple):
    """One case; None on the side that did not ask it."""

    case_id: str
    intent: str
    before: Tally | None
    after: Tally | None
    change: Change


class Comparison(NamedTuple):
    """`mean`, `low` and `high`: of after minus before over the `n` cases that both sides scored, a 90 % plus-four
    interval with cases of one cluster tied; None without such a case."""

    before: str
    after: str
    cases: tuple[Compared, ...]
    n: int
    mean: float | None
    low: float | None
    high: float | None

    def count(self, change: Change) -> int:
        return sum(case.change == change for case in self.cases)

    @property
    def sentence(self) -> str:
        counts = ", ".join(f"{self.count(name)} {name}" for name in _ORDER if self.count(name))
        head = f"{self.after} beside {self.before}: {counts or 'no case'}"
        if self.mean is None or self.low is None or self.high is None:
            return f"{head}; no case was scored on both sides"
        interval = f"{self.low * 100:+.1f} to {self.high * 100:+.1f}, 90 % interval, {self.n} cases"
        return f"{head}; score {self.mean * 100:+.1f} points ({interval})"


def of_result(result: CaseResult) -> Answered:
    found = [(one.metric, one.status, one.reason) for one in result.findings]
    return _answered(result.case_id, result.cluster, result.intent, result.score, found, result.output)


def of_kept(
    case_id: str,
    cluster: str,
    intent: str,
    score: float | None,
    assertions: Iterable[Mapping[str, Any]],
    output: str | None,
) -> Answered:
    """From the columns that the ledger keeps."""
    found = [(one["metric"], one["status"], one["reason"]) for one in assertions]
    return _answered(case_id, cluster, intent, score, found, output)


def _answered(
    case_id: str,
    cluster: str,
    intent: str,
    score: float | None,
    found: Sequence[tuple[str, str, str]],
    output: str | None,
) -> Answered:
    reasons = tuple(f"{metric}: {reason}" for metric, status, reason in found if status != "passed")
    return Answered(case_id, cluster, intent, score, None if score is None else not reasons, reasons, output)


def tallies(answers: Iterable[Answered]) -> dict[str, Tally]:
    """By case."""
    groups: dict[str, list[Answered]] = defaultdict(list)
    for one in answers:
        groups[one.case_id].append(one)
    return {case_id: _tally(group) for case_id, group in groups.items()}


def _tally(group: list[Answered]) -> Tally:
    scores = [one.score for one in group if one.score is not None]
    failed = [one for one in group if one.reasons]
    said = next((one.output for one in failed if one.output is not None), group[0].output)
    return Tally(
        score=fmean(scores) if scores else None,
        passed=sum(one.passed is True for one in group),
        scored=len(scores),
        repeats=len(group),
        reasons=tuple(dict.fromkeys(reason for one in failed for reason in one.reasons))[:REASONS],
        output=said,
    )


def compare(before: str, old: Iterable[Answered], after: str, new: Iterable[Answered]) -> Comparison:
    """What got worse first, then what could not be scored, what got better, and the rest."""
    olds, news = list(old), list(new)
    told = {one.case_id: one for one in (*olds, *news)}
    was, now = tallies(olds), tallies(news)
    found = [_compared(told[name], was.get(name), now.get(name)) for name in sorted(told)]
    found.sort(key=lambda case: _ORDER.index(case.change))
    return Comparison(
        before, after, tuple(found), *_difference(found, {name: one.cluster for name, one in told.items()})
    )


def _compared(one: Answered, before: Tally | None, after: Tally | None) -> Compared:
    return Compared(one.case_id, one.intent, before, after, _change(before, after))


def _change(before: Tally | None, after: Tally | None) -> Change:
    if before is None or after is None:
        return "new" if before is None else "gone"
    if before.score is None or after.score is None:
        return "unscored"
    if abs(after.score - before.score) < 1e-9:
        return "same"
    return "better" if after.score > before.score else "worse"


def _difference(
    cases: Iterable[Compared], clusters: Mapping[str, str]
) -> tuple[int, float | None, float | None, float | None]:
    """n, mean, low, high."""
    both = {
        case.case_id: case.after.score - case.before.score
        for case in cases
        if case.before and case.after and case.before.score is not None and case.after.score is not None
    }
    if not both:
        return 0, None, None, None
    found = plus_four(list(both.values()), [clusters[name] for name in both])
    low, high = found.interval(Z)
    return len(both), fmean(both.values()), max(low, -1.0), min(high, 1.0)
