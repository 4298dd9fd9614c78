"""is-refusal: the model declined, by the one detector that gate, shadow and canary share."""

from __future__ import annotations

from registry.runtime.refusal import is_refusal
from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, nothing


def judge(answer: Answer, params: Params) -> Result:
    refusal = is_refusal(answer.text, answer.finish_reason, answer.refusal)
    return binary(refusal.yes, refusal.why or "no refusal")


KIND = Kind(judge, nothing)
