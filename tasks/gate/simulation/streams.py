"""Many releases one after the other: what a gate lets through over a year, while the anchor moves with them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.gate.simulation.model import Scenario, Version, expected_scores, first_version, run, successor
from tasks.gate.simulation.rule import PASS, Mask, Outcomes, Plan, Scores, decide_many
from tasks.statistics.paired import Floats


class Stream(NamedTuple):
    """Verdicts and rounds by world and release (S, K), and the true change from the first version to the last (S,)."""

    verdict: NDArray[np.int64]
    rounds: NDArray[np.int64]
    change: Floats

    def share(self, verdict: int, of: Mask | None = None) -> float:
        chosen = self.verdict if of is None else self.verdict[of]
        return float((chosen == verdict).mean())


def stream(
    scenario: Scenario, changes: Floats, n: int, plan: Plan, rng: np.random.Generator, *, anchored: bool = True
) -> Stream:
    """Releases with true changes (S, K) against the then-live version; a PASS goes live, the rest is forgotten."""
    live = anchor = first = first_version(scenario, len(changes), n, rng)
    outcomes = []
    for change in changes.T:
        candidate = successor(scenario, live, change, rng)
        outcome = _release(scenario, candidate, live, anchor if anchored else live, plan, rng)
        promoted = outcome.verdict == PASS
        anchor = _replaced(anchor, candidate, promoted & outcome.beats_anchor)
        live = _replaced(live, candidate, promoted)
        outcomes.append(outcome)
    verdicts = np.stack([outcome.verdict for outcome in outcomes], axis=1)
    return Stream(verdicts, np.stack([outcome.rounds for outcome in outcomes], axis=1), live.mean - first.mean)


def _replaced(old: Version, new: Version, where: Mask) -> Version:
    return Version(np.where(where[:, None], new.latent, old.latent), np.where(where, new.mean, old.mean))


def _release(
    scenario: Scenario, candidate: Version, live: Version, anchor: Version, plan: Plan, rng: np.random.Generator
) -> Outcomes:
    """One gate test in each world; where the anchor is live there is one comparison, elsewhere two."""
    arms = [run(scenario, expected_scores(scenario, arm), plan.rounds_max, rng) for arm in (candidate, live, anchor)]
    same = np.asarray((live.latent == anchor.latent).all(axis=1))
    verdict, rounds, beats = np.zeros(len(same), np.int64), np.zeros(len(same), np.int64), np.zeros(len(same), np.bool_)
    for where, compared in ((same, 2), (~same, 3)):
        if where.any():
            found = decide_many(Scores(*(arm[:, where] for arm in arms[:compared])), plan)
            verdict[where], rounds[where], beats[where] = found
    return Outcomes(verdict, rounds, beats)
