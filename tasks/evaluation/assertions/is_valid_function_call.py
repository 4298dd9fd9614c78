"""is-valid-function-call: a tool was called, and each call names a tool that was offered and fits its schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from registry.artifact import Output, Tool
from registry.runtime.output import check_output
from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, nothing


def judge(answer: Answer, params: Params) -> Result:
    if not answer.tool_calls:
        return binary(False, "no tool was called")
    offered = {tool.name: tool for tool in answer.asked.tools}
    wrong = [problem for call in answer.tool_calls if (problem := _problem(call, offered))]
    return binary(not wrong, "; ".join(wrong) or f"{len(answer.tool_calls)} valid call(s)")


def _problem(call: Mapping[str, Any], offered: Mapping[str, Tool]) -> str | None:
    name, arguments = str(call.get("name")), call.get("arguments")
    if name not in offered:
        return f"{name!r} is none of {', '.join(offered) or 'no tools'}"
    if not isinstance(arguments, dict):
        return f"{name}: the arguments are no JSON object"
    check = check_output(json.dumps(arguments), Output(format="json", schema=offered[name].parameters))
    return None if check.ok else f"{name}: {'; '.join(check.problems)}"


KIND = Kind(judge, nothing)
