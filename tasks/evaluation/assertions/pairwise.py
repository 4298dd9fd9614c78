"""pairwise: a judge compares the answer with live's to the same case, or with the text given: better is 1, worse 0, a
tie 0.5.

It is asked in both orders; a judge that changes its mind with the order has said that it cannot tell: a tie. Of two
answers that are the same nobody is asked.
"""

from __future__ import annotations

from typing import NamedTuple

from tasks.evaluation.answer import Answer, NoSuchPath, NotJson

from .kind import Kind, Params, Result, Unjudgeable, graded, text
from .question import Choice, Question
from .telling import told


class Sides(NamedTuple):
    own: str
    other: str


def asks(answer: Answer, params: Params) -> tuple[Question, ...]:
    own, other = _sides(answer, params)
    return () if own == other else (_question(answer, own, other), _question(answer, other, own))


def judge(answer: Answer, params: Params) -> Result:
    questions = asks(answer, params)
    if not questions:
        return graded(0.5, params.threshold, "a tie: the same answer")
    one, other = (params.heard(question, Choice) for question in questions)
    if (one.better, other.better) == ("first", "second"):
        return graded(1.0, params.threshold, f"better: {one.reason}")
    if (one.better, other.better) == ("second", "first"):
        return graded(0.0, params.threshold, f"worse: {one.reason}")
    agree = one.better == other.better == "neither"
    return graded(0.5, params.threshold, f"a tie: {one.reason}" if agree else "a tie: the order decided")


def _sides(answer: Answer, params: Params) -> Sides:
    """Raises Unjudgeable where it is live's answer that is missing."""
    own = answer.text_at(params.path)
    if params.value is not None:
        return Sides(own, params.value)
    if answer.asked.live is None:
        raise Unjudgeable("there is no answer of live to compare with")
    return Sides(own, _at(answer.asked.live, params.path))


def _at(said: str, path: str | None) -> str:
    """An answer of live that has nothing there is shown as it is."""
    try:
        return Answer(said).text_at(path)
    except (NotJson, NoSuchPath):
        return said


def _question(answer: Answer, first: str, second: str) -> Question:
    return Question("pairwise", (("question", told(answer.asked.variables)), ("first", first), ("second", second)))


KIND = Kind(judge, text, optional=True, deterministic=False, threshold=0.5, asks=asks)
