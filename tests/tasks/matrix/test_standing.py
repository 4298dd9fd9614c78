from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tasks.ledger.matrix_cell import LookKind, MatrixCell
from tasks.matrix.standing import standing
from tests.tasks.matrix.test_plan import NOW, cell


def looked(look: LookKind, verdict: str, days_ago: int) -> MatrixCell:
    at = NOW - timedelta(days=days_ago)
    reason = f"{look} {verdict}"
    return MatrixCell(
        "p", "v1", "p", "test/m", "other", look, "sha", verdict, reason, 0.5, 0.4, 0.6, -0.1, 9, 9, 0.1, at
    )


@pytest.mark.parametrize(
    ("judged", "smoked", "counts", "expected"),
    [
        (None, None, None, "not_tested"),
        (None, looked("smoke", "inconclusive", 1), None, "inconclusive"),
        (looked("eval", "pass", 5), None, NOW, "pass"),
        (looked("eval", "pass", 5), looked("smoke", "inconclusive", 1), NOW, "pass"),
        (looked("eval", "pass", 5), looked("smoke", "reject", 1), NOW, "reject"),
        (looked("eval", "pass", 1), looked("smoke", "reject", 5), NOW, "pass"),
        (looked("eval", "pass", 5), None, None, "inconclusive"),  # its model drifted since
        (looked("eval", "error", 5), None, None, "error"),
    ],
)
def test_the_newest_look_that_still_counts(
    judged: MatrixCell | None, smoked: MatrixCell | None, counts: datetime | None, expected: str
) -> None:
    assert standing(cell("p", "m", "other", "C", judged=counts), judged, smoked).verdict == expected


def test_what_cannot_be_asked_says_why() -> None:
    assert standing(cell("p", "m", "other", "C", obstacle="KEY is not set"), None, None).reason == "KEY is not set"
