"""finish-reason: why the model stopped (`stop`, `length`, `tool_calls`, `content_filter`)."""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, Unjudgeable, binary, text


def judge(answer: Answer, params: Params) -> Result:
    if answer.finish_reason is None:
        raise Unjudgeable("the endpoint does not say why the answer ended")
    return binary(answer.finish_reason == params.value, f"ended with {answer.finish_reason!r}")


KIND = Kind(judge, text)
