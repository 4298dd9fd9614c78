from __future__ import annotations

import math
from datetime import timedelta

import pytest

from tasks.canary.plan import LeftOut
from tasks.planning.guarding import canary_ahead, untestable
from tests.tasks.canary.made import plan, watch

RARE = watch("refusal", delta=0.005, prior=0.004)
LEVEL = watch("error", delta=0.0, level=0.05)


def test_a_guard_that_the_deadline_does_not_reach_cannot_be_tested() -> None:
    declared = plan(RARE, watch("thumbs_down", delta=0.15), ramp=(500, 10_000), deadline=timedelta(days=3))
    canary = canary_ahead(declared, units_per_day=1000)
    rare, common = canary.guards
    assert (rare.fits, common.fits) == (False, True)
    assert rare.prove_days == pytest.approx(rare.prove[1] / 50)
    assert rare.find_days == pytest.approx(rare.find[1] / 50)
    (row,) = untestable(declared, canary)
    assert row.what == "refusal within 0.005"
    assert "days at 1,000 units a day; the canary ends after 3 days" in row.why


def test_without_traffic_nobody_knows_how_long() -> None:
    canary = canary_ahead(plan(RARE), units_per_day=None)
    (guard,) = canary.guards
    assert (guard.prove_days, guard.find_days, guard.fits) == (None, None, None)
    assert 0 < guard.prove[0] < guard.prove[1] < math.inf
    assert untestable(plan(RARE), canary) == []


def test_a_level_is_compared_with_nobody() -> None:
    declared = plan(watch("refusal"), LEVEL)
    canary = canary_ahead(declared, units_per_day=100_000)
    assert [guard.level for guard in canary.guards] == [False, True]
    assert untestable(declared, canary) == []


def test_what_is_not_watched_is_named() -> None:
    declared = plan(left_out=(LeftOut("latency", "there is no history of it to scale a change by"),))
    assert untestable(declared, canary_ahead(declared, 1000))[0].what == "latency"


def test_ramp_and_time() -> None:
    declared = plan(
        ramp=(100, 2500, 10_000), dwell=timedelta(hours=2), min_total=timedelta(hours=24), duration=timedelta(hours=30),
        deadline=timedelta(days=3),
    )  # fmt: skip
    canary = canary_ahead(declared, 5000)
    assert list(canary.ramp) == [1, 25, 100]
    assert (canary.least_days, canary.expected_days, canary.deadline_days) == (1.0, 1.25, 3.0)
