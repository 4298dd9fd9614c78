"""`make bench`: what a night of sentinel and matrix takes for 20 prompts on 4 models, beside the full matrix."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest

from tasks.matrix.plan import NIGHT_CALLS, TEXT_CALLS, Budget, plan
from tests.tasks.matrix.test_plan import fleet

pytestmark = pytest.mark.bench

SECONDS, SHORT_SECONDS, AT_ONCE = 1.0, 0.3, 8
"""Of an answer and of a one-token answer of a hosted model, and how many run at once: assumed, not measured."""


def test_calls_and_minutes_of_a_night(capfd: pytest.CaptureFixture[str]) -> None:
    """All cells were judged in the last weeks; the full matrix asks every cell as often as a tier A one."""
    now = datetime(2026, 11, 21, 2, tzinfo=UTC)
    cells = fleet(4, 6, 10, 4)
    nights = [now + timedelta(days=day) for day in range(7)]
    made = [plan(cells, Budget(NIGHT_CALLS), night.date(), now=now) for night in nights]
    calls, short = fmean(one.calls for one in made), fmean(one.short_calls for one in made)
    full = len(cells) * TEXT_CALLS
    minutes = (calls * SECONDS + short * SHORT_SECONDS) / AT_ONCE / 60
    with capfd.disabled():
        sys.stdout.write(
            f"\na night, 20 prompts x 4 models: {calls:.0f} calls and {short:.0f} of one token, {minutes:.1f} minutes"
            f" at {AT_ONCE} at once; the full matrix: {full} calls, {full * SECONDS / AT_ONCE / 60:.1f} minutes\n"
        )
    assert calls < full / 5
