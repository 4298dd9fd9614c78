from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.runtime.routes import Canary, Holdback, Pinned, Route, RouteTable
from registry.serving import serving

SHA = "a" * 64
AT = datetime(2026, 1, 1, tzinfo=UTC)
TAKEN: dict[str, Any] = {"behavior": SHA, "release": "rel_1", "salt": "rel_1"}
CANARY = Canary(version="v3", share_bps=500, lease_expires_at=AT, lease_seconds=60, lease_seq=1, **TAKEN)
HOLDBACK = Holdback(version="v1", share_bps=1000, until=AT + timedelta(hours=1), **TAKEN)


def table(name: str, **arms: Any) -> RouteTable:
    route = Route(use_case="people.greet", live=Pinned(version="v2", behavior=SHA), **arms)
    return RouteTable.empty(name).model_copy(update={"prompts": {"greet": route}})


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        ({}, ["v2: live in production"]),
        ({"canary": CANARY}, ["v2: live in production", "v3: 5 % canary in production"]),
        ({"holdback": HOLDBACK}, ["v2: live in production", "v1: 10 % holdback in production"]),
    ],
)
def test_every_arm_is_told(arms: dict[str, Any], expected: list[str]) -> None:
    assert [f"{one.version}: {one.said}" for one in serving([table("production", **arms)], "greet")] == expected


def test_every_environment_is_asked() -> None:
    found = serving([table("production"), RouteTable.empty("demo"), table("staging")], "greet")
    assert [one.environment for one in found] == ["production", "staging"]
    assert serving([table("production")], "other") == []
