"""Held against OpenFeature's own client."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason
from openfeature.track import TrackingEventDetails

from registry.errors import SettingsError, UnknownMetric
from registry.runtime import openfeature
from registry.runtime.bucket import bucket
from registry.runtime.client import Client
from registry.runtime.openfeature import PromptshipProvider
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from tests.registry.runtime.conftest import artifact
from tests.registry.runtime.serving import serving, written
from tests.registry.runtime.world import PROMPT, Time, canary, live, put

Publish = Callable[..., RouteTable]
V1, V2 = artifact("v1"), artifact("v2")
IN = next(unit for unit in "abcdefgh" if bucket("rel_2", unit) <= 5000)
OUT = next(unit for unit in "abcdefgh" if bucket("rel_2", unit) > 5000)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def client(publisher: LocalPublisher, publish: Publish, time: Time, tmp_path: Path) -> Iterator[Client]:
    put(publisher, V1, V2)
    publish(live(V1))
    with serving(publisher, tmp_path / "spool", clock=time.clock) as found:
        yield found


@pytest.fixture
def flags(client: Client) -> Iterator[OpenFeatureClient]:
    api.set_provider(PromptshipProvider(client))
    yield api.get_client()
    api.clear_providers()


def of(unit: str | None) -> EvaluationContext:
    return EvaluationContext(targeting_key=unit)


@pytest.mark.parametrize("flag", [PROMPT, "orders.extract"])
def test_live_alone(flag: str, flags: OpenFeatureClient) -> None:
    found = flags.get_string_details(flag, "v0", of("u"))
    assert (found.value, found.variant, found.reason, found.error_code) == ("v1", "live", Reason.STATIC, None)
    assert found.flag_metadata == {
        "behavior": f"bv_{V1.behavior[:12]}",
        "behavior_sha": V1.behavior,
        "served": f"bv_{V1.behavior[:12]}",
        "generation": 1,
    }


@pytest.mark.parametrize(
    ("unit", "version", "arm", "reason"),
    [(IN, "v2", "canary", Reason.SPLIT), (OUT, "v1", "live", Reason.SPLIT), (None, "v1", "live", Reason.STATIC)],
)
def test_a_canary_splits_units(
    unit: str | None, version: str, arm: str, reason: Reason, flags: OpenFeatureClient, publish: Publish, time: Time
) -> None:
    publish(canary(V2, now=time.now))
    time.passed = 1
    found = flags.get_string_details(PROMPT, "v0", of(unit))
    assert (found.value, found.variant, found.reason) == (version, arm, reason)
    again = asyncio.run(flags.get_string_details_async(PROMPT, "v0", of(unit)))
    assert again == found


def test_an_object_holds_what_serves(flags: OpenFeatureClient) -> None:
    found = flags.get_object_value(PROMPT, {}, of("u"))
    assert isinstance(found, dict)
    assert (found["version"], found["arm"], found["model"]) == ("v1", "live", {"provider": "test", "model": "one"})
    assert found["messages"][0] == {"role": "system", "content": "v1"}


def test_what_is_no_version(flags: OpenFeatureClient) -> None:
    missing = flags.get_string_details("other", "v0", of("u"))
    assert (missing.value, missing.error_code) == ("v0", ErrorCode.FLAG_NOT_FOUND)
    for wrong in (
        flags.get_boolean_details(PROMPT, True),
        flags.get_integer_details(PROMPT, 1),
        flags.get_float_details(PROMPT, 1.0),
    ):
        assert wrong.error_code is ErrorCode.TYPE_MISMATCH


def test_an_old_table_is_stale(flags: OpenFeatureClient, time: Time, tmp_path: Path) -> None:
    flags.get_string_value(PROMPT, "v0")
    (tmp_path / "routes/production/table.json").write_bytes(b"{")
    time.passed = 5
    assert flags.get_string_details(PROMPT, "v0").reason is Reason.STALE


def test_tracking_is_feedback(flags: OpenFeatureClient, client: Client, tmp_path: Path) -> None:
    flags.track("thumbs_down", None, TrackingEventDetails(attributes={"trace_id": "tr_1"}))
    flags.track("resolved", None, TrackingEventDetails(0, {"trace_id": "tr_1"}))
    flags.track("page_view")
    with pytest.raises(UnknownMetric):
        flags.track("thumb", None, TrackingEventDetails(attributes={"trace_id": "tr_1"}))
    client.close()
    said = [(line["trace_id"], line["name"], line["value"]) for line in written(tmp_path / "spool", "feedback")]
    assert said == [("tr_1", "thumbs_down", 1.0), ("tr_1", "resolved", 0.0)]


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "openfeature"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, openfeature.__name__)
    with pytest.raises(SettingsError, match=r"promptship\[openfeature\]"):
        importlib.import_module(openfeature.__name__)
