from __future__ import annotations

import numpy as np

from tasks.drift import logprobs
from tasks.drift.logprobs import Vectors

SEED = 5
PROMPTS = 5


def vectors(count: int, seed: int, noise: float = 0.0, shift: float = 0.0) -> Vectors:
    rng = np.random.default_rng(seed)
    return {
        f"p{prompt}": [
            {
                f"t{token}": -token - 1.0 + shift * (token % 2) + noise * float(rng.standard_normal())
                for token in range(20)
            }
            for _ in range(count)
        ]
        for prompt in range(PROMPTS)
    }


def test_bit_identical_vectors_say_nothing() -> None:
    found = logprobs.compare(vectors(10, 1), vectors(2, 2), SEED)
    assert (found.shift.z, found.unseen) == (0.0, ())


def test_a_vector_never_seen_is_named() -> None:
    found = logprobs.compare(vectors(10, 1), vectors(2, 2, shift=0.1), SEED)
    assert len(found.unseen) == PROMPTS
    assert found.shift.z > 3
    assert 0.02 < found.shift.effect < 0.06


def test_noise_alone_is_no_shift() -> None:
    found = logprobs.compare(vectors(20, 1, noise=0.1), vectors(2, 2, noise=0.1), SEED)
    assert found.shift.z < 3


def test_a_shift_above_the_noise_is_found() -> None:
    assert logprobs.compare(vectors(20, 1, noise=0.1), vectors(2, 2, noise=0.1, shift=0.5), SEED).shift.z > 3


def test_other_tokens_are_a_large_shift() -> None:
    other = {
        prompt: [{f"u{n}": value for n, value in enumerate(v.values())} for v in drawn]
        for prompt, drawn in vectors(2, 2).items()
    }
    assert logprobs.compare(vectors(10, 1), other, SEED).shift.z > 3


def test_another_share_of_known_backends_is_no_change() -> None:
    """Ten nights from one backend, one from another that the reference knows: z is large, nothing was unseen."""
    one, two = vectors(10, 1), vectors(10, 1, shift=1.0)
    known = {prompt: [*drawn, two[prompt][0]] for prompt, drawn in one.items()}
    found = logprobs.compare(known, {prompt: drawn[:2] for prompt, drawn in two.items()}, SEED)
    assert found.shift.z > 3
    assert (found.unseen, found.shift.effect) == ((), 0.0)


def test_what_is_as_good_as_impossible_is_one_number() -> None:
    kept = logprobs.vector({"a": -0.123456, "b": -9999.0, "c": -3.4e38})
    assert kept == {"a": -0.1235, "b": logprobs.LEAST, "c": logprobs.LEAST}
    assert (logprobs.width({"p": [kept, {}]}), logprobs.width({})) == (3, 0)


def test_prompts_without_vectors_are_named() -> None:
    found = logprobs.compare(vectors(3, 1), {"p0": vectors(1, 1)["p0"]}, SEED)
    assert found.shift.left_out == ("p1", "p2", "p3", "p4")
    assert logprobs.compare({}, {}, SEED).shift.z == 0.0
