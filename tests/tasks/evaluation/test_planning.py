from __future__ import annotations

import pytest

from registry.artifact import Risk
from tasks.evaluation.check import Size
from tasks.evaluation.evalset import Selection
from tasks.evaluation.evalset_file import EvalSet
from tasks.evaluation.planning import fits, options, reach
from tasks.statistics.power import Components
from tests.tasks.evaluation.test_usage import SET, library

SIZES: dict[Risk, Size] = {"low": Size(0.10, 40), "medium": Size(0.05, 100), "high": Size(0.03, 100)}


def selection(n: int) -> Selection:
    return Selection(EvalSet.model_validate(SET), "full", library(*[None] * n).cases, "sha")


def test_the_table_of_the_method() -> None:
    found = {one.repeats: one for one in options(Components(), 0.05)}
    assert {repeats: found[repeats].cases for repeats in (1, 3, 5)} == pytest.approx({1: 451, 3: 188, 5: 135}, abs=1)
    assert found[3].calls == 2 * 3 * found[3].cases


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (39, {"low": "too small", "medium": "too small", "high": "too small"}),
        (99, {"low": "enough", "medium": "too small", "high": "too small"}),
        (120, {"low": "enough", "medium": "rarely", "high": "rarely"}),
        (400, {"low": "enough", "medium": "enough", "high": "enough"}),
    ],
)
def test_which_risk_it_is_large_enough_for(n: int, expected: dict[str, str]) -> None:
    assert fits(selection(n), SIZES) == reach(selection(n), Components(), SIZES).fits == expected


def test_what_a_subset_can_see() -> None:
    small, large = (reach(selection(n), Components(), SIZES) for n in (100, 400))
    assert small.detects > large.detects > 0.02
    assert large.margins == {"low": 0.03, "medium": 0.03, "high": 0.03}
