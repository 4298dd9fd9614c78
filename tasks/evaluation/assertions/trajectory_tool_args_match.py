"""trajectory:tool-args-match: a call of the tool `name` has these `args`; `partial` allows more, `exact` does not."""

from __future__ import annotations

import json
from typing import Any

from tasks.evaluation.answer import Answer, part_of, same

from .kind import Kind, Params, Result, binary, text

MODES = ("partial", "exact")


def call(value: Any) -> str | None:
    good = (
        isinstance(value, dict)
        and {"name", "args"} <= value.keys() <= {"name", "args", "mode"}
        and text(value["name"]) is None
        and isinstance(value["args"], dict)
        and value.get("mode", MODES[0]) in MODES
    )
    return None if good else f"wants {{name, args, mode: {' | '.join(MODES)}}}, found {value!r}"


def judge(answer: Answer, params: Params) -> Result:
    name, wanted = params.value["name"], params.value["args"]
    seen = [one.get("arguments") for one in answer.tool_calls if one.get("name") == name]
    matches = same if params.value.get("mode") == "exact" else part_of
    good = any(matches(wanted, arguments) for arguments in seen)
    shown = json.dumps(seen, ensure_ascii=False)
    return binary(good, f"{name} was called with {shown}" if seen else f"{name} was not called")


KIND = Kind(judge, call)
