from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.drift import harm
from tasks.drift.harm import Harm, Scores


def scores(shift: float, count: int, seed: int, cases: int = 8, sd: float = 0.2) -> Scores:
    rng = np.random.default_rng(seed)
    return {
        f"c{case}": [float(np.clip(0.3 + case / 20 + shift + sd * rng.standard_normal(), 0, 1)) for _ in range(count)]
        for case in range(cases)
    }


@pytest.mark.parametrize(
    ("shift", "count", "wanted"),
    [(-0.20, 12, Harm.DEGRADED), (0.0, 200, Harm.BENIGN), (0.2, 12, Harm.BENIGN), (-0.04, 12, Harm.INCONCLUSIVE)],
)
def test_harm(shift: float, count: int, wanted: Harm) -> None:
    found = harm.judge(scores(0.0, 60, 1), scores(shift, count, 2))
    assert found.harm is wanted
    assert found.interval.low <= found.delta <= found.interval.high
    assert found.calls == 8 * count


def test_equal_scores_are_never_degraded() -> None:
    same = {f"c{case}": [case / 8] * 12 for case in range(8)}
    found = harm.judge(same, same)
    assert (found.harm, found.delta, tuple(found.interval)) == (Harm.BENIGN, 0.0, (0.0, 0.0))


def test_a_small_certain_loss_is_within_the_margin() -> None:
    arms: list[Scores] = [{f"c{case}": [level] * 12 for case in range(8)} for level in (0.50, 0.47)]
    old, new = arms
    assert harm.judge(old, new).harm is Harm.BENIGN
    assert harm.judge(old, new, margin=0.02).harm is Harm.DEGRADED


def test_few_cases_that_differ_prove_nothing() -> None:
    """Two cases, one of them worse by 30 points, without any noise: the next case may be either."""
    old: Scores = {"a": [0.8] * 12, "b": [0.8] * 12}
    new: Scores = {"a": [0.78] * 12, "b": [0.5] * 12}
    assert harm.judge(old, new).harm is Harm.INCONCLUSIVE


def test_what_has_no_score_is_counted_and_not_zero() -> None:
    old: Scores = {"a": [0.5, None, 0.5], "b": [0.5], "c": [0.5], "d": [None]}
    new: Scores = {"a": [0.5], "b": [None, 0.5], "c": [], "d": [0.5], "e": [1.0]}
    found = harm.judge(old, new)
    assert (found.delta, found.cases, found.calls, found.unscored, found.left_out) == (0.0, 2, 2, 3, ("c", "d", "e"))


@pytest.mark.parametrize("cases", [(), ("a",)])
def test_fewer_than_two_cases_say_nothing(cases: tuple[str, ...]) -> None:
    arm: Scores = {case: [0.1] * 50 for case in cases}
    found = harm.judge(arm, arm)
    assert found.harm is Harm.INCONCLUSIVE
    assert math.isnan(found.delta)


def test_calls_needed() -> None:
    assert harm.calls_needed(0.28, 0.05) == pytest.approx(390, abs=5)
    assert harm.calls_needed(0.28, 0.10) == pytest.approx(98, abs=2)
