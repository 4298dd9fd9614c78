"""The whole gate against live: five looks, guards on eight intents, error rates, power and calls."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from tasks.gate.simulation.model import SCENARIOS, clusters_of, expected_scores, first_version, run, successor
from tasks.gate.simulation.rule import PASS, REJECT, Outcomes, Plan, Scores, decide_many

SIZES = [pytest.param(2000, marks=pytest.mark.bars), pytest.param(4000, marks=pytest.mark.bars_full)]
INTENTS = 8


def plan_of(name: str, n: int, margin: float, *, guards: bool = True) -> Plan:
    intents = np.arange(n) * INTENTS // n if guards else None
    return Plan(margin, clusters=clusters_of(SCENARIOS[name], n), intents=intents, flips=1999)


def worlds(name: str, n: int, delta: float | None, sims: int, drop: float = 0.0) -> Scores:
    """Five rounds of a candidate worse by `delta`; None is live against itself. `drop` hits the first intent only."""
    scenario, rng = SCENARIOS[name], np.random.default_rng([n, sims, list(SCENARIOS).index(name)])
    live = first_version(scenario, sims, n, rng)
    candidate = live if delta is None else successor(scenario, live, delta, rng)
    expected = expected_scores(scenario, candidate)
    if drop:
        worse = expected_scores(scenario, candidate._replace(mean=candidate.mean - drop))
        expected[:, : n // INTENTS] = worse[:, : n // INTENTS]
    return Scores(run(scenario, expected, 5, rng), run(scenario, expected_scores(scenario, live), 5, rng))


@lru_cache(maxsize=32)
def outcomes(name: str, n: int, margin: float, delta: float | None, sims: int, *, guards: bool = True) -> Outcomes:
    return decide_many(worlds(name, n, delta, sims), plan_of(name, n, margin, guards=guards))


@pytest.mark.parametrize("sims", SIZES)
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("n", [100, 200, 500])
def test_looking_five_times_keeps_the_error_at_the_margin(name: str, n: int, sims: int) -> None:
    assert outcomes(name, n, 0.05, -0.05, sims, guards=False).share(PASS) <= 0.06


@pytest.mark.parametrize("sims", SIZES)
@pytest.mark.parametrize(("n", "margin"), [(100, 0.05), (200, 0.05), (200, 0.045), (500, 0.03)])
@pytest.mark.parametrize("delta", [None, 0.0])
def test_equal_versions_are_rarely_rejected(n: int, margin: float, delta: float | None, sims: int) -> None:
    assert outcomes("base", n, margin, delta, sims).share(REJECT) <= 0.08


@pytest.mark.parametrize("sims", [pytest.param(500), *SIZES])
@pytest.mark.parametrize(
    ("delta", "verdict", "low", "high"),
    [(0.0, PASS, 0.84, 1.0), (-0.05, REJECT, 0.80, 1.0), (-0.10, REJECT, 0.99, 1.0), (-0.10, PASS, 0.0, 0.0)],
)
def test_power_of_200_cases(delta: float, verdict: int, low: float, high: float, sims: int) -> None:
    assert low - 0.02 * (sims < 1000) <= outcomes("base", 200, 0.05, delta, sims).share(verdict) <= high


@pytest.mark.parametrize("sims", SIZES)
@pytest.mark.parametrize(("delta", "most"), [(0.0, 0.78), (-0.10, 0.42)])
def test_early_looks_save_calls(delta: float, most: float, sims: int) -> None:
    """Against four rounds at one fixed look, which has the same error rates."""
    assert outcomes("base", 200, 0.05, delta, sims, guards=False).rounds.mean() / 4 <= most


@pytest.mark.parametrize("sims", SIZES)
def test_one_ruined_intent_of_eight_is_seen(sims: int) -> None:
    assert decide_many(worlds("base", 200, 0.0, sims, drop=0.30), plan_of("base", 200, 0.05)).share(PASS) <= 0.04


@pytest.mark.parametrize("sims", SIZES)
@pytest.mark.parametrize("name", ["base", "clust"])
def test_guards_rarely_reject_an_equal_version(name: str, sims: int) -> None:
    guarded, bare = (outcomes(name, 200, 0.05, 0.0, sims, guards=guards) for guards in (True, False))
    assert ((guarded.verdict == REJECT) & (bare.verdict != REJECT)).mean() <= 0.05


@pytest.mark.parametrize("sims", SIZES)
def test_five_tries_are_one_test(sims: int) -> None:
    """A retry goes on at the next round; fresh tries until one is green would pass four times as often."""
    scores = worlds("base", 200, -0.05, sims)
    one_look = Plan(0.05, rounds_max=1)
    fresh = [decide_many(Scores(scores.candidate[k : k + 1], scores.live[k : k + 1]), one_look) for k in range(5)]
    assert decide_many(scores, plan_of("base", 200, 0.05)).share(PASS) <= 0.06
    assert np.any([try_.verdict == PASS for try_ in fresh], axis=0).mean() >= 0.15
