from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

import pytest

from tasks.calibration.calibration import Calibration, calibrate
from tasks.calibration.label import Label

TODAY = date(2026, 11, 21)


def label(number: int, good: bool, *, long: bool = False, **more: str) -> Label:
    return Label(case="c1", answer=f"{number} {'word ' * (30 if long else 3)}", good=good, **more)


def measured(labels: Sequence[Label], verdicts: Sequence[bool | None]) -> Calibration:
    return calibrate(labels, verdicts, {"rubric": "sha"}, "rubrics", TODAY)


def drawn(n: int, sensitivity: float, specificity: float, kind: float | None = None) -> Calibration:
    """Half of the answers in a list; `kind` is the specificity for those."""
    chance = random.Random(7)
    labels, verdicts = [], []
    for number in range(n):
        style = "list" if number % 2 else "plain"
        good = chance.random() < 0.7
        bad_found = kind if kind is not None and style == "list" else specificity
        labels.append(label(number, good, style=style))
        verdicts.append(chance.random() < (sensitivity if good else 1 - bad_found))
    return measured(labels, verdicts)


def test_a_good_judge_is_fit_and_its_rates_are_in_their_intervals() -> None:
    found = drawn(400, 0.95, 0.90)
    assert found.fit, found.faults
    for one, truth in ((found.sensitivity, 0.95), (found.specificity, 0.90), (found.kappa, 0.84)):
        assert one.low is not None
        assert one.high is not None
        assert one.value is not None
        assert one.low < truth < one.high
        assert one.low < one.value < one.high


@pytest.mark.parametrize(
    ("n", "sensitivity", "specificity", "says"),
    [
        (60, 0.95, 0.90, "on 60 answers, 100 are needed"),
        (400, 0.80, 0.60, "unfit for gating: kappa with people's labels is 0."),
        (400, 0.50, 0.50, "unfit for gating"),
    ],
)
def test_a_judge_below_the_bar_is_unfit(n: int, sensitivity: float, specificity: float, says: str) -> None:
    found = drawn(n, sensitivity, specificity)
    assert not found.fit
    assert says in found.faults[0]


def test_a_judge_that_rewards_a_style_is_found_though_its_kappa_is_good() -> None:
    found = drawn(800, 0.97, 0.97, kind=0.55)
    assert found.kappa.value is not None
    assert found.kappa.value > 0.6
    assert [(one.by, one.group) for one in found.leanings if one.differs] == [("style", "list")]
    assert found.faults[0].startswith("the judge is kinder on style 'list' than on others by")


@pytest.mark.parametrize("by", ["arm", "style", "length"])
def test_groups_that_are_too_small_are_not_compared(by: str) -> None:
    labels = [label(number, True, arm="a" if number < 5 else "b", long=number < 5) for number in range(120)]
    found = measured(labels, [True] * 120)
    assert by not in {one.by for one in found.leanings if one.group in ("a", "list")}


def test_kinder_to_long_answers() -> None:
    labels = [label(number, number % 2 == 0, long=number % 4 < 2) for number in range(200)]
    verdicts = [one.good or len(one.answer) > 100 for one in labels]
    found = measured(labels, verdicts)
    lean = next(one for one in found.leanings if one.by == "length")
    assert (lean.group, lean.value, lean.differs) == ("long", 0.5, True)


def test_what_could_not_be_read_is_counted_and_left_out() -> None:
    labels = [label(number, number % 2 == 0) for number in range(102)]
    found = measured(labels, [None, None, *(one.good for one in labels[2:])])
    assert (found.n, found.unread, found.kappa.value, found.fit) == (100, 2, 1.0, True)


def test_nothing_read_is_unfit_and_unknown() -> None:
    found = measured([label(1, True)], [None])
    assert found.kappa.value is None
    assert not found.fit


def test_survives_its_file() -> None:
    found = drawn(120, 0.9, 0.9)
    assert Calibration.model_validate_json(found.model_dump_json()) == found
