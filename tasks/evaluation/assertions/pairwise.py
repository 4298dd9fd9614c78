"""pairwise: a judge compares the answer with the text given, in both orders: better is 1, worse 0, a tie 0.5.

A judge that changes its mind with the order has said that it cannot tell: a tie.
"""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, graded, text
from .question import Choice, Question
from .telling import told


def asks(answer: Answer, params: Params) -> tuple[Question, ...]:
    said = answer.text_at(params.path)
    return _question(answer, said, params.value), _question(answer, params.value, said)


def judge(answer: Answer, params: Params) -> Result:
    one, other = (params.heard(question, Choice) for question in asks(answer, params))
    if (one.better, other.better) == ("first", "second"):
        return graded(1.0, params.threshold, f"better: {one.reason}")
    if (one.better, other.better) == ("second", "first"):
        return graded(0.0, params.threshold, f"worse: {one.reason}")
    agree = one.better == other.better == "neither"
    return graded(0.5, params.threshold, f"a tie: {one.reason}" if agree else "a tie: the order decided")


def _question(answer: Answer, first: str, second: str) -> Question:
    return Question("pairwise", (("question", told(answer.asked.variables)), ("first", first), ("second", second)))


KIND = Kind(judge, text, deterministic=False, threshold=0.5, asks=asks)
