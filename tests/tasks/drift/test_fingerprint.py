from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from tasks.drift import fingerprint, probes
from tasks.drift.fingerprint import Draws

SEED = 5


def drawn(share: float, count: int, seed: int, probe_count: int = 20) -> Draws:
    rng = np.random.default_rng(seed)
    return {f"p{n}": ["a" if yes else "b" for yes in rng.random(count) < share] for n in range(probe_count)}


def test_candidates_gave_more_than_one_token() -> None:
    assert fingerprint.candidates({"x": ["a", "a", "b"], "y": ["a", "a", "a"], "z": ["a", "b", "c"]}) == ("x", "z")


def test_the_most_balanced_are_kept() -> None:
    draws = {"flat": ["a"] * 30, "tilted": ["a"] * 20 + ["b"] * 10, "even": ["a"] * 15 + ["b"] * 15, "empty": []}
    assert fingerprint.border_inputs(draws) == ("even", "tilted")
    assert fingerprint.border_inputs(draws, wanted=1) == ("even",)


def test_z_is_that_of_all_permutations() -> None:
    """One probe, 4 + 2 draws: the 15 ways to choose tonight's two are listed, the drawn permutations come close."""
    reference, tonight = ["a", "a", "a", "b"], ["b", "b"]
    pooled = np.array([1, 1, 1, 0, 0, 0])
    ways = np.array([abs(pooled[list(w)].mean() - (3 - pooled[list(w)].sum()) / 4) for w in combinations(range(6), 2)])
    found = fingerprint.compare({"x": reference}, {"x": tonight}, SEED, permutations=20_000)
    assert found.statistic == pytest.approx(0.75)
    assert found.z == pytest.approx((0.75 - ways.mean()) / ways.std(), abs=0.03)
    assert found.p == pytest.approx(float((ways >= 0.75).mean()), abs=0.02)
    assert found.effect == pytest.approx(0.75 - ways.mean(), abs=0.01)


def test_a_moved_share_is_found() -> None:
    reference = drawn(0.5, 60, 1)
    assert fingerprint.compare(reference, drawn(0.5, 5, 2), SEED).z < 3
    moved = fingerprint.compare(reference, drawn(0.9, 5, 3), SEED)
    assert moved.z > 3
    assert moved.calls == 100


@pytest.mark.parametrize(
    ("reference", "tonight"),
    [({"x": ["a"] * 9}, {"x": ["a"] * 5}), ({"x": ["a"] * 9}, {"x": []}), ({}, {}), ({"x": []}, {"x": ["a"]})],
)
def test_what_cannot_vary_says_nothing(reference: Draws, tonight: Draws) -> None:
    found = fingerprint.compare(reference, tonight, SEED)
    assert (found.z, found.p, found.effect) == (0.0, 1.0, 0.0)
    assert math.isfinite(found.noise)


def test_probes_without_draws_are_named() -> None:
    assert fingerprint.compare({"x": ["a", "b"], "y": ["a"]}, {"x": ["a"]}, SEED).left_out == ("y",)


def test_the_seed_decides() -> None:
    one, two = drawn(0.5, 60, 1), drawn(0.6, 5, 2)
    assert fingerprint.compare(one, two, SEED) == fingerprint.compare(one, two, SEED)


def test_words_are_different_and_reproducible() -> None:
    words = probes.words(3)
    assert len(set(words)) == probes.CANDIDATES == len(words)
    assert words == probes.words(3) != probes.words(4)
    assert probes.words(3, 10) == words[:10]
