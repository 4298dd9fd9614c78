"""Whole canaries: eight metrics, twelve intents, ramps."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import beta, binomtest

from tests.bars.canary.family import Course, Effect, Result, play

FIVE_THOUSAND = Course(looks=500, per_look=100)
MEDIUM_RISK = Course(looks=1440, per_look=139, ramp=(0.01, 0.05, 0.25, 1.0), dwell=30)
"""200,000 requests a day, a look a minute, 24 hours."""


def found(result: Result) -> float:
    return float(np.isfinite(result.rolled_back).mean())


def upper(share: float, runs: int) -> float:
    hits = round(share * runs)
    return float(beta.ppf(0.95, hits + 1, runs - hits))


def quantile(result: Result, q: float) -> float:
    return float(np.quantile(result.rolled_back, q, method="higher"))


@pytest.mark.bars
@pytest.mark.timeout(300)
def test_the_family_keeps_the_error_rate() -> None:
    runs = 400
    assert upper(found(play(FIVE_THOUSAND, (), runs, 12)), runs) <= 0.05


@pytest.mark.bars
@pytest.mark.timeout(300)
def test_a_harmless_candidate_passes_the_ramp() -> None:
    result = play(MEDIUM_RISK, (), 300, 13)
    assert upper(found(result), 300) <= 0.05
    assert np.isfinite(result.promoted).mean() >= 0.95
    assert np.median(result.promoted) <= 3500


class Case(NamedTuple):
    name: str
    effects: tuple[Effect, ...]
    q80: float = math.inf
    found: float = 0.90


CASES = [
    Case("refusal +.9 pp", (Effect("refusal", 0.009),), 2600),
    Case("latency +20 %", (Effect("latency", 0.2),), 420),
    Case("thumbs +5 pp in four intents", (Effect("thumbs", 0.05, (0, 3, 6, 9)),), 1800),
    Case("schema +15 pp in a rare intent", (Effect("schema_fail", 0.15, (11,)),)),
]


@pytest.mark.bars
@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_harm_in_the_family_is_found(case: Case) -> None:
    result = play(FIVE_THOUSAND, case.effects, 200, 14)
    assert quantile(result, 0.8) <= case.q80
    assert found(result) >= case.found


@pytest.mark.bars
@pytest.mark.timeout(300)
def test_a_candidate_at_the_margin_is_not_promoted() -> None:
    result = play(MEDIUM_RISK, (Effect("refusal", 0.005),), 150, 15)
    hits = int(np.isfinite(result.promoted).sum())
    assert binomtest(hits, 150, 0.05, alternative="greater").pvalue > 0.01


@pytest.mark.bars_full
@pytest.mark.timeout(3600)
def test_the_family_in_full() -> None:
    for course in (Course(20, 100), FIVE_THOUSAND, Course(10_000, 100)):
        runs = 600 if course.looks < 10_000 else 150
        assert upper(found(play(course, (), runs, 16)), runs) <= 0.05
    result = play(MEDIUM_RISK, (), 1500, 17)
    assert upper(found(result), 1500) <= 0.05
    assert np.isfinite(result.promoted).mean() >= 0.95
