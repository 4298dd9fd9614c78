"""equals: the answer, or the value at `path`, is this value."""

from __future__ import annotations

from typing import Any

from tasks.evaluation.answer import Answer, same

from .kind import Kind, Params, Result, anything, binary


def judge(answer: Answer, params: Params) -> Result:
    """Without a path a text is compared with the answer's text, outer white space apart, the rest with its JSON."""
    found = _found(answer, params)
    return binary(same(found, params.value), f"found {found!r}, expected {params.value!r}")


def _found(answer: Answer, params: Params) -> Any:
    if params.path is not None:
        return answer.at(params.path)
    return answer.text.strip() if isinstance(params.value, str) else answer.value


KIND = Kind(judge, anything)
