from __future__ import annotations

from typing import Any

import pytest

from registry.artifact import PromptVersion
from tasks.evaluation.result import CaseResult
from tasks.evaluation.scoring import Finding
from tasks.matrix.smoke import judge
from tasks.release.verdict import Verdict

JSON = {"format": "json", "schema": {"type": "object", "required": ["a"]}}
GOOD, BAD = '{"a": 1}', '{"b": 1}'


def version(output: dict[str, Any] = JSON, *guards: dict[str, Any]) -> PromptVersion:
    return PromptVersion.model_validate(
        {
            "id": "p",
            "version": "v1",
            "use_case": "p.q",
            "purpose": "A test.",
            "owner": "tests",
            "risk": "low",
            "model": "parrot",
            "decoding": {"temperature": 0.0, "max_output_tokens": 8},
            "messages": [{"role": "user", "content": "hi"}],
            "output": output,
            "change": {"author": "ana", "why": "first", "guards": guards},
        }
    )


def draw(*outputs: str | None, **fields: Any) -> list[CaseResult]:
    refused = fields.pop("refusal", False)
    given: dict[str, Any] = {"findings": (), "finish_reason": "stop"} | fields
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
            output=output,
            refusal=refused if output is not None else None,
            **given,
        )
        for number, output in enumerate(outputs)
    ]


def failed(type_: str, status: Any = "failed") -> tuple[Finding, ...]:
    return (Finding(type_, type_, status, 0.0, "", hard=False, must_pass=False, weight=1.0),)


@pytest.mark.parametrize(
    ("draws", "verdict", "again"),
    [
        ([draw(*[GOOD] * 8)], Verdict.INCONCLUSIVE, False),
        ([draw(*[GOOD] * 7, BAD)], Verdict.INCONCLUSIVE, False),
        ([draw(*[GOOD] * 6, BAD, BAD)], Verdict.INCONCLUSIVE, True),
        ([draw(*[BAD] * 8), draw(*[GOOD] * 8)], Verdict.INCONCLUSIVE, False),
        ([draw(*[BAD] * 8), draw(*[BAD] * 8)], Verdict.REJECT, False),
        ([draw(*[GOOD] * 8, refusal=True)] * 2, Verdict.REJECT, False),
        ([draw(*[GOOD] * 8, finish_reason="length")] * 2, Verdict.REJECT, False),
        ([draw(*[GOOD] * 8, findings=failed("latency"))] * 2, Verdict.REJECT, False),
        ([draw(*[GOOD] * 8, findings=failed("cost"))] * 2, Verdict.REJECT, False),
        ([draw(*[GOOD] * 8, findings=failed("cost", "error"))], Verdict.INCONCLUSIVE, False),
        ([draw(*[GOOD] * 8, findings=failed("equals"))], Verdict.INCONCLUSIVE, False),
        ([draw(*[GOOD] * 7, BAD, findings=failed("latency"))], Verdict.INCONCLUSIVE, True),
        ([draw(*[GOOD] * 6, None, None)], Verdict.ERROR, False),
        ([draw()], Verdict.ERROR, False),
    ],
)
def test_a_smoke_can_fail_a_cell_and_never_pass_one(
    draws: list[list[CaseResult]], verdict: Verdict, again: bool
) -> None:
    found = judge(draws, version())
    assert (found.verdict, found.again) == (verdict, again)


def test_lost_calls_are_no_broken_contract() -> None:
    assert "2 of 8 calls had no answer" in judge([draw(*[GOOD] * 6, None, None)], version()).reason


def test_a_long_text_is_not_cut_off() -> None:
    assert not judge([draw(*["words"] * 8, finish_reason="length")], version({"format": "text"})).again


@pytest.mark.parametrize(
    ("guard", "verdict", "said"),
    [
        (
            {"metric": "latency", "max": 2.0},
            Verdict.REJECT,
            "mean latency is 3 s over 8 answers, at most 2 are allowed",
        ),
        ({"metric": "latency", "max": 3.0}, Verdict.INCONCLUSIVE, "mean latency is 3 s over 8 answers"),
        (
            {"metric": "cost", "max": 0.001},
            Verdict.INCONCLUSIVE,
            "cost is unknown, the cap of 0.001 USD was not checked",
        ),
        ({"metric": "latency", "max_ratio": 1.1}, Verdict.INCONCLUSIVE, "the contract holds in 8 of 8 answers"),
    ],
)
def test_a_guard_of_the_note_caps_the_mean_of_a_draw(guard: dict[str, Any], verdict: Verdict, said: str) -> None:
    slow = draw(*[GOOD] * 8, latency_ms=3000.0)
    found = judge([slow, slow], version(JSON, guard))
    assert found.verdict == verdict
    assert said in found.reason
    assert judge([slow], version(JSON, guard)).again == (verdict is Verdict.REJECT)
