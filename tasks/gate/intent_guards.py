"""Guard slices: no intent and no hard check may be proved worse behind a good total."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from tasks.gate.look import CasePair, GuardRow, Look, Rounds, Row
from tasks.statistics.multiplicity import holm, sign_flip
from tasks.statistics.paired import Z_ONE_SIDED, Estimate, plus_four

ALPHA = 0.05
FLOOR = -0.25
FLOOR_CASES = 20
FLIP_UNITS = 10
"""Below ten units too few sign patterns exist: the plus-four t tests instead, and no floor is asked for."""


class Slice(NamedTuple):
    """Differences of one guard slice in the order of case ids."""

    name: str
    kind: Literal["intent", "check"]
    differences: tuple[float, ...]
    clusters: tuple[str, ...]


def mean_difference(candidate: Rounds, other: Rounds) -> float:
    """Repeats are averaged inside a case first; the case is what counts."""
    return math.fsum(candidate) / len(candidate) - math.fsum(other) / len(other)


def guard_rows(look: Look) -> tuple[GuardRow, ...]:
    """One row a slice. Harm: Holm at 5 % over all slices that can be tested. No slices: no rows."""
    tested = [(part, plus_four(part.differences, part.clusters)) for part in slices(look.pairs)]
    p_values = {_key(part): _harm_p(part, estimate, look.seed) for part, estimate in tested if estimate.df > 0}
    harmed = holm(p_values, ALPHA)
    return tuple(
        _guard_row(part, estimate, p_values.get(_key(part), 1.0), harmed=_key(part) in harmed)
        for part, estimate in tested
    )


def slices(pairs: Sequence[CasePair]) -> list[Slice]:
    """Intents, when there is more than one (one intent is the whole set, already judged), then checks, by name."""
    intents = _grouped((pair.intent, pair.cluster, pair.candidate, pair.live) for pair in pairs)
    checks = _grouped(
        (name, pair.cluster, check.candidate, check.live) for pair in pairs for name, check in pair.checks.items()
    )
    found = [_slice(name, "intent", rows) for name, rows in sorted(intents.items())] if len(intents) > 1 else []
    return found + [_slice(name, "check", rows) for name, rows in sorted(checks.items())]


def _grouped(rows: Iterable[tuple[str, str, Rounds, Rounds]]) -> Mapping[str, list[tuple[str, float]]]:
    groups: dict[str, list[tuple[str, float]]] = {}
    for name, cluster, candidate, live in rows:
        groups.setdefault(name, []).append((cluster, mean_difference(candidate, live)))
    return groups


def _slice(name: str, kind: Literal["intent", "check"], rows: Sequence[tuple[str, float]]) -> Slice:
    return Slice(name, kind, tuple(difference for _, difference in rows), tuple(cluster for cluster, _ in rows))


def _key(part: Slice) -> str:
    return f"{part.kind}:{part.name}"


def _harm_p(part: Slice, estimate: Estimate, seed: int) -> float:
    if estimate.clusters < FLIP_UNITS:
        return estimate.p_below()
    totals: dict[str, list[float]] = {}
    for difference, cluster in zip(part.differences, part.clusters, strict=True):
        totals.setdefault(cluster, []).append(difference)
    summed = np.array([[math.fsum(values) for values in totals.values()]])
    return float(sign_flip(summed, seed=seed)[0])


def _guard_row(part: Slice, estimate: Estimate, p: float, *, harmed: bool) -> GuardRow:
    low, high = estimate.interval(Z_ONE_SIDED)
    row = Row(estimate.mean, max(low, -1.0), min(high, 1.0), estimate.n)
    asked = part.kind == "intent" and estimate.n >= FLOOR_CASES and estimate.clusters >= FLIP_UNITS
    found: Literal["none", "floor", "harm"] = "harm" if harmed else "floor" if asked and low <= FLOOR else "none"
    return GuardRow(part.name, part.kind, row, estimate.clusters, p, found)
