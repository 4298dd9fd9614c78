"""What a metric can move by: what is measured of each request, and the components of its behavior version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from registry.behavior import COMPONENTS, Component

Driver = Literal["prompt_tokens", "cached_tokens", "output_tokens", "fan_out", "attempts", "fallback"]
DRIVERS: tuple[Driver, ...] = get_args(Driver)

MIX = "intent_mix"
PRICE = "price"
UNRECORDED = "unrecorded"
UNKNOWN = "unknown_behavior"
"""A behavior version whose components nobody knows: any of them may have changed."""

_DRIVERS: Mapping[str, tuple[Driver, ...]] = {
    "cost": ("prompt_tokens", "cached_tokens", "output_tokens"),
    "latency": DRIVERS,
    "first_token": ("prompt_tokens", "cached_tokens", "fan_out", "attempts", "fallback"),
    "prompt_tokens": ("fan_out",),
}
_OTHERS: tuple[Driver, ...] = ("prompt_tokens", "fan_out", "fallback")
"""Of answers only what goes into them: their length and their errors come out of the same cause as the metric."""

_BEHIND: Mapping[str, tuple[Component, ...]] = {
    "prompt_tokens": ("prompt", "model", "tools", "output", "retrieval", "safety"),
    "cached_tokens": ("prompt", "model", "tools", "safety"),
    "output_tokens": COMPONENTS,
    "fan_out": ("retrieval",),
    "attempts": ("model", "fallbacks"),
    "fallback": ("model", "fallbacks"),
    PRICE: ("model", "fallbacks"),
}
_SAME: Mapping[str, Component] = {"fan_out": "retrieval", "prompt_tokens": "prompt", "cached_tokens": "prompt"}
"""A driver and the component that sets it: tied to each other they are still one cause."""


def drivers_of(metric: str) -> tuple[Driver, ...]:
    return tuple(name for name in _DRIVERS.get(metric, _OTHERS) if name != metric)


def is_priced(metric: str) -> bool:
    """Cost is 0 when all its tokens are: its slopes are prices, and nothing else is left to explain."""
    return metric == "cost"


def behind(factor: str, changed: Sequence[str]) -> tuple[str, ...]:
    """The components that changed and may have moved this factor."""
    may = _BEHIND.get(factor, ())
    return tuple(name for name in changed if may and (name in may or name == UNKNOWN))


def causes(factors: Sequence[str]) -> set[str]:
    """The different things that a part may stand for. What is not recorded is no rival to what is."""
    if UNKNOWN in factors:
        return {UNKNOWN, *COMPONENTS}
    return {_SAME[name] if _SAME.get(name) in factors else name for name in factors if name != UNRECORDED}


def levels(
    behaviors: Mapping[str, Mapping[str, str] | None], reference: str
) -> tuple[tuple[str, ...], dict[str, tuple[float, ...]]]:
    """The components that differ from those of `reference`, and for each behavior 1 where it does.

    A behavior without known components (None) is UNKNOWN as soon as there are two.
    """
    known = behaviors[reference]
    changed = [
        name
        for name in COMPONENTS
        if known and any(other is not None and other.get(name) != known.get(name) for other in behaviors.values())
    ]
    blind = [name for name, shas in behaviors.items() if name != reference and (shas is None or known is None)]
    rows = {
        name: tuple(float(bool(known and shas) and shas.get(one) != known.get(one)) for one in changed)  # type: ignore[union-attr]
        for name, shas in behaviors.items()
    }
    if not blind:
        return tuple(changed), rows
    return (*changed, UNKNOWN), {name: (*row, float(name in blind)) for name, row in rows.items()}
