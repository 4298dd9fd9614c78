from __future__ import annotations

import pytest

from tasks.report.axis import Axis, over
from tasks.report.forest import Row, plot, points


@pytest.mark.parametrize(
    ("axis", "texts"),
    [
        (Axis(-0.1, 0.45), ["0", "0.2", "0.4"]),
        (Axis(0, 9), ["2", "4", "6", "8"]),
        (Axis(1e-6, 5e-6), ["2e-06", "3e-06", "4e-06"]),
    ],
)
def test_ticks_are_round_and_not_cut_off(axis: Axis, texts: list[str]) -> None:
    assert [tick.text for tick in axis.ticks("{:g}".format)] == texts


def test_places_stay_on_the_axis() -> None:
    axis = Axis(0, 10)
    assert [axis.at(value) for value in (-5, 0, 2.5, 10, 99)] == [0, 0, 25, 100, 100]


@pytest.mark.parametrize("values", [[], [None], [0.0, 0.0], [float("nan"), 3.0]])
def test_an_axis_has_a_length_whatever_it_holds(values: list[float | None]) -> None:
    axis = over(values)
    assert axis.low < axis.high


def test_a_forest_holds_the_margin_and_every_interval() -> None:
    rows = [Row("all", 0.1, 0.0, 0.2, 40, total=True), Row("refund", 0.0, -0.3, 0.3, 9)]
    found = plot("Scores", rows, first_column="Cases", margin=-0.5)
    assert found is not None
    given = [found.margin, found.lines[1].start, found.zero, found.lines[0].at, found.lines[1].end]
    places = [place for place in given if place is not None]
    assert len(places) == len(given)
    assert places == sorted(places)
    assert 0 < places[0] < places[-1] < 100
    assert (found.lines[0].text, found.lines[1].span) == ("+10.0", "\u221230.0 to +30.0")
    assert plot("Scores", [], first_column="Cases") is None


@pytest.mark.parametrize(("value", "said"), [(0.0314, "+3.1"), (-0.2, "\u221220.0"), (-0.0001, "0.0")])
def test_points(value: float, said: str) -> None:
    assert points(value) == said
