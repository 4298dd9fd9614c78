"""The pooled week: false alarms, and what it finds that one night is too small for."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pytest

from tasks.drift.rule import KEY, WEEK_FLOOR
from tasks.drift.shift import Shift
from tasks.drift.text import SCREEN_DRAWS, WEEK_DRAWS, WEEK_NIGHTS
from tests.bars.drift.drawing import answers, sources

each_source = pytest.mark.parametrize("source", sources("answers"))
PERMUTATIONS = 199
REFERENCE = 100 - WEEK_DRAWS
"""Of the 100 recorded answers a case, those that a week leaves."""
POOLED = 32
"""Answers a case that are recorded of the changes: 256 calls, for the 336 of a week."""


class Share(NamedTuple):
    """Of weeks, or nights: one key turned, without and with the floor."""

    z: float
    turned: float
    effect: float


def turned(shift: Shift) -> tuple[bool, bool, float]:
    return shift.z >= KEY, shift.z >= KEY and shift.effect >= WEEK_FLOOR, shift.effect


@lru_cache
def weeks(source: str, scenario: str, draws: int, runs: int) -> Share:
    """Against a reference of its own each; nothing changed where the scenario is `same`."""
    known, rng, found = answers(source), np.random.default_rng(7), []
    for run in range(runs):
        then, left = zip(*((rows[:REFERENCE], rows[REFERENCE:]) for rows in known.draw("same", rng)), strict=True)
        now = list(left) if scenario == "same" else known.draw(scenario, rng)
        found.append(turned(known.compare(list(then), [rows[:draws] for rows in now], run, PERMUTATIONS)))
    return Share(*map(float, np.array(found, np.float64).mean(axis=0)))


def test_a_week_is_seven_nights() -> None:
    assert WEEK_DRAWS == WEEK_NIGHTS * SCREEN_DRAWS


@pytest.mark.bars
@each_source
def test_no_key_turns_when_nothing_changed(source: str) -> None:
    assert weeks(source, "same", WEEK_DRAWS, 40).turned == 0.0


@pytest.mark.bars_full
@each_source
def test_no_key_turns_when_nothing_changed_full(source: str) -> None:
    null = weeks(source, "same", WEEK_DRAWS, 600)
    assert null.z <= 0.012
    assert null.turned <= 0.005


@pytest.mark.bars
@each_source
def test_a_hotter_sampler_is_found_by_the_week_and_hardly_by_a_night(source: str) -> None:
    """The recorded answers are short: a temperature of .9 moves their words by .0097 on average, just at the floor."""
    week = weeks(source, "hot", POOLED, 20)
    assert week.z >= 0.6
    assert week.turned >= (0.95 if source == "made" else 0.25)
    assert weeks(source, "hot", SCREEN_DRAWS, 20).z <= week.z - 0.4
