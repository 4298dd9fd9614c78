from __future__ import annotations

import json
from typing import Any

import pytest

from registry.errors import ModelRejected
from registry.models import Price
from registry.runtime.drivers import Reply
from tasks.evaluation.case import Case
from tasks.evaluation.conversing import STEPS
from tasks.evaluation.evalset_file import EvalSet
from tasks.evaluation.executing import run_all
from tasks.evaluation.job import Arm, Job
from tasks.evaluation.result import CaseResult
from tasks.gateway.gateway import Gateway
from tests import scripted

MODEL = scripted.model(price=Price(input_per_million=1, output_per_million=1))
FIND = {"name": "find", "description": "d", "parameters": {"type": "object", "required": ["id"]}}
BASE = {"id": "c1", "split": "dev", "variables": {"message": "Where is 7?"}}


def run(case: dict[str, Any], *assertions: dict[str, Any]) -> CaseResult:
    fields = {"name": "e", "prompt_use": "e", "description": "d", "source": "s", "licence": "x"}
    told = EvalSet.model_validate(fields | {"subsets": {"dev": {"split": "dev"}}, "assertions": list(assertions)})
    job = Job(Case.model_validate(BASE | case), Arm("candidate", scripted.artifact(answered_by=MODEL), MODEL), 1)
    return run_all(told, [job], Gateway(), test_id=None).results[0]


def calls(name: str, text: str = "", **arguments: Any) -> Reply:
    return Reply(
        text=text,
        tool_calls=({"name": name, "arguments": arguments},),
        finish_reason="tool_calls",
        prompt_tokens=10,
        cached_tokens=0,
        output_tokens=5,
        latency_s=0.5,
    )


def agent(messages: list[dict[str, Any]]) -> str | Reply:
    """Finds what the customer asks for, mails it, and says so."""
    results = [message["content"] for message in messages if message["role"] == "tool"]
    if not results:
        return calls("find", id="7", fast=True)
    return calls("mail", to="ana") if len(results) == 1 else f"done: {' '.join(results)}"


RESULTS = [
    {"tool": "find", "arguments": {"id": "8"}, "result": "nothing"},
    {"tool": "find", "arguments": {"id": "7"}, "result": {"city": "Bern"}},
    {"tool": "mail", "result": "sent"},
]


def test_scripted_results_are_given_and_the_trajectory_is_scored() -> None:
    with scripted.installed(agent) as driver:
        found = run(
            {"tools": [FIND], "tool_results": RESULTS},
            {"type": "trajectory:tool-sequence", "value": {"steps": ["find", "mail"], "mode": "exact"}},
            {"type": "trajectory:tool-args-match", "value": {"name": "find", "args": {"id": "7"}}},
            {"type": "not-is-valid-function-call"},
            {"type": "equals", "value": 'done: {"city": "Bern"} sent'},
        )
    assert found.score == 1, found.findings
    assert [len(request.messages) for request in driver.requests] == [1, 3, 5]
    assert [tool.name for tool in driver.requests[0].tools] == ["find"]
    assistant, tool = driver.requests[1].messages[1:]
    assert json.loads(assistant["tool_calls"][0]["function"]["arguments"]) == {"id": "7", "fast": True}
    assert tool == {"role": "tool", "tool_call_id": assistant["tool_calls"][0]["id"], "content": '{"city": "Bern"}'}
    assert found.attempts == 3
    assert found.latency_ms == pytest.approx(1100)
    assert found.prompt_tokens is not None
    assert found.prompt_tokens > 20
    assert found.cost_usd is not None


def test_a_call_without_a_scripted_result_ends_the_conversation() -> None:
    with scripted.installed(agent) as driver:
        found = run({"tool_results": RESULTS[:1]}, {"type": "trajectory:tool-used", "value": "find"})
    assert (found.score, len(driver.requests)) == (1, 1)


def test_turns_of_the_user_follow_the_answers() -> None:
    with scripted.installed(lambda messages: f"answer {len(messages)}") as driver:
        found = run({"turns": ["And 8?", "Thanks"]}, {"type": "equals", "value": "answer 5"})
    assert found.score == 1
    said = [message["content"] for message in driver.requests[-1].messages]
    assert said == ["Where is 7?", "answer 1", "And 8?", "answer 3", "Thanks"]


def test_a_model_that_calls_for_ever_is_stopped() -> None:
    with scripted.installed(lambda _: calls("mail")) as driver:
        run({"tool_results": RESULTS}, {"type": "trajectory:tool-used", "value": "mail"})
    assert len(driver.requests) == STEPS


def test_a_call_that_fails_later_leaves_the_case_unscored() -> None:
    def say(messages: list[dict[str, Any]]) -> str:
        if len(messages) > 1:
            raise ModelRejected("too long", expected="less", fix="Shorten")
        return "yes"

    with scripted.installed(say):
        found = run({"turns": ["And 8?"]}, {"type": "contains", "value": "yes"})
    assert (found.score, found.cost_usd) == (None, None)
    assert "too long" in (found.error or "")
