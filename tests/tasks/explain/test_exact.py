from __future__ import annotations

from decimal import Decimal

import pytest

from tasks.explain.exact import Grid


@pytest.mark.parametrize(
    ("values", "exponent"), [([0.000123, -4.0], -5), ([999999.0, 1.0], 0), ([0.0], -6), ([], -6), ([1e-9], -14)]
)
def test_six_digits_of_the_largest(values: list[float], exponent: int) -> None:
    assert Grid.of(values).exponent == exponent


def test_what_rounding_leaves_goes_to_the_largest() -> None:
    grid = Grid(-1)
    thirds = grid.adding_up([1 / 3, 1 / 3, 4 / 3], Decimal("2.0"))
    assert thirds == [Decimal("0.3"), Decimal("0.3"), Decimal("1.4")]
