"""assert-set: several assertions as one.

It passes when all of them pass, or when their weighted mean reaches `threshold`. The score is the weighted mean, 0 when
one that is `hard` failed.
"""

from __future__ import annotations

from typing import NamedTuple

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, Unjudgeable, binary, nothing


class Part(NamedTuple):
    """What one assertion of the set found; `score` is None when it could not be judged."""

    label: str
    score: float | None
    passed: bool
    reason: str
    weight: float
    hard: bool


def judge(answer: Answer, params: Params) -> Result:
    """`params.value` are the parts."""
    parts: tuple[Part, ...] = params.value
    failed = [f"{part.label}: {part.reason}" for part in parts if not part.passed and part.score is not None]
    if any(part.hard and part.score is not None and not part.passed for part in parts):
        return binary(False, "; ".join(failed))
    unknown = [part for part in parts if part.score is None]
    if unknown:
        raise Unjudgeable(f"{unknown[0].label}: {unknown[0].reason}")
    score = sum(part.weight * (part.score or 0.0) for part in parts) / sum(part.weight for part in parts)
    passed = not failed or score >= params.threshold
    return Result(score, passed, "; ".join(failed) or "all pass")


KIND = Kind(judge, nothing)
