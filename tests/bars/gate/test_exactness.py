"""What holds exactly: no difference, a missing score, other orders and names, the arms swapped, many worlds at once."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest

from tasks.gate.decide import decide, rule
from tasks.gate.look import CasePair, Look
from tasks.gate.simulation.model import SCENARIOS, expected_scores, first_version, run, successor
from tasks.release.verdict import Verdict
from tests.tasks.gate.simulation.test_rule import test_many_at_once_are_one_by_one as many_at_once_are_one_by_one

pytestmark = pytest.mark.bars
WORLDS = 200


def world(seed: int, n: int = 120) -> Look:
    """One of the scenarios after three rounds, with clusters of three, four intents, any difference up to 10 points."""
    rng, scenario = np.random.default_rng(seed), list(SCENARIOS.values())[seed % len(SCENARIOS)]
    live = first_version(scenario, 1, n, rng)
    candidate = successor(scenario, live, float(rng.uniform(-0.1, 0.02)), rng)
    ours, theirs = (run(scenario, expected_scores(scenario, arm), 3, rng)[:, 0, :].T for arm in (candidate, live))
    scores = [(tuple(one.tolist()), tuple(other.tolist())) for one, other in zip(ours, theirs, strict=True)]
    pairs = [CasePair(f"c{n:03d}", f"k{n // 3:03d}", f"i{n % 4}", *both) for n, both in enumerate(scores)]
    return Look(tuple(pairs), 3, 3, 0.05, "medium")


@pytest.mark.parametrize(("n", "verdict"), [(50, Verdict.INCONCLUSIVE), (100, Verdict.PASS)])
def test_without_one_different_case_50_are_too_few_and_100_may_pass(n: int, verdict: Verdict) -> None:
    pairs = tuple(CasePair(f"c{case:03d}", f"c{case:03d}", "ask", (1.0,), (1.0,)) for case in range(n))
    found = decide(Look(pairs, 1, 5, 0.05, "medium"))
    assert found.verdict is verdict
    assert found.live is not None
    assert found.live.low < 0


@pytest.mark.parametrize("anchored", [False, True])
@pytest.mark.parametrize("delta", [0.02, 0.0, -0.02, -0.05, -0.10])
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_vectorised_rule_is_the_scalar_one(name: str, delta: float, *, anchored: bool) -> None:
    many_at_once_are_one_by_one(name, delta, anchored=anchored)


@pytest.mark.parametrize("arm", ["candidate", "live"])
def test_a_missing_score_is_an_error_of_the_pure_rule(arm: str) -> None:
    for seed in range(WORLDS):
        look = world(seed)
        hole, whole = (1.0, math.nan, 1.0), look.pairs[seed % 120]
        torn = replace(whole, candidate=hole) if arm == "candidate" else replace(whole, live=hole)
        pairs = tuple(torn if pair.case_id == torn.case_id else pair for pair in look.pairs)
        assert rule(replace(look, pairs=pairs)).verdict is Verdict.ERROR


def test_order_of_cases_and_names_of_clusters_do_not_matter() -> None:
    for seed in range(WORLDS):
        look, chance = world(seed), random.Random(seed)
        names = {pair.cluster: f"{chance.random()}" for pair in look.pairs}
        pairs = [replace(pair, cluster=names[pair.cluster]) for pair in look.pairs]
        chance.shuffle(pairs)
        assert decide(replace(look, pairs=tuple(pairs))) == decide(look)


def test_swapping_the_arms_mirrors_the_interval() -> None:
    for seed in range(WORLDS):
        look = world(seed)
        swapped = tuple(replace(pair, candidate=pair.live, live=pair.candidate) for pair in look.pairs)
        one, other = rule(look).live, rule(replace(look, pairs=swapped)).live
        assert one is not None
        assert other is not None
        assert (other.low, other.high) == pytest.approx((-one.high, -one.low), abs=1e-12)
