"""trajectory:tool-used: every tool named was called; or one tool, `{name, min, max}` times (default: once or more)."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, text, texts


def tools(value: Any) -> str | None:
    if not isinstance(value, dict):
        good = text(value) is None or texts(value) is None
        return None if good else f"wants a name, a list of names or {{name, min, max}}, found {value!r}"
    counts = [value[key] for key in ("min", "max") if key in value]
    whole = all(isinstance(count, int) and not isinstance(count, bool) and count >= 0 for count in counts)
    good = value.keys() <= {"name", "min", "max"} and text(value.get("name")) is None and whole
    if not good or value.get("min", 0) > value.get("max", math.inf):
        return f"wants {{name, min, max}} with min <= max, found {value!r}"
    return None


def judge(answer: Answer, params: Params) -> Result:
    called = Counter(str(call.get("name")) for call in answer.tool_calls)
    if isinstance(params.value, dict):
        return _counted(called[params.value["name"]], params.value)
    wanted = [params.value] if isinstance(params.value, str) else params.value
    missing = [name for name in wanted if not called[name]]
    return binary(not missing, f"{', '.join(missing)} was not called" if missing else "all were called")


def _counted(count: int, value: dict[str, Any]) -> Result:
    low = value.get("min", min(1, value.get("max", 1)))
    high = value.get("max", math.inf)
    return binary(low <= count <= high, f"{value['name']} was called {count} times, expected {low} to {high}")


KIND = Kind(judge, tools)
