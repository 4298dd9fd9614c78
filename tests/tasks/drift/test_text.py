from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.drift import shift, text
from tasks.drift.text import Texts

SEED = 5
WORDS = [f"w{n}" for n in range(40)]


def drawn(count: int, seed: int, first: int = 0, cases: int = 4) -> Texts:
    rng = np.random.default_rng(seed)
    return {
        f"c{case}": [" ".join(rng.choice(WORDS[first : first + 20], 8)) for _ in range(count)] for case in range(cases)
    }


def test_the_effect_is_the_unbiased_discrepancy_of_the_words() -> None:
    pools = [text.pool(one, two) for one, two in zip(drawn(12, 1).values(), drawn(4, 2, first=5).values(), strict=True)]
    wanted = []
    for pool in pools:
        gram, n, m = pool.grams[0], 12, 4
        then, now, cross = gram[:n, :n], gram[n:, n:], gram[:n, n:]
        wanted.append((now.sum() - m) / (m * (m - 1)) + (then.sum() - n) / (n * (n - 1)) - 2 * cross.mean())
    assert text.compare_pools(pools, SEED).effect == pytest.approx(np.mean(wanted))


def test_other_words_are_found_and_the_same_are_not() -> None:
    reference = drawn(30, 1)
    assert text.compare(reference, drawn(6, 2), SEED).z < 3
    moved = text.compare(reference, drawn(6, 3, first=5), SEED)
    assert moved.z > 3
    assert moved.p < 0.01
    assert moved.calls == 24


def test_cases_are_never_mixed() -> None:
    """Answers that differ by case only: permuting over cases would take that for a change."""
    reference = {f"c{case}": [f"w{case}"] * 20 + ["same"] * 20 for case in range(4)}
    tonight = {f"c{case}": [f"w{case}"] * 3 + ["same"] * 3 for case in range(4)}
    assert text.compare(reference, tonight, SEED).z < 0.1


def test_embeddings_see_what_words_do_not() -> None:
    reference, tonight, rng = drawn(30, 1), drawn(6, 2), np.random.default_rng(3)
    vectors = (
        {case: rng.standard_normal((30, 16)) for case in reference},
        {case: rng.standard_normal((6, 16)) + 1 for case in tonight},
    )
    assert text.compare(reference, tonight, SEED).z < 3 < text.compare(reference, tonight, SEED, vectors).z


def test_a_kernel_that_does_not_vary_is_left_out() -> None:
    """No two answers begin alike: prefix and equality are constant, 0/0 without care, and the words still count."""
    reference, tonight = (
        {case: [f"{arm}{n} {answer}" for n, answer in enumerate(answers)] for case, answers in texts.items()}
        for arm, texts in (("old", drawn(30, 1)), ("new", drawn(6, 3, first=8)))
    )
    pools = [text.pool(reference[case], tonight[case]) for case in reference]
    assert all(pool.grams[1:] == pytest.approx(np.stack([np.eye(36)] * 2)) for pool in pools)
    assert text.compare(reference, tonight, SEED).z > 3


@pytest.mark.parametrize(
    ("reference", "tonight"),
    [
        ({"c": ["yes"] * 20}, {"c": ["yes"] * 6}),
        ({"c": [""] * 20}, {"c": [""] * 6}),
        ({"c": ["yes"] * 20}, {"c": []}),
        ({"c": []}, {"c": ["yes"]}),
        ({}, {}),
    ],
)
def test_what_cannot_vary_says_nothing(reference: Texts, tonight: Texts) -> None:
    found = text.compare(reference, tonight, SEED)
    assert (found.z, found.p) == (0.0, 1.0)
    assert all(math.isfinite(value) for value in (found.statistic, found.effect, found.noise))


def test_a_case_without_answers_is_named_and_the_others_count() -> None:
    tonight = {case: answers for case, answers in drawn(6, 3, first=10).items() if case != "c2"} | {"c3": []}
    found = text.compare(drawn(30, 1), tonight, SEED)
    assert found.left_out == ("c2", "c3")
    assert found.z > 3


def test_one_answer_a_case_is_enough_to_compute() -> None:
    assert math.isfinite(text.compare(drawn(30, 1), drawn(1, 2), SEED).z)


def test_stable_says_what_would_have_been_found() -> None:
    few, many = (text.compare(drawn(30, 1), drawn(count, 2), SEED) for count in (2, 12))
    assert few.detectable(1.3) > many.detectable(1.3) > many.detectable(1.0) > 3 * many.noise


def test_one_rare_answer_turns_no_key() -> None:
    """All else is alike: it falls on one of 66 answers, on tonight's in 9 % of all permutations."""
    found = text.compare({"a": ["yes"] * 60}, {"a": [*["yes"] * 5, "no"]}, seed=1)
    assert 0.05 < found.p < 0.15
    assert found.z <= shift.LIKELY_Z
