from __future__ import annotations

import pytest

from registry.models import Price
from registry.runtime.pricing import cost

PLAIN = Price(input_per_million=1.0, output_per_million=10.0, cached_input_per_million=None)
CACHED = Price(input_per_million=1.0, output_per_million=10.0, cached_input_per_million=0.1)
FREE = Price(input_per_million=0, output_per_million=0, cached_input_per_million=None)


@pytest.mark.parametrize(
    ("price", "prompt", "cached", "output", "expected"),
    [
        (PLAIN, 1000, 400, 100, 0.002),
        (PLAIN, 1000, None, 100, 0.002),
        (CACHED, 1000, 400, 100, (600 + 40 + 1000) / 1e6),
        (CACHED, 1000, 0, 0, 0.001),
        (FREE, 1000, None, 100, 0.0),
        (CACHED, 1000, None, 100, None),
        (PLAIN, None, 0, 100, None),
        (PLAIN, 1000, 0, None, None),
        (None, 1000, 0, 100, None),
    ],
)
def test_cost(
    price: Price | None, prompt: int | None, cached: int | None, output: int | None, expected: float | None
) -> None:
    found = cost(price, prompt, cached, output)
    assert found is None if expected is None else found == pytest.approx(expected)
