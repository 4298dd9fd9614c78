"""Border inputs: false alarms of one fixed reference, power of small changes of arithmetic and weights."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tasks.drift import fingerprint
from tasks.drift.fingerprint import CONFIRM_DRAWS, SCREEN_DRAWS
from tasks.drift.rule import KEY
from tasks.drift.shift import Shift
from tests.bars.drift.drawing import borders, draw, known, reference, sources, tokens

each_source = pytest.mark.parametrize("source", sources("first_tokens"))
PERMUTATIONS = 199


def nights(source: str, scenario: str, count: int, draws: int, seed: int, hotter: float = 1.0) -> list[Shift]:
    """Nights against one reference."""
    rng = np.random.default_rng(seed)
    drawn, then = tokens(source, scenario, hotter), reference(source, rng)
    return [
        fingerprint.compare(then, draw(drawn, borders(source), draws, rng), night, PERMUTATIONS)
        for night in range(count)
    ]


def keys(found: list[Shift]) -> NDArray[np.bool_]:
    return np.array([shift.z >= KEY for shift in found])


@pytest.mark.bars
@each_source
def test_there_are_enough_border_inputs(source: str) -> None:
    assert len(borders(source)) == fingerprint.PROBES


def null(source: str, count: int) -> None:
    found = keys(nights(source, "again", count, SCREEN_DRAWS, 1))
    assert found.mean() <= 0.01
    confirmed = keys(nights(source, "again", int(found.sum()), CONFIRM_DRAWS, 1))
    assert not confirmed.any()


@pytest.mark.bars
@each_source
def test_false_alarms_of_one_reference(source: str) -> None:
    null(source, 400)


@pytest.mark.bars_full
@each_source
def test_false_alarms_of_one_reference_full(source: str) -> None:
    null(source, 6000)


@pytest.mark.bars
@each_source
@pytest.mark.parametrize(
    ("scenario", "draws", "power"),
    [
        ("kv8", CONFIRM_DRAWS, 0.95),
        ("no_flash", CONFIRM_DRAWS, 0.65),
        ("kv4", SCREEN_DRAWS, 0.95),
        ("prefix", SCREEN_DRAWS, 0.95),
        ("q4_0", SCREEN_DRAWS, 0.95),
    ],
)
def test_power_of_two_keys(source: str, scenario: str, draws: int, power: float) -> None:
    """Both keys drawn with `draws` a probe. Another kernel moves the recorded model less than a smaller cache does."""
    found = [nights(source, scenario, 25, draws, seed) for seed in (1, 2)]
    assert (keys(found[0]) & keys(found[1])).mean() >= power


@pytest.mark.bars
@each_source
def test_a_temperature_is_not_seen(source: str) -> None:
    """What the limits say: a hotter sampler leaves the fingerprint as it is."""
    assert keys(nights(source, "same", 100, SCREEN_DRAWS, 3, hotter=1.29)).mean() <= 0.05


@pytest.mark.bars
@pytest.mark.parametrize("source", sources("nights")[1:])
def test_real_draws_say_the_same(source: str) -> None:
    """Nights that were really drawn: the same model is quiet, another arithmetic is not."""
    then = known(source)["same"]["nights"][0]
    zs = {
        name: [fingerprint.compare(then, night, 1).z for night in one["nights"]]
        for name, one in known(source).items()
        if name != "same" and "nights" in one
    }
    assert max(zs["again"]) < KEY
    assert all(min(zs[name]) >= KEY for name in ("kv4", "prefix", "q4_0"))
