from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.statistics import srm
from tasks.statistics.srm import Counts


def test_no_units_no_evidence() -> None:
    assert float(srm.log_e(0, 0, 0.1)) == pytest.approx(0.0)


def test_one_unit_is_a_fair_bet() -> None:
    e = np.exp([float(srm.log_e(1, 0, 0.1)), float(srm.log_e(0, 1, 0.1))])
    assert float(e @ [0.1, 0.9]) == pytest.approx(1.0)


@pytest.mark.parametrize(("canary", "alarm"), [(1000, False), (940, False), (700, True), (1300, True)])
def test_alarm_by_lost_records(canary: int, alarm: bool) -> None:
    assert (float(srm.log_e(canary, 9000, 0.1)) >= math.log(srm.ALARM)) is alarm


def test_steps_multiply() -> None:
    steps = {500: Counts(10, 190), 2500: Counts(60, 140)}
    assert srm.log_e_of_steps(steps) == pytest.approx(float(srm.log_e(10, 190, 0.05)) + float(srm.log_e(60, 140, 0.25)))
    assert srm.log_e_of_steps({}) == 0.0
