"""Which assertions of an eval set can be asked of an answer that nobody expected. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from tasks.evaluation.assertion import Assertion
from tasks.evaluation.assertions import NOT

By = Literal["assertions", "judge"]
_COMPARED = "factuality"
_EMBEDDED = "similar"


def askable(asked: Iterable[Assertion], by: By) -> tuple[Assertion, ...]:
    """Soft ones for every case that need no expected value: those that no judge decides, or those that one does."""
    return tuple(one for one in asked if _of_any_answer(one) and _is_judged(one) is (by == "judge"))


def _of_any_answer(one: Assertion) -> bool:
    told = one.zeroes or one.tag is not None or one.with_live
    return not told and not any(part.zeroes or _needs_expected(part) for part in one.parts)


def _needs_expected(part: Assertion) -> bool:
    """A rubric that speaks of the reference has nothing to compare a live answer with."""
    rubric = part.value if part.type.removeprefix(NOT) == "llm-rubric" and isinstance(part.value, str) else ""
    return part.expected is not None or rubric == _COMPARED or "reference" in rubric.casefold()


def _is_judged(one: Assertion) -> bool:
    """A cosine has no opinion: `similar` is decided by a model, and by no judge."""
    return any(part.kind.judged and part.type.removeprefix(NOT) != _EMBEDDED for part in one.parts)
