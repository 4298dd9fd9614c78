"""latency: the answer took at most so many seconds."""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, Unjudgeable, binary, limit


def judge(answer: Answer, params: Params) -> Result:
    if answer.latency_s is None:
        raise Unjudgeable("the latency is unknown")
    return binary(answer.latency_s <= params.value, f"{answer.latency_s:.3f} s, at most {params.value} s")


KIND = Kind(judge, limit, deterministic=False)
