"""What an answer of one behavior version took, measured on the answers that the ledger has."""

from __future__ import annotations

from typing import NamedTuple

from .store import Reader


class Rate(NamedTuple):
    """Means over `answers` answers; None where none of them has a value."""

    answers: int
    prompt_tokens: float | None
    output_tokens: float | None
    seconds: float | None


_MEANS = (
    "SELECT count(output_tokens) AS answers, avg(prompt_tokens) AS prompt_tokens, avg(output_tokens) AS output_tokens,"
    " avg(latency_ms) / 1000 AS seconds FROM "
)


def of_behavior(reader: Reader, behavior: str) -> Rate:
    """Of eval cases, which is what a release will ask; of live traffic where it was never evaluated."""
    evaluated = Rate(**reader.rows(f"{_MEANS} eval_result WHERE behavior = ?", [behavior])[0])
    if evaluated.answers:
        return evaluated
    return Rate(**reader.rows(f"{_MEANS} trace WHERE served = ?", [behavior])[0])
