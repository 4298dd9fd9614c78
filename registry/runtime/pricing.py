"""What a call cost, in USD. What is not known stays unknown: None, never zero."""

from __future__ import annotations

from ..models import Price

PER = 1_000_000


def cost(price: Price | None, prompt: int | None, cached: int | None, output: int | None) -> float | None:
    """`cached` counts tokens that are among `prompt`. None when the price or a number that it needs is missing."""
    if price is None or prompt is None or output is None:
        return None
    if price.cached_input_per_million in (None, price.input_per_million):
        return (prompt * price.input_per_million + output * price.output_per_million) / PER
    if cached is None:
        return None
    fresh = prompt - cached
    reused = cached * (price.cached_input_per_million or 0.0)
    paid = fresh * price.input_per_million + reused + output * price.output_per_million
    return paid / PER
