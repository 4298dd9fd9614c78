"""The gates of a release as forest plots, overall and by intent, against live and against the anchor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tasks.ledger.eval_result import EvalResult
from tasks.ledger.stage_result import StageResult
from tasks.statistics.paired import Z_ONE_SIDED, plus_four

from .forest import Forest, Row, plot, points, row

ARMS: Final = ("live", "candidate", "anchor")
FOUND = {"none": "", "floor": "a fall of 25 points is not excluded", "harm": "worse, proved"}


class Scores(NamedTuple):
    """Mean scores of one slice of the cases in the order of `ARMS`, None where an arm was not asked."""

    cases: str
    means: tuple[float | None, ...]
    n: int


@dataclass(frozen=True)
class GateView:
    """One gate stage; `plots` is empty where no case was compared."""

    result: StageResult
    evalset: str
    plots: tuple[Forest, ...]
    scores: tuple[Scores, ...]
    must_pass_failures: tuple[str, ...]
    unscored: int


def view(result: StageResult, answers: Sequence[EvalResult]) -> GateView:
    """`answers` are those of the gate's test, empty for the fast gate."""
    evidence = result.evidence
    named = evidence.get("evalset")
    return GateView(
        result=result,
        evalset=f"{named} at {str(evidence.get('evalset_sha', ''))[:12]}" if named else "",
        plots=tuple(found for found in _plots(evidence, answers) if found is not None),
        scores=tuple(scores(evidence)),
        must_pass_failures=tuple(evidence.get("must_pass_failures") or ()),
        unscored=int(evidence.get("unscored") or 0),
    )


def scores(evidence: Mapping[str, Any]) -> Iterable[Scores]:
    slices: dict[str, dict[str, Mapping[str, Any]]] = {}
    for one in evidence.get("slices") or ():
        slices.setdefault(str(one["slice"]), {})[one["arm"]] = one
    for cases, arms in slices.items():
        means = tuple(arms[arm]["mean"] if arm in arms else None for arm in ARMS)
        yield Scores(cases, means, max(one["n"] for one in arms.values()))


def _plots(evidence: Mapping[str, Any], answers: Sequence[EvalResult]) -> Iterable[Forest | None]:
    if evidence.get("score"):
        yield _first(evidence["score"], evidence.get("min_score"))
    if evidence.get("live"):
        yield _against("live", evidence["live"], _guards(evidence), evidence.get("margin"))
    if evidence.get("anchor"):
        yield _against("the anchor", evidence["anchor"], by_intent(answers, "anchor"), evidence.get("margin"))


def _against(other: str, total: dict[str, Any], parts: Sequence[Row], margin: float | None) -> Forest | None:
    rows = [row("All cases", total, total=True), *parts]
    limit = -margin if margin else None
    text = f"margin {points(limit)}" if limit is not None else ""
    caption = f"Score of the candidate against {other}: difference in points with its interval"
    return plot(caption, rows, first_column="Cases", margin=limit, margin_text=text)


def _guards(evidence: Mapping[str, Any]) -> list[Row]:
    return [
        row(str(guard["name"]), guard, found=FOUND.get(guard["found"], str(guard["found"])), note=str(guard["kind"]))
        for guard in evidence.get("guards") or ()
    ]


def _first(score: dict[str, Any], least: float | None) -> Forest | None:
    """Nothing to compare with: the mean score itself against the set's min_score."""
    return plot(
        "Mean score of the candidate with its interval",
        [row("All cases", score, total=True)],
        first_column="Cases",
        unit="score 0 to 1",
        form=lambda value: f"{value:.3f}",
        zero=score["value"] if least is None else least,
        zero_text="" if least is None else f"min_score {least:.3f}",
        directions=("below what the set asks for", "reaches it"),
    )


def by_intent(answers: Sequence[EvalResult], other: str) -> list[Row]:
    """Differences of an arm's scores by intent, made as the gate's guard rows are; they decide nothing.

    Unscored runs are left out; an intent with one cluster has no interval and is left out too.
    """
    means = _means(answers)
    cases = {answer.case_id: answer for answer in answers}
    pairs: dict[str, list[tuple[float, str]]] = {}
    for (case_id, arm), mean in means.items():
        if arm == "candidate" and (case_id, other) in means:
            case = cases[case_id]
            pairs.setdefault(case.intent, []).append((mean - means[case_id, other], case.cluster_id))
    rows = [_row(intent, found) for intent, found in sorted(pairs.items())] if len(pairs) > 1 else []
    return [found for found in rows if found.low is not None and math.isfinite(found.low)]


def _means(answers: Sequence[EvalResult]) -> dict[tuple[str, str], float]:
    """Mean score by case and arm: repeats are averaged inside a case first."""
    scores: dict[tuple[str, str], list[float]] = {}
    for answer in answers:
        if answer.score is not None:
            scores.setdefault((answer.case_id, answer.arm), []).append(answer.score)
    return {key: math.fsum(found) / len(found) for key, found in scores.items()}


def _row(intent: str, found: Sequence[tuple[float, str]]) -> Row:
    estimate = plus_four([difference for difference, _ in found], [cluster for _, cluster in found])
    low, high = estimate.interval(Z_ONE_SIDED)
    if math.isfinite(low):
        low, high = max(low, -1.0), min(high, 1.0)
    return Row(intent, estimate.mean, low, high, estimate.n, note="intent, shown only")
