from __future__ import annotations

import pytest

from tasks.gateway.lane import Pace


def test_requests_are_spread_over_the_minute() -> None:
    pace = Pace(30, None)
    assert [pace.take(100.0, 0).wait_s for _ in range(3)] == [0, 2, 4]
    assert pace.take(200.0, 0).wait_s == 0


def test_tokens_are_set_aside_before_they_are_known() -> None:
    pace = Pace(None, 600)
    assert [pace.take(0.0, 100).wait_s for _ in range(3)] == [0, 10, 20]


def test_what_was_set_aside_too_much_is_given_back() -> None:
    pace = Pace(None, 600)
    first = pace.take(0.0, 100)
    pace.used(first, 40)
    assert pace.take(1.0, 100).wait_s == pytest.approx(3)
    pace.used(first, 160)
    assert pace.mean == 100
    assert pace.take(1.0, 1).tokens == 100


def test_the_slower_limit_decides() -> None:
    pace = Pace(60, 600)
    first = pace.take(0.0, 5)
    pace.used(first, 0)
    assert pace.take(0.0, 0).wait_s == 1
    assert Pace(60, 600).take(0.0, 100).tokens == 100


def test_a_minute_holds_no_more_than_its_tokens() -> None:
    pace, spent = Pace(None, 6000), 0
    for number in range(200):
        start = pace.take(0.0, 10)
        if start.wait_s < 60:
            spent += 50 + number % 100
        pace.used(start, 50 + number % 100)
    assert spent <= 6000 + 150


def test_no_limits_no_waiting() -> None:
    pace = Pace(None, None)
    pace.used(pace.take(0.0, 10**9), 10**9)
    assert [pace.take(0.0, 10**9).wait_s for _ in range(3)] == [0, 0, 0]
