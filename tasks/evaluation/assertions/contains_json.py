"""contains-json: a JSON object or array stands somewhere in the answer, and keeps to the JSON Schema given as value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from registry.artifact import Output
from registry.runtime.output import check_output
from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, schema


def judge(answer: Answer, params: Params) -> Result:
    found = list(values(answer.text_at(params.path)))
    if not found:
        return binary(False, "holds no JSON object or array")
    if params.value is None:
        return binary(True, f"holds {len(found)} JSON value(s)")
    checks = [check_output(json.dumps(one), Output(format="json", schema=params.value)) for one in found]
    good = any(check.ok for check in checks)
    return binary(good, "holds JSON that keeps to the schema" if good else "; ".join(checks[0].problems))


def values(text: str) -> Iterator[Any]:
    """The outermost objects and arrays, in order; what only looks like the beginning of one is passed over."""
    start = _next(text, 0)
    while start >= 0:
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield value
        start = _next(text, end)


def _next(text: str, start: int) -> int:
    """Where the next brace or bracket opens, -1 without any."""
    return min((at for at in (text.find("{", start), text.find("[", start)) if at >= 0), default=-1)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(parse_constant=_refuse)

KIND = Kind(judge, schema, optional=True)
