from __future__ import annotations

import pytest

from tests.bars.explain.experiment import TRUTH, count

RUNS = 300


@pytest.mark.bars
@pytest.mark.parametrize("units", [10, 60])
def test_the_intervals_hold_the_true_parts(units: int) -> None:
    held = count(RUNS, units=units).held
    assert {name: held[name] / RUNS for name in TRUTH if held[name] / RUNS < 0.92} == {}


@pytest.mark.bars
@pytest.mark.parametrize("units", [10, 60])
def test_what_did_not_move_is_rarely_said_to_have(units: int) -> None:
    moved = count(RUNS, units=units, changed=False).moved
    assert {name: moved[name] / RUNS for name in TRUTH if moved[name] / RUNS > 0.08} == {}
