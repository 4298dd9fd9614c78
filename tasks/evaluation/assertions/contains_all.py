"""contains-all: every text is part of the answer. The score is the share that is; by default all have to be."""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, graded, texts


def judge(answer: Answer, params: Params) -> Result:
    whole = answer.text_at(params.path)
    missing = [item for item in params.value if item not in whole]
    score = 1 - len(missing) / len(params.value)
    return graded(score, params.threshold, f"missing {missing!r}" if missing else "all are there")


KIND = Kind(judge, texts)
