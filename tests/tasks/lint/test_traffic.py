from __future__ import annotations

from pathlib import Path

import pytest

from registry.catalog import Catalog
from registry.errors import UnknownEnvironment
from tasks.lint.traffic import expected, units_per_day

CHECKOUT = Catalog(Path(__file__).parents[3] / "registry")


@pytest.mark.parametrize(
    ("day", "week", "rate"),
    [(0, 0, None), (50, 50, None), (50, 51, 50.0), (100, 7000, 1000.0), (0, 70, 10.0)],
)
def test_units_per_day(day: int, week: int, rate: float | None) -> None:
    assert units_per_day(day, week) == rate


def test_what_an_author_expects() -> None:
    traffic = expected(CHECKOUT, "production", 300)("high")
    assert traffic is not None
    assert (traffic.rules.risk, traffic.history.units_per_day) == ("high", 300)
    assert expected(CHECKOUT, "production", None)("high") is None


def test_an_environment_that_there_is_not() -> None:
    with pytest.raises(UnknownEnvironment):
        expected(CHECKOUT, "prod", 300)
