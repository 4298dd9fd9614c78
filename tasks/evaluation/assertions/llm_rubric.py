"""llm-rubric: a judge grades the answer by the rubric given, or by a ready one: factuality, relevance, faithfulness.

The judge sees the case's variables as the question and the case's `expected` as the reference, never the arm.
"""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, graded, text
from .question import Grade, Question
from .telling import told

READY = {
    "factuality": (
        "Every statement of the answer agrees with the reference. Leaving something out is a smaller fault than saying "
        "something that the reference contradicts; any contradiction is a failure."
    ),
    "relevance": (
        "The answer addresses what the question asks, all of it and nothing else. Whether it is true does not matter "
        "here."
    ),
    "faithfulness": (
        "Every statement of the answer follows from the texts given in the question. A statement that they do not "
        "support is a failure, also when it is true."
    ),
}


def asks(answer: Answer, params: Params) -> tuple[Question, ...]:
    variables = (
        ("rubric", READY.get(params.value, params.value)),
        ("question", told(answer.asked.variables)),
        ("reference", told(answer.asked.expected)),
        ("answer", answer.text_at(params.path)),
    )
    return (Question("rubric", variables),)


def judge(answer: Answer, params: Params) -> Result:
    grade = params.heard(asks(answer, params)[0], Grade)
    return graded(grade.score, params.threshold, grade.reason)


KIND = Kind(judge, text, deterministic=False, threshold=0.5, asks=asks)
