from __future__ import annotations

import numpy as np
import pytest

from tasks.gate.decide import rule
from tasks.gate.look import CasePair, GateVerdict, Look
from tasks.gate.simulation.model import SCENARIOS, clusters_of, expected_scores, first_version, run, successor
from tasks.gate.simulation.rule import INCONCLUSIVE, PASS, REJECT, Plan, Scores, decide_many
from tasks.release.verdict import Verdict

CODES = {Verdict.INCONCLUSIVE: INCONCLUSIVE, Verdict.PASS: PASS, Verdict.REJECT: REJECT}
N, WORLDS = 120, 6


def scores_of(name: str, delta: float, *, anchored: bool) -> Scores:
    scenario, rng = SCENARIOS[name], np.random.default_rng([int(1000 * delta) + 100, list(SCENARIOS).index(name)])
    anchor = first_version(scenario, WORLDS, N, rng)
    live = successor(scenario, anchor, 0.01, rng)
    candidate = successor(scenario, live, delta, rng)
    arms = [run(scenario, expected_scores(scenario, arm), 5, rng) for arm in (candidate, live, anchor)]
    return Scores(*arms[: 3 if anchored else 2])


def one_by_one(name: str, scores: Scores, plan: Plan, world: int) -> GateVerdict:
    """The looks of one world by the scalar rule, as a release would take them."""
    for done in range(1, plan.rounds_max + 1):
        arms = [[tuple(arm[:done, world, case].tolist()) for case in range(N)] for arm in scores if arm is not None]
        pairs = tuple(
            CasePair(f"c{case:04d}", f"k{case // SCENARIOS[name].cluster_size:04d}", f"i{case * 6 // N}", *both)
            for case, both in enumerate(zip(*arms, strict=True))
        )
        found = rule(Look(pairs, done, plan.rounds_max, plan.margin, "medium"))
        if not found.needs_more_round:
            break
    return found


@pytest.mark.parametrize("anchored", [False, True])
@pytest.mark.parametrize("delta", [0.02, 0.0, -0.02, -0.05, -0.10])
@pytest.mark.parametrize("name", SCENARIOS)
def test_many_at_once_are_one_by_one(name: str, delta: float, *, anchored: bool) -> None:
    scores = scores_of(name, delta, anchored=anchored)
    plan = Plan(0.05, clusters=clusters_of(SCENARIOS[name], N), intents=np.arange(N) * 6 // N)
    many = decide_many(scores, plan)
    for world in range(WORLDS):
        found = one_by_one(name, scores, plan, world)
        assert CODES[found.verdict] == many.verdict[world]
        assert (found.rounds_done, found.beats_anchor) == (many.rounds[world], many.beats_anchor[world])
