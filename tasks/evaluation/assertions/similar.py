"""similar: the cosine of the embeddings of answer and text; 0.75 and more passes unless said, below 0 scores 0."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, Unjudgeable, graded, text
from .question import Embedding, Question


def asks(answer: Answer, params: Params) -> tuple[Question, ...]:
    return tuple(Question("embedding", (("text", one),)) for one in (answer.text_at(params.path), params.value))


def judge(answer: Answer, params: Params) -> Result:
    left, right = (params.heard(question, Embedding).numbers for question in asks(answer, params))
    score = min(max(cosine(left, right), 0.0), 1.0)
    return graded(score, params.threshold, f"cosine {score:.3f} to {params.value[:60]!r}")


def cosine(left: Sequence[float], right: Sequence[float]) -> float:
    """Raises Unjudgeable for vectors of two lengths, or of length 0."""
    if len(left) != len(right):
        raise Unjudgeable(f"the embeddings have {len(left)} and {len(right)} numbers")
    norms = math.hypot(*left) * math.hypot(*right)
    if norms == 0:
        raise Unjudgeable("an embedding is zero: it has no direction")
    return math.fsum(a * b for a, b in zip(left, right, strict=True)) / norms


KIND = Kind(judge, text, deterministic=False, threshold=0.75, asks=asks)
