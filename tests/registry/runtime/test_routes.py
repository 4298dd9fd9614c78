from __future__ import annotations

import pytest

from registry.errors import NoRoute, RoutingError
from registry.runtime.bucket import bucket
from registry.runtime.routes import Arm, Canary, Holdback, Pinned, Route, RouteTable, arm_of, parse
from tests.registry.runtime.conftest import AT

A, B, C = "a" * 64, "b" * 64, "c" * 64
CANARY = Canary(
    version="v2",
    behavior=B,
    release="rel_2",
    share_bps=500,
    salt="rel_2",
    lease_expires_at=AT,
    lease_seconds=120,
    lease_seq=1,
)
HOLDBACK = Holdback(version="v0", behavior=C, release="rel_1", share_bps=500, salt="rel_1", until=AT)
ROUTE = Route(use_case="orders.extract", live=Pinned(version="v1", behavior=A), canary=CANARY, holdback=HOLDBACK)
UNITS = [f"user-{number}" for number in range(4000)]


def unit_where(salt: str, low: int, high: int, other: str, other_low: int, other_high: int) -> str:
    return next(
        unit for unit in UNITS
        if low <= bucket(salt, unit) <= high and other_low <= bucket(other, unit) <= other_high
    )  # fmt: skip


IN_BOTH = unit_where("rel_2", 1, 500, "rel_1", 9501, 10_000)
IN_CANARY = unit_where("rel_2", 1, 500, "rel_1", 1, 9500)
IN_HOLDBACK = unit_where("rel_2", 501, 10_000, "rel_1", 9501, 10_000)
IN_NONE = unit_where("rel_2", 501, 10_000, "rel_1", 1, 9500)


@pytest.mark.parametrize(
    ("unit", "lease", "holdback", "arm"),
    [
        (IN_BOTH, True, True, "holdback"),
        (IN_BOTH, True, False, "canary"),
        (IN_BOTH, False, False, "live"),
        (IN_CANARY, True, True, "canary"),
        (IN_CANARY, False, True, "live"),
        (IN_HOLDBACK, True, True, "holdback"),
        (IN_HOLDBACK, True, False, "live"),
        (IN_NONE, True, True, "live"),
        (None, True, True, "live"),
    ],
)
def test_arm(unit: str | None, lease: bool, holdback: bool, arm: Arm) -> None:
    assert arm_of(ROUTE, unit, lease, holdback) == arm


def test_a_growing_share_keeps_its_units() -> None:
    def units(share_bps: int) -> set[str]:
        route = Route(use_case="x", live=ROUTE.live, canary=CANARY.model_copy(update={"share_bps": share_bps}))
        return {unit for unit in UNITS if arm_of(route, unit, True) == "canary"}

    small, large = units(100), units(500)
    assert small < large
    assert len(large) == pytest.approx(200, abs=50)


def test_units_of_a_holdback_never_saw_the_canary() -> None:
    """The holdback keeps the salt of its release: the canary had the first buckets, the holdback has the last."""
    canary = Route(use_case="x", live=ROUTE.live, canary=CANARY.model_copy(update={"share_bps": 5000}))
    after = Route(use_case="x", live=ROUTE.live, holdback=HOLDBACK.model_copy(update={"salt": "rel_2"}))
    saw = {unit for unit in UNITS if arm_of(canary, unit, True) == "canary"}
    held = {unit for unit in UNITS if arm_of(after, unit, False) == "holdback"}
    assert held
    assert not saw & held


def table() -> RouteTable:
    empty = RouteTable.empty("production")
    return empty.model_copy(update={"prompts": {"order-extract": ROUTE}, "generation": 3})


def test_a_table_survives_json() -> None:
    again = parse(table().model_dump_json().encode(), "here")
    assert again == table()
    assert '"lease_expires_at":"2026-11-21T12:00:00Z"' in table().model_dump_json()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2}', b'{"format": 1, "extra": 1}'])
def test_what_is_no_table(content: bytes) -> None:
    with pytest.raises(RoutingError, match="here"):
        parse(content, "here")


def test_lookups() -> None:
    assert table().prompt_of("orders.extract") == "order-extract"
    assert table().route("order-extract") == ROUTE
    with pytest.raises(NoRoute, match=r"orders\.none.*orders\.extract"):
        table().prompt_of("orders.none")
    with pytest.raises(NoRoute, match="reply-draft"):
        table().route("reply-draft")
