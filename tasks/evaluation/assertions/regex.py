"""regex: the pattern (Python's `re`) matches somewhere in the answer."""

from __future__ import annotations

import re

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, pattern


def judge(answer: Answer, params: Params) -> Result:
    match = re.search(params.value, answer.text_at(params.path))
    return binary(match is not None, f"matches {match[0][:60]!r}" if match else f"{params.value!r} does not match")


KIND = Kind(judge, pattern)
