"""What a rollback takes away, as a table over routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from registry.errors import UsageError
from registry.runtime.routes import Canary, Pinned, Route
from tasks.release.rollback_order import RollbackOrder
from tasks.release.rolling_back import Plan, decide

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIVE, NEW = "a" * 64, "b" * 64


def _route(canary: bool) -> Route:
    running = Canary(
        version="v3",
        behavior=NEW,
        release="rel_1",
        share_bps=100,
        salt="s",
        lease_expires_at=NOW,
        lease_seconds=9,
        lease_seq=0,
    )
    return Route(use_case="u", live=Pinned(version="v2", behavior=LIVE), canary=running if canary else None)


def order(**fields: Any) -> RollbackOrder:
    return RollbackOrder(prompt="p", reason="prices are wrong", by="ana", **fields)


@pytest.mark.parametrize(
    ("canary", "fields", "withdraws", "taking"),
    [
        (False, {}, False, LIVE),
        (False, {"taking": LIVE[:12]}, False, LIVE),
        (False, {"taking": NEW}, False, None),
        (False, {"to": "v1"}, False, LIVE),
        (True, {}, True, None),
        (True, {"also_live": True}, True, LIVE),
        (True, {"to": "v1"}, True, LIVE),
        (True, {"taking": NEW[:12]}, True, None),
        (True, {"taking": NEW, "also_live": True}, True, LIVE),
        (True, {"taking": LIVE}, False, LIVE),
        (True, {"taking": LIVE, "also_live": True}, True, LIVE),
        (True, {"taking": "c" * 12, "also_live": True}, False, None),
        (True, {"release": "rel_1"}, True, None),
        (True, {"release": "rel_0"}, False, None),
        (False, {"release": "rel_1"}, False, None),
    ],
)
def test_what_is_taken_away(canary: bool, fields: dict[str, Any], withdraws: bool, taking: str | None) -> None:
    route = _route(canary)
    assert decide(route, order(**fields).checked()) == Plan(route.canary if withdraws else None, taking)


@pytest.mark.parametrize(("given", "checked"), [(None, None), ("bv_0123456789ab", "0123456789ab"), (LIVE, LIVE)])
def test_a_behavior_is_named_with_its_prefix_or_without(given: str | None, checked: str | None) -> None:
    assert order(taking=given).checked().taking == checked


def test_a_behavior_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no behavior version"):
        order(taking="v2").checked()
