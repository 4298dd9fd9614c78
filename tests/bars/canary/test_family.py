"""Whole canaries: eight metrics, twelve intents, ramps."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import beta, binomtest

from tests.bars.canary.family import Course, Effect, Result, play
from tests.bars.canary.sizes import in_bars, in_full, sized

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


COURSES = [
    in_bars(400, FIVE_THOUSAND),
    in_full(600, Course(20, 100)),
    in_full(600, FIVE_THOUSAND),
    in_full(300, Course(10_000, 100)),
]


@pytest.mark.parametrize(("course", "runs"), COURSES)
def test_the_family_keeps_the_error_rate(course: Course, runs: int) -> None:
    assert upper(found(play(course, (), runs, 12)), runs) <= 0.05


@sized(300, 1500)
def test_a_harmless_candidate_passes_the_ramp(runs: int) -> None:
    result = play(MEDIUM_RISK, (), runs, 13)
    assert upper(found(result), runs) <= 0.05
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


@sized(200, 600)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_harm_in_the_family_is_found(case: Case, runs: int) -> None:
    result = play(FIVE_THOUSAND, case.effects, runs, 14)
    assert quantile(result, 0.8) <= case.q80
    assert found(result) >= case.found


@sized(150, 500)
def test_a_candidate_at_the_margin_is_not_promoted(runs: int) -> None:
    result = play(MEDIUM_RISK, (Effect("refusal", 0.005),), runs, 15)
    hits = int(np.isfinite(result.promoted).sum())
    assert binomtest(hits, runs, 0.05, alternative="greater").pvalue > 0.01
