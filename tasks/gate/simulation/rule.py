"""The gate's rule on many synthetic releases at once: the answers of `tasks.gate.decide`, a thousand times faster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from tasks.gate.intent_guards import ALPHA, FLIP_UNITS, FLOOR, FLOOR_CASES
from tasks.statistics.multiplicity import FLIPS, sign_flip
from tasks.statistics.paired import Z_ONE_SIDED, Floats, cluster_totals, plus_four_rows
from tasks.statistics.sequential import critical

Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]

INCONCLUSIVE, PASS, REJECT = 0, 1, 2


@dataclass(frozen=True)
class Plan:
    """What is frozen before a test. `clusters`, `intents`: numbers (n,) from 0, None = every case alone, one intent."""

    margin: float
    rounds_max: int = 5
    min_cases: int = 100
    clusters: Codes | None = None
    intents: Codes | None = None
    seed: int = 0
    flips: int = FLIPS


class Scores(NamedTuple):
    """Scores by round, each (rounds, S, n); `anchor` is None where it is live."""

    candidate: Floats
    live: Floats
    anchor: Floats | None = None


class Outcomes(NamedTuple):
    """By world: INCONCLUSIVE, PASS or REJECT at the close, the rounds it took, and whether the anchor was beaten."""

    verdict: NDArray[np.int64]
    rounds: NDArray[np.int64]
    beats_anchor: Mask

    def share(self, verdict: int) -> float:
        return float((self.verdict == verdict).mean())


def decide_many(scores: Scores, plan: Plan) -> Outcomes:
    """Walks all looks of S tests; what is closed at one look stays closed."""
    sims = scores.candidate.shape[1]
    outcomes = Outcomes(np.zeros(sims, np.int64), np.full(sims, plan.rounds_max), np.zeros(sims, np.bool_))
    still = np.arange(sims)
    for done in range(1, plan.rounds_max + 1):
        verdict, beats = _look(scores, plan, done, still)
        last = done == plan.rounds_max
        closed = (verdict != INCONCLUSIVE) | last
        outcomes.verdict[still[closed]] = verdict[closed]
        outcomes.rounds[still[closed]] = done
        outcomes.beats_anchor[still[closed]] = beats[closed]
        still = still[~closed]
        if len(still) == 0:
            break
    return outcomes


def _look(scores: Scores, plan: Plan, done: int, still: NDArray[np.int64]) -> tuple[NDArray[np.int64], Mask]:
    candidate, *others = [arm[:done, still].mean(axis=0) for arm in scores if arm is not None]
    z = critical(plan.rounds_max, done)
    bounds = [plus_four_rows(candidate - other, plan.clusters).interval(z) for other in others]
    worse = np.any([high < 0 for _, high in bounds], axis=0)
    holds = np.all([low > -plan.margin for low, _ in bounds], axis=0) & (candidate.shape[1] >= plan.min_cases)
    asked = ~worse & (holds | (done == plan.rounds_max))
    harmed, floored = _guards(candidate - others[0], plan, asked)
    verdict = np.where(worse | harmed, REJECT, np.where(holds & ~floored, PASS, INCONCLUSIVE))
    return verdict, bounds[-1][0] > 0


def _guards(differences: Floats, plan: Plan, asked: Mask) -> tuple[Mask, Mask]:
    """Harm by Holm's first step (the smallest p decides whether any is harmed), and open floors; False if not asked."""
    harmed, floored = np.zeros_like(asked), np.zeros_like(asked)
    if plan.intents is None or not asked.any():
        return harmed, floored
    rows = differences[asked]
    found = [_intent(rows[:, members], codes, plan) for members, codes in _members(plan)]
    p_values = [p for p, _ in found if p is not None]
    if p_values:
        harmed[asked] = np.min(p_values, axis=0) <= ALPHA / len(p_values)
    floored[asked] = np.any([floor for _, floor in found], axis=0)
    return harmed, floored


def _members(plan: Plan) -> Iterator[tuple[NDArray[np.int64], Codes]]:
    if plan.intents is None or plan.intents.max() == 0:
        return
    for intent in range(int(plan.intents.max()) + 1):
        members = np.flatnonzero(plan.intents == intent)
        names = members if plan.clusters is None else plan.clusters[members]
        yield members, np.unique(names, return_inverse=True)[1]


def _intent(differences: Floats, codes: Codes, plan: Plan) -> tuple[Floats | None, Mask]:
    """p values (None when they cannot be had) and open floors of one intent."""
    units, open_floor = int(codes.max()) + 1, np.zeros(len(differences), np.bool_)
    if units < 2:
        return None, open_floor
    estimates = plus_four_rows(differences, codes)
    if units < FLIP_UNITS:
        p: Floats = stdtr(estimates.df, estimates.mean / estimates.se)
        return p, open_floor
    if differences.shape[1] >= FLOOR_CASES:
        open_floor = estimates.interval(Z_ONE_SIDED)[0] <= FLOOR
    return sign_flip(cluster_totals(differences, codes), seed=plan.seed, flips=plan.flips), open_floor
