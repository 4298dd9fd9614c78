"""Live answers with their scores, summed by behavior version. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tasks.evaluation.answer import Answer, Asked
from tasks.evaluation.case import Case
from tasks.evaluation.scoring import Finding
from tasks.ledger.trace import Trace
from tasks.statistics.ratio import Ratio


class Scored(NamedTuple):
    """`score` 0..1; None when an assertion could not be judged, then `why` says so."""

    trace: Trace
    score: float | None
    findings: tuple[Finding, ...]

    @property
    def why(self) -> str | None:
        return next((finding.reason for finding in self.findings if finding.score is None), None)


def answer_of(trace: Trace, output: str, instructions: tuple[str, ...]) -> Answer:
    """As assertions see it; what a trace does not know stays unknown."""
    return Answer(
        output,
        trace.finish_reason,
        None,
        None if trace.latency_ms is None else trace.latency_ms / 1000,
        trace.cost_usd,
        tuple(trace.tool_calls or ()),
        Asked(dict(trace.variables or {}), {}, instructions),
    )


def case_of(trace: Trace) -> Case:
    """A case with nothing expected of its answer."""
    return Case.model_validate({"id": "live", "split": "gate", "variables": dict(trace.variables or {})})


def totals(scored: Sequence[Scored]) -> Ratio | None:
    """The mean score, requests of one unit taken together; None when nothing was scored."""
    by_unit: dict[str, list[float]] = defaultdict(list)
    for one in scored:
        if one.score is not None:
            by_unit[one.trace.unit or one.trace.trace_id].append(one.score)
    if not by_unit:
        return None
    sums = [(sum(values), float(len(values))) for values in by_unit.values()]
    return Ratio(
        n=int(sum(weight for _, weight in sums)),
        units=len(sums),
        value=sum(value for value, _ in sums),
        weight=sum(weight for _, weight in sums),
        squares=sum(value * value for value, _ in sums),
        products=sum(value * weight for value, weight in sums),
        weights=sum(weight * weight for _, weight in sums),
    )


def by_family(scored: Iterable[Scored]) -> Mapping[str, float]:
    """Mean score of each family of assertions, of the answers it could judge."""
    found: dict[str, list[float]] = defaultdict(list)
    for finding in (finding for one in scored for finding in one.findings):
        if finding.score is not None:
            found[finding.metric].append(finding.score)
    return {name: sum(values) / len(values) for name, values in sorted(found.items())}
