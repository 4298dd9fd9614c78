"""How far the candidate's answers moved in meaning: cosine distance of sentence vectors, in pairs, by intent."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from registry.artifact import Guard as Declared
from registry.errors import ModelRejected
from registry.runtime.drivers.sentences import vectors
from tasks.shadow.replaying import Replayed
from tasks.shadow.sample import ALL, Guard, Replay
from tasks.statistics.paired import Z_ONE_SIDED, plus_four

METRIC = "semantic_distance"
LARGEST = 2.0
"""Of a cosine distance: its scale is 0 to 2."""


@dataclass(frozen=True)
class Distances:
    """Distance by trace id, None where a version gave no text; `lacking` says why nothing was measured at all."""

    of: Mapping[str, float | None]
    lacking: str | None = None


def distances(replayed: Sequence[Replayed]) -> Distances:
    """Equal texts are at 0 and are not embedded."""
    pairs = {one.trace.trace_id: (one.baseline.text, one.candidate.text) for one in replayed}
    texts = sorted({text for old, new in pairs.values() if old and new and old != new for text in (old, new)})
    try:
        known = dict(zip(texts, vectors(texts), strict=True))
    except ModelRejected as error:
        return Distances(dict.fromkeys(pairs), str(error.found))
    return Distances({trace_id: _distance(known, *pair) for trace_id, pair in pairs.items()})


def rows(found: Distances, replayed: Sequence[Replayed]) -> list[dict[str, Any]]:
    """All traces, then each intent: mean with its one-sided 95 % bounds, median, 90 % quantile, and how many traces
    had no distance. Shown; it decides only where the change note has a guard for it."""
    return [_row(intent, found, chosen) for intent, chosen in _by_intent(replayed)] if not found.lacking else []


def guards(declared: Sequence[Declared], found: Distances, replayed: Sequence[Replayed]) -> list[Guard]:
    """The change note's guards on it: an answer that stays as it was is at distance 0."""
    limits = [
        (guard, guard.limit) for guard in declared if guard.metric == METRIC and guard.bound in ("max", "max_increase")
    ]
    return [
        Guard(METRIC, intent, min(limit / LARGEST, 1.0), tuple(_replay(found, one) for one in chosen))
        for guard, limit in limits[:1]
        for intent, chosen in _by_intent(replayed)
        if guard.per == "intent" or intent == ALL
    ]


def _by_intent(replayed: Sequence[Replayed]) -> Iterator[tuple[str, list[Replayed]]]:
    yield ALL, list(replayed)
    intents = sorted({one.trace.intent for one in replayed})
    for intent in intents if len(intents) > 1 else ():
        yield intent, [one for one in replayed if one.trace.intent == intent]


def _distance(known: Mapping[str, Sequence[float]], old: str | None, new: str | None) -> float | None:
    if not old or not new:
        return None
    if old == new:
        return 0.0
    left, right = known[old], known[new]
    norms = math.hypot(*left) * math.hypot(*right)
    cosine = math.fsum(a * b for a, b in zip(left, right, strict=True)) / norms if norms else 0.0
    return min(max(1 - cosine, 0.0), LARGEST)


def _replay(found: Distances, one: Replayed) -> Replay:
    distance = found.of[one.trace.trace_id]
    return Replay(_unit(one), None if distance is None else distance / LARGEST, 0.0 if one.baseline.text else None)


def _row(intent: str, found: Distances, chosen: Sequence[Replayed]) -> dict[str, Any]:
    known = [(distance, _unit(one)) for one in chosen if (distance := found.of[one.trace.trace_id]) is not None]
    row: dict[str, Any] = {"intent": intent, "n": len(known), "without": len(chosen) - len(known)}
    if not known:
        return {**row, "value": None, "low": None, "high": None, "p50": None, "p90": None}
    values = [distance for distance, _ in known]
    low, high = plus_four([value / LARGEST for value in values], [unit for _, unit in known]).interval(Z_ONE_SIDED)
    p50, p90 = (float(at) for at in np.quantile(values, (0.5, 0.9)))
    bounds = {"low": max(low * LARGEST, 0.0), "high": min(high * LARGEST, LARGEST)}
    return {**row, "value": math.fsum(values) / len(values), **bounds, "p50": p50, "p90": p90}


def _unit(one: Replayed) -> str:
    return one.trace.unit or one.trace.trace_id
