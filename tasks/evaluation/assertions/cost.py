"""cost: the answer cost at most so many USD."""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, Unjudgeable, binary, limit


def judge(answer: Answer, params: Params) -> Result:
    if answer.cost_usd is None:
        raise Unjudgeable("the cost is unknown: the model has no price in models.yaml")
    return binary(answer.cost_usd <= params.value, f"{answer.cost_usd:.6f} USD, at most {params.value} USD")


KIND = Kind(judge, limit, deterministic=False)
