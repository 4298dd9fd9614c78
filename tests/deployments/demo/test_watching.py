from __future__ import annotations

import pytest

from deployments.demo.watching import PLAN, Place, clock, left

WHOLE = sum(seconds for *_, seconds in PLAN)
START = PLAN[0][2]


@pytest.mark.parametrize(
    ("place", "elapsed", "expected"),
    [
        (Place("v2", "gate", 0.0), START, WHOLE - START),
        (Place("v2", "gate", 0.0), 2 * START, 2 * (WHOLE - START)),
        (Place("v4", "gate", 1.0), WHOLE, 0.0),
        (Place("v9", "gate", 0.5), START, WHOLE),
    ],
)
def test_what_is_left_follows_the_pace_so_far(place: Place, elapsed: float, expected: float) -> None:
    assert left(place, elapsed) == pytest.approx(expected, abs=11)


def test_a_clock_shows_minutes_and_seconds() -> None:
    assert clock(125.9) == "2:05"
