from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from registry.runtime.drivers import Reply
from registry.runtime.outcome import Retrieval
from registry.runtime.outside import Outside, Took
from registry.runtime.publishing import LocalPublisher
from registry.runtime.spool import Spool
from tests.polling import until
from tests.registry.runtime.conftest import artifact
from tests.registry.runtime.serving import written
from tests.registry.runtime.test_stamp import STAMP
from tests.registry.runtime.world import put

V1 = artifact("v1", models=("one", "two"))
STAMPED = replace(STAMP, intended=V1.behavior, serving=V1.behavior, problem=None)
REPLY = Reply('{"order_id": "A-1"}', prompt_tokens=10, cached_tokens=0, output_tokens=5)
OTHER = replace(STAMPED, trace_id="tr_other")
AT = 1_795_000_000.0
TOOK = Took(AT, AT + 0.5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def outside(publisher: LocalPublisher, folder: Path) -> Outside:
    put(publisher, V1)
    return Outside(Spool(folder), publisher, grace_s=60.0)


def test_failures_before_an_answer_are_its_attempts(outside: Outside, folder: Path) -> None:
    """Their time is the caller's too, until the first text as well."""
    outside.failed(STAMPED, "busy", Took(AT, AT + 1.0))
    outside.failed(STAMPED, "busy", Took(AT + 1.5, AT + 2.0))
    outside.answered(STAMPED, replace(REPLY, first_token_s=0.25), Took(AT + 2.0, AT + 2.5))
    outside.close()
    [found] = written(folder)
    told = (found["attempts"], found["error"], found["schema_ok"], found["latency_ms"], found["variables"])
    assert told == (3, None, True, 2500.0, None)
    assert found["first_token_ms"] == 2250.0


def test_a_failure_that_stays_alone_is_written_after_a_moment(publisher: LocalPublisher, folder: Path) -> None:
    put(publisher, V1)
    outside = Outside(Spool(folder), publisher, grace_s=0.01)
    outside.failed(STAMPED, "no quota for ana@example.com", TOOK)
    until(lambda: outside.records == 1, "the record")
    outside.close()
    [found] = written(folder)
    assert (found["error"], found["attempts"], found["served"]) == ("no quota for [email]", 1, None)


def test_a_failure_is_not_the_last_word_while_a_call_of_its_stamp_goes_on(
    publisher: LocalPublisher, folder: Path
) -> None:
    """However long the next attempt takes: one request is one record."""
    put(publisher, V1)
    outside = Outside(Spool(folder), publisher, grace_s=0.0)
    outside.calling(STAMPED, "second")
    outside.failed(STAMPED, "busy", TOOK)
    outside.calling(OTHER, "call")
    outside.failed(OTHER, "busy", TOOK)
    outside.ended(OTHER, "call")
    until(lambda: outside.records == 1, "the record of the other request")
    outside.answered(STAMPED, REPLY, TOOK)
    outside.ended(STAMPED, "second")
    outside.close()
    other, found = written(folder)
    assert (other["trace_id"], other["error"]) == (OTHER.trace_id, "busy")
    assert (found["trace_id"], found["attempts"], found["error"]) == (STAMPED.trace_id, 2, None)


def test_attempts_that_nobody_told_of_count(outside: Outside, folder: Path) -> None:
    outside.answered(STAMPED, REPLY, TOOK, failures=2)
    outside.failed(OTHER, "busy", TOOK, calls=3)
    outside.failed(OTHER, "gave up", TOOK, calls=0)
    outside.close()
    answered, failed = written(folder)
    assert (answered["attempts"], failed["attempts"], failed["error"]) == (3, 3, "gave up")


def test_each_further_answer_has_a_trace_id_of_its_own(outside: Outside, folder: Path) -> None:
    outside.retrieved(STAMPED, Retrieval(["d1"], seconds=0.1))
    outside.answered(STAMPED, REPLY, TOOK)
    outside.answered(STAMPED, REPLY, TOOK)
    outside.close()
    first, second = written(folder)
    assert first["trace_id"] == STAMPED.trace_id
    assert second["trace_id"] not in (first["trace_id"], None)
    assert (first["retrieval"]["documents"], second["retrieval"]) == (["d1"], None)


@pytest.mark.parametrize(
    ("models", "fallback", "cost_usd"),
    [((), False, 2e-5), (("one",), False, 2e-5), (("x", "test/two"), True, 2e-5), (("renamed",), False, 2e-5)],
)
def test_which_model_answered(
    models: tuple[str, ...], fallback: bool, cost_usd: float, outside: Outside, folder: Path
) -> None:
    outside.answered(STAMPED, REPLY, TOOK, models, cost=0.7)
    outside.close()
    [found] = written(folder)
    assert (found["fallback"], found["cost_usd"]) == (fallback, pytest.approx(cost_usd))
    assert found["served"] == (artifact("v1", models=("two",)).behavior if fallback else V1.behavior)


def test_without_the_artifact_the_contract_is_unknown(tmp_path: Path, folder: Path) -> None:
    """In a proxy that cannot reach what is published, for instance."""
    outside = Outside(Spool(folder), LocalPublisher(tmp_path / "none", tmp_path / "none"))
    outside.answered(STAMPED, replace(REPLY, tool_calls=({"name": "f", "arguments": {}},)), TOOK, cost=0.7)
    outside.close()
    [found] = written(folder)
    assert (found["schema_ok"], found["served"], found["cost_usd"]) == (None, V1.behavior, 0.7)
    assert found["tool_calls"] == [{"name": "f", "arguments": {}}]
