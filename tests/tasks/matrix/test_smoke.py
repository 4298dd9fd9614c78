from __future__ import annotations

import pytest

from registry.artifact import Output
from tasks.evaluation.result import CaseResult
from tasks.matrix.smoke import judge
from tasks.release.verdict import Verdict

JSON = Output.model_validate({"format": "json", "schema": {"type": "object", "required": ["a"]}})
GOOD, BAD = '{"a": 1}', '{"b": 1}'


def draw(*outputs: str | None, refused: bool = False, finish: str = "stop") -> list[CaseResult]:
    return [
        CaseResult(
            case_id=f"c{number}",
            cluster=f"c{number}",
            intent="other",
            adversarial=False,
            arm="candidate",
            behavior="b",
            round=1,
            score=None,
            findings=(),
            output=output,
            refusal=refused if output is not None else None,
            finish_reason=finish,
        )
        for number, output in enumerate(outputs)
    ]


@pytest.mark.parametrize(
    ("draws", "verdict", "again"),
    [
        ([draw(*[GOOD] * 8)], Verdict.INCONCLUSIVE, False),
        ([draw(*[GOOD] * 7, BAD)], Verdict.INCONCLUSIVE, False),
        ([draw(*[GOOD] * 6, BAD, BAD)], Verdict.INCONCLUSIVE, True),
        ([draw(*[BAD] * 8), draw(*[GOOD] * 8)], Verdict.INCONCLUSIVE, False),
        ([draw(*[BAD] * 8), draw(*[BAD] * 8)], Verdict.REJECT, False),
        ([draw(*[GOOD] * 8, refused=True)] * 2, Verdict.REJECT, False),
        ([draw(*[GOOD] * 8, finish="length")] * 2, Verdict.REJECT, False),
        ([draw(*[GOOD] * 6, None, None)], Verdict.INCONCLUSIVE, False),
        ([draw()], Verdict.INCONCLUSIVE, False),
    ],
)
def test_a_smoke_can_fail_a_cell_and_never_pass_one(
    draws: list[list[CaseResult]], verdict: Verdict, again: bool
) -> None:
    found = judge(draws, JSON)
    assert (found.verdict, found.again) == (verdict, again)


def test_lost_calls_are_no_broken_contract() -> None:
    assert "2 of 8 calls had no answer" in judge([draw(*[GOOD] * 6, None, None)], JSON).reason


def test_a_long_text_is_not_cut_off() -> None:
    text = Output.model_validate({"format": "text"})
    assert not judge([draw(*["words"] * 8, finish="length")], text).again
