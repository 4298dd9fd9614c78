from __future__ import annotations

import pytest

from tasks.release.verdict import Verdict
from tasks.upgrade.deciding import Gated, exit_code, sentence

PASS, REJECT, CANNOT, ERROR = Verdict.PASS, Verdict.REJECT, Verdict.INCONCLUSIVE, Verdict.ERROR


def row(verdict: Verdict, released: str | None = None) -> Gated:
    return Gated("p", "v2", verdict, "because", released)


@pytest.mark.parametrize(
    ("found", "onward", "came_to"),
    [
        (row(PASS), True, PASS),
        (row(CANNOT), False, CANNOT),
        (row(REJECT), False, REJECT),
        (row(PASS, "promoted"), False, PASS),
        (row(PASS, "rolled_back"), False, REJECT),
        (row(PASS, "rejected"), False, REJECT),
        (row(PASS, "error"), False, ERROR),
        (row(PASS, "waiting"), False, CANNOT),
        (row(PASS, "held"), False, CANNOT),
    ],
)
def test_a_release_that_followed_counts_more_than_the_gate(found: Gated, onward: bool, came_to: Verdict) -> None:
    assert (found.onward, found.came_to) == (onward, came_to)


@pytest.mark.parametrize(
    ("verdicts", "code"), [([], 0), ([PASS, PASS], 0), ([PASS, CANNOT], 2), ([CANNOT, ERROR], 3), ([ERROR, REJECT], 1)]
)
def test_the_exit_code_is_that_of_the_worst(verdicts: list[Verdict], code: int) -> None:
    assert exit_code(verdicts) == code


def test_the_sentence_counts_by_verdict() -> None:
    assert sentence("a", "b", [row(PASS), row(REJECT), row(PASS)]) == "a -> b: of 3 prompts 2 pass, 1 reject"
