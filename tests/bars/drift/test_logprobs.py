"""Log-probabilities of the first token: false alarms on exact and on noisy endpoints, power by size of the change."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.drift import dispersion, logprobs
from tasks.drift.logprobs import CONFIRM_DRAWS, SCREEN_DRAWS, Vectors
from tasks.drift.rule import KEY, LOGPROBS_CHANGED_FLOOR, LOGPROBS_FLOOR
from tasks.drift.shift import Shift
from tests.bars.drift.drawing import known, sources

each_source = pytest.mark.parametrize("source", sources("first_tokens"))
PERMUTATIONS = 199
MESSAGES, REFERENCE = 5, 24
NOISY = 0.125
"""Nats, standard deviation of what an endpoint adds to each log-probability from call to call."""


def drawn(source: str, scenario: str, words: list[str], draws: int, noise: float, rng: np.random.Generator) -> Vectors:
    told = known(source)[scenario]["first_tokens"]
    return {
        word: [
            logprobs.vector({token: value + noise * rng.standard_normal() for token, value in told[word].items()})
            for _ in range(draws)
        ]
        for word in words
    }


def nights(source: str, scenario: str, count: int, draws: int, noise: float, seed: int) -> list[Shift]:
    """Each with messages and a reference of its own."""
    rng, found = np.random.default_rng(seed), []
    both = [word for word in known(source)[scenario]["first_tokens"] if word in known(source)["same"]["first_tokens"]]
    for night in range(count):
        words = rng.choice(both, MESSAGES, replace=False).tolist()
        then = drawn(source, "same", words, REFERENCE, noise, rng)
        now = drawn(source, scenario, words, draws, noise, rng)
        found.append(logprobs.compare(then, now, night, PERMUTATIONS).shift)
    return found


def turned(found: list[Shift], floor: float = LOGPROBS_FLOOR) -> float:
    return float(np.mean([shift.z >= KEY and shift.effect >= floor for shift in found]))


@pytest.mark.bars
@each_source
def test_an_exact_endpoint_says_the_same_to_the_last_digit(source: str) -> None:
    found = nights(source, "again", 20, SCREEN_DRAWS, 0.0, 1)
    assert {(shift.z, round(shift.effect, 12)) for shift in found} == {(0.0, 0.0)}


@pytest.mark.bars
@each_source
def test_noise_turns_no_key(source: str) -> None:
    found = nights(source, "again", 300, SCREEN_DRAWS, NOISY, 2)
    assert np.mean([shift.z >= KEY for shift in found]) <= 0.015
    assert turned(found) == 0.0


@pytest.mark.bars
@each_source
@pytest.mark.parametrize("noise", [0.0, NOISY])
@pytest.mark.parametrize("draws", [SCREEN_DRAWS, CONFIRM_DRAWS])
def test_power(source: str, noise: float, draws: int) -> None:
    """What is made has weights that differ less than the recorded ones, and a prefix below the floor."""
    assert turned(nights(source, "q4_0", 25, draws, noise, 3)) == 1.0
    if source == "recorded":
        for scenario in ("q4_0", "prefix"):
            assert turned(nights(source, scenario, 25, draws, noise, 3), LOGPROBS_CHANGED_FLOOR) == 1.0


@pytest.mark.bars
@pytest.mark.parametrize("source", sources("first_tokens")[1:])
@pytest.mark.parametrize(("scenario", "share"), [("no_flash", 0.0), ("kv8", 0.0), ("kv4", 1.0)])
def test_the_floor_parts_other_arithmetic_from_other_weights(source: str, scenario: str, share: float) -> None:
    found = nights(source, scenario, 25, SCREEN_DRAWS, 0.0, 4)
    assert min(shift.z for shift in found) >= KEY, "exact endpoints show the smallest change"
    assert turned(found) == share


def routed(source: str, words: list[str], draws: int, noise: float, rng: np.random.Generator) -> Vectors:
    """Calls of one hour: a share Beta(.5, 2) of its own is served by the backend with the smaller cache."""
    share = rng.beta(0.5, 2.0)
    both = [drawn(source, name, words, draws, noise, rng) for name in ("same", "kv4")]
    return {word: [both[rng.random() < share][word][draw] for draw in range(draws)] for word in words}


def two_keys(source: str, count: int, noise: float, seed: int) -> tuple[float, float]:
    """Shares of nights whose screen turned, and whose confirmation turned too; phi is that of the reference."""
    rng, found = np.random.default_rng(seed), []
    words = list(known(source)["kv4"]["first_tokens"])[:MESSAGES]
    for night in range(count):
        batches = [routed(source, words, CONFIRM_DRAWS, noise, rng) for _ in range(5)]
        then = {word: [vector for batch in batches for vector in batch[word]] for word in words}
        phi = dispersion.phi(dispersion.calibrate_logprobs(batches, night), ())
        keys = []
        for draws in (SCREEN_DRAWS, CONFIRM_DRAWS):
            shift = logprobs.compare(then, routed(source, words, draws, noise, rng), night, PERMUTATIONS).shift
            keys.append(shift.z / phi >= KEY and shift.effect >= LOGPROBS_FLOOR)
        found.append((keys[0], all(keys)))
    screens, both = np.mean(found, axis=0)
    return float(screens), float(both)


@pytest.mark.bars
@each_source
@pytest.mark.parametrize(("noise", "most"), [(0.0, 0.0), (NOISY, 0.02)])
def test_a_mixture_of_backends_turns_no_two_keys(source: str, noise: float, most: float) -> None:
    """Exact ones: a night has no vector that the reference did not see. Noisy ones: phi."""
    assert two_keys(source, 60, noise, 5)[1] <= most
