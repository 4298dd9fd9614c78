"""trajectory:tool-sequence: the tools were called in this order; `in_order` allows others between, `exact` none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, texts

MODES = ("in_order", "exact")


def steps(value: Any) -> str | None:
    if not isinstance(value, dict):
        return texts(value)
    good = value.keys() <= {"steps", "mode"} and value.get("mode", MODES[0]) in MODES and not texts(value.get("steps"))
    return None if good else f"wants a list of names or {{steps, mode: {' | '.join(MODES)}}}, found {value!r}"


def judge(answer: Answer, params: Params) -> Result:
    asked = params.value if isinstance(params.value, dict) else {"steps": params.value}
    called, wanted = [str(call.get("name")) for call in answer.tool_calls], list(asked["steps"])
    good = called == wanted if asked.get("mode") == "exact" else _in_order(wanted, called)
    return binary(good, f"called {called!r}, expected {wanted!r}")


def _in_order(wanted: Sequence[str], called: Sequence[str]) -> bool:
    rest = iter(called)
    return all(name in rest for name in wanted)


KIND = Kind(judge, steps)
