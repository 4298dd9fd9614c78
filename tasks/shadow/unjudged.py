"""What this replay could not judge, as sentences: nobody should take silence for a pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.canary.plan import Plan
from tasks.canary.scale import reading
from tasks.shadow.answered import TIMED
from tasks.shadow.replaying import Replayed
from tasks.shadow.sample import Sample
from tasks.shadow.semantic import METRIC, Distances


def unjudged(plan: Plan, sample: Sample, moved: Distances, done: Sequence[Replayed]) -> list[str]:
    return [*_metrics(plan, done), *_semantic(moved, done), *_conversations(sample), *_traces(sample)]


def _metrics(plan: Plan, done: Sequence[Replayed]) -> Iterator[str]:
    """Guarded metrics without a pair of values; why, where it is known."""
    for metric in dict.fromkeys(watch.metric for watch in plan.watches):
        read = {reading(watch) for watch in plan.watches if watch.metric == metric}
        pairs = sum(all(_known(one, name) for name in read) for one in done)
        if not pairs:
            yield f"{metric}: {_why(read)}"
    levels = [watch.text for watch in plan.watches if watch.level is not None]
    yield from (f"{text}: a level of live traffic, watched by the canary" for text in levels)


def _known(one: Replayed, name: str) -> bool:
    return one.candidate.values.get(name) is not None and one.baseline.values.get(name) is not None


def _why(read: set[str]) -> str:
    if read & set(TIMED):
        return "the baseline was not run again, and recorded times are those of another load"
    return "a replay without users and tools has no values of it"


def _semantic(moved: Distances, done: Sequence[Replayed]) -> Iterator[str]:
    without = sum(moved.of.get(one.trace.trace_id) is None for one in done)
    if moved.lacking:
        yield f"{METRIC}: {moved.lacking}"
    elif without:
        yield f"{METRIC}: {without} of {len(done)} traces have no text of both versions"


def _conversations(sample: Sample) -> Iterator[str]:
    if sample.ended_early:
        yield f"{sample.ended_early} answers after a tool call that was not recorded: tools are not executed"


def _traces(sample: Sample) -> Iterator[str]:
    if sample.unreplayed:
        yield f"{sample.unreplayed} traces: {sample.stopped}"
    if sample.missing_variables:
        yield f"traces without {', '.join(sample.missing_variables)}, which the candidate needs"
