from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from registry.errors import ModelRejected, ModelUnavailable
from registry.runtime.drivers import Reply
from tasks.evaluation.job import Arm
from tasks.gateway.budget import Budget
from tasks.gateway.gateway import Gateway
from tasks.gateway.retries import Retries
from tasks.shadow.examples import examples
from tasks.shadow.replaying import FAILURES, Replay, Replayed, missing, recorded, replay
from tests import scripted
from tests.tasks.shadow.made import AT, trace


def replays(count: int, candidate: Arm, baseline: Arm, door: Gateway | None = None, **fields: Any) -> Replay:
    traces = [trace(number, **fields) for number in range(count)]
    return asyncio.run(replay(traces, candidate, baseline, door or Gateway(), "test", lambda: None))


def run(candidate: Arm, baseline: Arm, **fields: Any) -> Replayed:
    return replays(1, candidate, baseline, **fields).done[0]


def live(**parts: Any) -> Arm:
    return Arm("live", scripted.artifact(**parts), scripted.model())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({}, True), ({"redacted": ("output:email",)}, True), ({"redacted": ("variables.message:email",)}, False)],
)
def test_a_redacted_input_is_not_what_was_answered(fields: dict[str, Any], expected: bool) -> None:
    assert recorded(trace(**fields), "b" * 64, None) is expected


@pytest.mark.parametrize(("hours", "expected"), [(-1, True), (1, False)])
def test_what_was_answered_before_a_drift_is_asked_again(hours: int, expected: bool) -> None:
    assert recorded(trace(), "b" * 64, AT + timedelta(hours=hours)) is expected


def test_the_recorded_answer_is_used_and_no_times_are_compared() -> None:
    arm = live()
    with scripted.installed(lambda _: "new answer") as driver:
        found = run(arm, arm, served=arm.artifact.behavior)
    assert (found.baseline.text, found.candidate.text, len(driver.requests)) == ("old", "new answer", 1)
    assert "latency" not in found.candidate.values


def test_another_versions_trace_is_asked_of_both() -> None:
    with scripted.installed(lambda _: "new answer") as driver:
        found = run(live(), live(), served="c" * 64)
    assert len(driver.requests) == 2
    assert found.baseline.values["latency"] == found.candidate.values["latency"] == 0.1


def refuse(_: list[dict[str, str]]) -> str:
    raise ModelRejected("down", expected="up", fix="Wait")


def test_no_answer_is_an_error_and_nothing_else() -> None:
    arm = live()
    with scripted.installed(refuse):
        found = run(arm, arm, served=arm.artifact.behavior)
    assert found.candidate.values == {"error": 1.0, "fallback": 0.0}
    assert examples([found], {})[0]["candidate"] == "no answer"


def test_variables_without_a_default_are_missing() -> None:
    fields = {"message": {"type": "string"}, "lang": {"type": "string"}, "tone": {"type": "string", "default": "dry"}}
    asked = scripted.artifact("{{ message }} {{ lang }} {{ tone }}", variables=fields)
    assert missing(trace(), Arm("candidate", asked, scripted.model())) == ["lang"]


def test_a_model_that_is_gone_is_not_asked_any_more() -> None:
    def gone(_: list[dict[str, str]]) -> str:
        raise ModelUnavailable("gone", expected="an answer", fix="Wait")

    arm = live()
    with scripted.installed(gone) as driver:
        found = replays(200, arm, arm, Gateway(retries=Retries(attempts=1)), served=arm.artifact.behavior)
    assert found.stopped == f"{FAILURES} traces had no answer"
    assert FAILURES <= found.unanswered <= len(driver.requests) < 60


def test_a_spent_budget_keeps_what_is_finished() -> None:
    arm = live()
    with scripted.installed(lambda _: "new answer"):
        found = replays(50, arm, arm, Gateway(budget=Budget(max_calls=30)), served=arm.artifact.behavior)
    assert found.stopped == "The budget is used up: all 30 calls are made"
    assert [one.trace.trace_id for one in found.done] == [f"tr_{number}" for number in range(len(found.done))]
    assert 20 <= len(found.done) <= 30


BOOK = {"name": "book", "description": "d", "parameters": {"type": "object"}}
BOOKED = [{"name": "book", "arguments": {"day": 7}, "result": "done"}]


def calling(day: int) -> scripted.Say:
    """Books, and says what the tool said."""

    def say(messages: list[dict[str, str]]) -> str | Reply:
        if messages[-1]["role"] == "tool":
            return f"it is {messages[-1]['content']}"
        return Reply("", tool_calls=({"name": "book", "arguments": {"day": day}},), latency_s=0.1)

    return say


@pytest.mark.parametrize(
    ("day", "calls", "text", "left"),
    [
        (7, BOOKED, "it is done", False),
        (8, BOOKED, None, True),
        (8, [], None, True),
        (7, [{**BOOKED[0], "result": None}], "", False),
    ],
)
def test_tools_answer_as_recorded_and_are_not_executed(
    day: int, calls: list[Any], text: str | None, left: bool
) -> None:
    arm = live(tools=[BOOK])
    with scripted.installed(calling(day)):
        found = run(arm, arm, served=arm.artifact.behavior, tool_calls=calls)
    assert (found.candidate.text, found.candidate.left) == (text, left)
    assert found.candidate.values["tool_call:book"] == 1.0
    assert found.baseline.values["tool_call:book"] == float(bool(calls))
    assert "schema_ok" not in found.candidate.values if left else found.candidate.values["refusal"] == 0.0
