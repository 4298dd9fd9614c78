from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.report.trend import Point, Rule, Span, chart

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SPAN = Span(AT, AT + timedelta(seconds=10))


def at(second: float) -> datetime:
    return AT + timedelta(seconds=second)


def test_a_line_runs_from_left_to_right_and_up() -> None:
    found = chart("t", "s", [Point(at(0), 0.0), Point(at(5), 10.0)], SPAN)
    assert (found.line, found.band) == ("M0.0 94.64L500.0 5.36", "")


def test_a_share_holds_until_the_next_and_to_the_end() -> None:
    found = chart("t", "s", [Point(at(0), 0.0), Point(at(5), 10.0)], SPAN, steps=True)
    assert found.line == "M0.0 94.64H500.0V5.36H1000"


def test_the_first_intervals_are_cut_off() -> None:
    points = [Point(at(second), 0.0, -width, width) for second, width in enumerate((9.0, 1.0, 1.0, 1.0))]
    found = chart("t", "s", points, SPAN)
    assert found.band.startswith("M0.0 0.0L100.0 5.36")


@pytest.mark.parametrize(("limit", "texts"), [(5.0, ["limit", "zero"]), (0.1, ["limit", ""])])
def test_a_text_gives_way_to_the_limits(limit: float, texts: list[str]) -> None:
    rules = [Rule(0.0, "zero", "zero"), Rule(limit, "limit")]
    found = chart("t", "s", [Point(at(0), -5.0), Point(at(1), 5.0)], SPAN, rules=rules)
    assert [level.text for level in found.levels] == texts


def test_evidence_that_is_nothing_can_be_drawn() -> None:
    found = chart("t", "s", [Point(at(0), 0.0), Point(at(5), 1e300)], SPAN, log=True)
    assert "nan" not in found.line
    assert "inf" not in found.line


@pytest.mark.parametrize(
    ("length", "first"), [(timedelta(0), "12:00:00"), (timedelta(hours=1), "12:00:00"), (timedelta(3), "Nov 21 12:00")]
)
def test_days_are_named_when_there_are_several(length: timedelta, first: str) -> None:
    span = Span(AT, AT + length)
    assert span.ticks()[0].text == first
    assert span.x(AT) == 0.0
