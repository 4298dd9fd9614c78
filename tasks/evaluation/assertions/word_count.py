"""word-count: so many words, as a number or as `{min, max}` (both included)."""

from __future__ import annotations

import math
from typing import Any

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary


def bounds(value: Any) -> str | None:
    if _whole(value):
        return None
    good = isinstance(value, dict) and value and value.keys() <= {"min", "max"} and all(map(_whole, value.values()))
    if not good:
        return f"wants a whole number or {{min, max}}, found {value!r}"
    return None if value.get("min", 0) <= value.get("max", math.inf) else f"wants min <= max, found {value!r}"


def judge(answer: Answer, params: Params) -> Result:
    count = len(answer.text_at(params.path).split())
    limits = {"min": params.value, "max": params.value} if _whole(params.value) else params.value
    low, high = limits.get("min", 0), limits.get("max", math.inf)
    return binary(low <= count <= high, f"{count} words, expected {low} to {high}")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


KIND = Kind(judge, bounds)
