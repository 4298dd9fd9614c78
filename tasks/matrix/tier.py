"""Tiers: how closely a prompt is watched, from its risk and its traffic."""

from __future__ import annotations

from typing import Literal

from registry.artifact import Risk

Tier = Literal["A", "B", "C"]
BUSY_PER_DAY = 2000
"""Requests a day that count as high traffic where the environment does not say what low traffic is."""


def tier(risk: Risk, requests_per_day: float, busy_per_day: float = BUSY_PER_DAY) -> Tier:
    """A: risk and traffic are high. B: exactly one is. C: neither."""
    high = (risk == "high") + (requests_per_day >= busy_per_day)
    return ("C", "B", "A")[high]
