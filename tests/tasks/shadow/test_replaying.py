from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from registry.errors import ModelRejected
from tasks.evaluation.job import Arm
from tasks.gateway.gateway import Gateway
from tasks.ledger.trace import Trace
from tasks.shadow.examples import examples
from tasks.shadow.replaying import Replayed, missing, recorded, replay
from tests import scripted

AT = datetime(2026, 11, 21, tzinfo=UTC)


def trace(behavior: str, **fields: object) -> Trace:
    given = {"variables": {"message": "hello"}, "output": "recorded answer", "schema_ok": None, "refusal": False}
    return Trace("tr_1", AT, "demo", "p", "v1", behavior, behavior, "live", 1, **{**given, **fields})  # type: ignore[arg-type]


def run(one: Trace, candidate: Arm, baseline: Arm) -> Replayed:
    return asyncio.run(replay([one], candidate, baseline, Gateway(), "test", lambda: None))[0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({}, True), ({"redacted": ("output:email",)}, True), ({"redacted": ("variables.message:email",)}, False)],
)
def test_a_redacted_input_is_not_what_was_answered(fields: dict[str, object], expected: bool) -> None:
    assert recorded(trace("b" * 64, **fields), "b" * 64) is expected


def test_the_recorded_answer_is_used_and_no_times_are_compared() -> None:
    with scripted.installed(lambda _: "new answer") as driver:
        arm = Arm("live", scripted.artifact(), scripted.model())
        found = run(trace(arm.artifact.behavior), Arm("candidate", arm.artifact, arm.model), arm)
    assert (found.baseline.text, found.candidate.text, len(driver.requests)) == ("recorded answer", "new answer", 1)
    assert "latency" not in found.candidate.values


def test_another_versions_trace_is_asked_of_both() -> None:
    with scripted.installed(lambda _: "new answer") as driver:
        arm = Arm("live", scripted.artifact(), scripted.model())
        found = run(trace("c" * 64), Arm("candidate", arm.artifact, arm.model), arm)
    assert len(driver.requests) == 2
    assert found.baseline.values["latency"] == found.candidate.values["latency"] == 0.1


def test_no_answer_is_an_error_and_nothing_else() -> None:
    def refuse(_: list[dict[str, str]]) -> str:
        raise ModelRejected("down", expected="up", fix="Wait")

    with scripted.installed(refuse):
        arm = Arm("live", scripted.artifact(), scripted.model())
        found = run(trace(arm.artifact.behavior), Arm("candidate", arm.artifact, arm.model), arm)
    assert found.candidate.values == {"error": 1.0}
    assert examples([found])[0]["candidate"] == "no answer"


def test_variables_without_a_default_are_missing() -> None:
    fields = {"message": {"type": "string"}, "lang": {"type": "string"}, "tone": {"type": "string", "default": "dry"}}
    asked = scripted.artifact("{{ message }} {{ lang }} {{ tone }}", variables=fields)
    assert missing(trace("b" * 64), Arm("candidate", asked, scripted.model())) == ["lang"]
