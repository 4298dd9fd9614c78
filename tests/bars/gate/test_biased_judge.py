"""A judge that likes the candidate's style: raw it passes what is worse, with people's labels it does not."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.gate.judged import decide_judged
from tasks.gate.simulation.model import SCENARIOS, expected_scores, first_version, run, successor
from tasks.release.verdict import Verdict
from tasks.statistics.paired import Floats, plus_four_rows

SENSITIVITY = 0.92
N, ROUNDS, MARGIN, LABELLED = 200, 3, 0.05, 100


def judged_and_true(sims: int, delta: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Case differences (S, n) as the judge sees them and as they are; its specificity is .8 for live, else .6."""
    scenario = SCENARIOS["base"]
    live = first_version(scenario, sims, N, rng)
    candidate = successor(scenario, live, delta, rng)
    runs = [run(scenario, expected_scores(scenario, arm), ROUNDS, rng) for arm in (candidate, live)]
    seen = [_judge(truth, specificity, rng) for truth, specificity in zip(runs, (0.6, 0.8), strict=True)]
    return (seen[0] - seen[1]).mean(axis=0), (runs[0] - runs[1]).mean(axis=0)


def _judge(truth: Floats, specificity: float, rng: np.random.Generator) -> Floats:
    right = rng.random(truth.shape) < np.where(truth == 1, SENSITIVITY, specificity)
    return np.where(right, truth, 1 - truth)


@pytest.mark.parametrize(
    "sims", [pytest.param(2000, marks=pytest.mark.bars), pytest.param(8000, marks=pytest.mark.bars_full)]
)
def test_labels_take_the_bias_out(sims: int) -> None:
    judged, true = judged_and_true(sims, -MARGIN, np.random.default_rng(4))
    low, _ = plus_four_rows(judged).interval(1.645)
    corrected = [_passes(judged[world], true[world]) for world in range(sims)]
    assert (low > -MARGIN).mean() >= 0.80
    assert np.mean(corrected) <= 0.08


def _passes(judged: Floats, true: Floats) -> bool:
    human = [*true[:LABELLED].tolist(), *[None] * (N - LABELLED)]
    return decide_judged(judged.tolist(), human, MARGIN).verdict is Verdict.PASS
