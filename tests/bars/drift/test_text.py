"""The text leg: false alarms with independent and with routed calls, and power by size of the change."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from tasks.drift import shift
from tasks.drift.rule import KEY
from tasks.drift.text import CONFIRM_DRAWS, REFERENCE_DRAWS, SCREEN_DRAWS, Texts, compare
from tests.bars.drift.drawing import Answers, answers, sources

each_source = pytest.mark.parametrize("source", sources("answers"))
PERMUTATIONS = 199
AT_NIGHT = shift.PERMUTATIONS
"""A z beyond 2.33 needs a p below .01, for which 199 are too coarse."""
NIGHTS_A_CELL = {"made": 20, "recorded": 1}
"""Nights that share a reference. Of what is recorded few answers are left beside one, so each night has its own."""

Rows = list[NDArray[np.int64]]


class Null(NamedTuple):
    """Shares of cell-nights; two keys are counted."""

    below_05: float
    single: float
    both: int
    nights: int


def quiet_cell(known: Answers, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """A reference and the answers left for nights, nothing changed."""
    drawn = known.draw("same", rng)
    return [rows[:REFERENCE_DRAWS] for rows in drawn], [rows[REFERENCE_DRAWS:] for rows in drawn]


def routed(known: Answers, rng: np.random.Generator, counts: list[int]) -> list[Rows]:
    """Groups of calls, `counts` a case, of which a share Beta(.5, 2) of its own is served by another backend."""
    one, two, groups = known.draw("same", rng), known.draw("kv4", rng), []
    for count in counts:
        share = rng.beta(0.5, 2.0)
        taken = [rng.binomial(count, share) for _ in one]
        groups.append([np.concatenate([b[:k], a[: count - k]]) for a, b, k in zip(one, two, taken, strict=True)])
        one, two = (
            [rows[k:] for rows, k in zip(pool, used, strict=True)]
            for pool, used in ((one, [count - k for k in taken]), (two, taken))
        )
    return groups


def independent(source: str, nights: int) -> Null:
    known, rng, found = answers(source), np.random.default_rng(1), []
    for _ in range(nights // NIGHTS_A_CELL[source]):
        then, left = quiet_cell(known, rng)
        for _ in range(NIGHTS_A_CELL[source]):
            drawn = [rng.permutation(rows) for rows in left]
            found.append(
                two_keys(
                    known,
                    then,
                    [r[:SCREEN_DRAWS] for r in drawn],
                    [r[SCREEN_DRAWS:][:CONFIRM_DRAWS] for r in drawn],
                    rng,
                )
            )
    return summed(found)


def over_dispersed(source: str, nights: int) -> Null:
    """A new cell each night: five batches of reference, a screen and a confirmation, each with a share of its own."""
    known, rng, found = answers(source), np.random.default_rng(2), []
    for _ in range(nights):
        *batches, screen, confirm = routed(known, rng, [4] * 5 + [SCREEN_DRAWS, SCREEN_DRAWS])
        then = [np.concatenate(rows) for rows in zip(*batches, strict=True)]
        found.append(two_keys(known, then, screen, confirm, rng))
    return summed(found)


@pytest.mark.bars
@pytest.mark.parametrize("rare", [0.001, 0.005, 0.01])
def test_a_cell_that_hardly_varies_is_left_alone(rare: float) -> None:
    """Eight cases with one answer each, and now and then another one."""
    rng, screens = np.random.default_rng(8), 0
    for night in range(100):
        then, now = (rarely(rare, calls, rng) for calls in (REFERENCE_DRAWS, SCREEN_DRAWS))
        screens += compare(then, now, night, permutations=PERMUTATIONS).z >= KEY
    assert screens / 100 <= 0.02


def rarely(rare: float, calls: int, rng: np.random.Generator) -> Texts:
    """The answer is another one with this chance."""
    return {
        f"c{case}": [f"no {rng.integers(50)}" if odd else "as ever" for odd in rng.random(calls) < rare]
        for case in range(8)
    }


def two_keys(
    known: Answers, then: Rows, screen: Rows, confirm: Rows, rng: np.random.Generator
) -> tuple[bool, bool, bool]:
    first = known.compare(then, screen, int(rng.integers(2**32)), PERMUTATIONS)
    if first.z < KEY:
        return first.p <= 0.05, False, False
    return first.p <= 0.05, True, known.compare(then, confirm, int(rng.integers(2**32)), PERMUTATIONS).z >= KEY


def summed(found: list[tuple[bool, bool, bool]]) -> Null:
    low, single, both = np.array(found).T
    return Null(float(low.mean()), float(single.mean()), int(both.sum()), len(found))


def power(source: str, scenario: str, calls: int, runs: int, embedded: bool = False) -> dict[str, float]:
    """Shares of `runs` nights of `calls` calls whose z reaches the key, and whose p is at most .01."""
    known, rng, found = answers(source, embedded), np.random.default_rng(3), []
    if scenario not in known.rows:
        pytest.skip(f"record the answers of {scenario} first")
    for run in range(runs):
        then, _ = quiet_cell(known, rng)
        now = [rows[: calls // 8] for rows in known.draw(scenario, rng)]
        shift = known.compare(then, now, run, AT_NIGHT)
        found.append((shift.z >= KEY, shift.p <= 0.01))
    z, p = np.array(found).mean(axis=0)
    return {"z": float(z), "p": float(p)}


@pytest.mark.bars
@each_source
def test_false_alarms_of_independent_calls(source: str) -> None:
    null = independent(source, nights=200)
    assert null.below_05 <= 0.10
    assert null.single <= 0.02
    assert null.both == 0


@pytest.mark.bars_full
@each_source
def test_false_alarms_of_independent_calls_full(source: str) -> None:
    null = independent(source, nights=2000)
    assert 0.035 <= null.below_05 <= 0.07
    assert null.single <= 0.012
    assert null.both <= 1


@pytest.mark.bars
@each_source
def test_routed_calls_are_over_dispersed_and_two_keys_hold(source: str) -> None:
    null = over_dispersed(source, 300)
    assert null.below_05 > (0.07 if source == "made" else 0.04)  # the recorded backend differs too little
    assert null.both <= 2


@pytest.mark.bars_full
@each_source
def test_routed_calls_are_over_dispersed_and_two_keys_hold_full(source: str) -> None:
    null = over_dispersed(source, 2000)
    assert null.below_05 > (0.07 if source == "made" else 0.04)
    assert null.both <= 6


POWER = [("swap", 48, "z", 1.0), ("q4_0", 96, "z", 0.80), ("hot", 248, "z", 0.95)]


@pytest.mark.bars
def test_power_of_a_small_change_that_is_made() -> None:
    """The recorded cache of four bits changes these short answers less: a fifth of its nights have p <= .01."""
    assert power("made", "kv4", 248, 15)["p"] >= 0.80


@pytest.mark.bars
@each_source
@pytest.mark.parametrize(("scenario", "calls", "measure", "least"), POWER)
def test_power(source: str, scenario: str, calls: int, measure: str, least: float) -> None:
    recorded = source == "recorded"
    assert power(source, scenario, calls, 30 if recorded else 15, embedded=recorded)[measure] >= least


@pytest.mark.bars_full
@pytest.mark.parametrize(("scenario", "calls", "measure", "least"), POWER)
@pytest.mark.parametrize("source", sources("answers")[1:])
def test_power_with_embeddings(source: str, scenario: str, calls: int, measure: str, least: float) -> None:
    assert power(source, scenario, calls, 60, embedded=True)[measure] >= least
