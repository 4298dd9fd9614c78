from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from registry.errors import AttemptClosed, NoRoute, RoutingError
from registry.runtime import routes_change as change
from registry.runtime.routes import Canary, Pinned, RouteTable
from tests.registry.runtime.conftest import AT

P = "order-extract"
SHA = {version: character * 64 for version, character in zip(("v1", "v2", "v3", "v4"), "abcd", strict=True)}


def pinned(version: str) -> Pinned:
    return Pinned(version=version, behavior=SHA[version])


def canary(version: str = "v2", release: str = "rel_2", share_bps: int = 500) -> Canary:
    return Canary(
        version=version,
        behavior=SHA[version],
        release=release,
        share_bps=share_bps,
        salt=release,
        lease_expires_at=AT + timedelta(seconds=120),
        lease_seconds=120,
        lease_seq=1,
    )


def first() -> RouteTable:
    return change.go_live(RouteTable.empty("production"), P, "orders.extract", pinned("v1"))


def with_canary(version: str = "v2", release: str = "rel_2", share_bps: int = 500) -> RouteTable:
    return change.start_canary(first(), P, canary(version, release, share_bps), baseline=SHA["v1"])


def promoted(holdback_bps: int = 500) -> RouteTable:
    return change.promote(
        with_canary(), P, "rel_2", pinned("v2"),
        baseline=SHA["v1"], by="release", at=AT, holdback_bps=holdback_bps, holdback_until=AT + timedelta(hours=24),
    )  # fmt: skip


def test_the_next_generation_bears_its_operation() -> None:
    found = change.stamped(first(), operation="op_1", at=AT, by="release rel_1")
    assert (found.generation, found.operation, found.written_at, found.written_by) == (1, "op_1", AT, "release rel_1")


def test_first_version() -> None:
    route = first().route(P)
    assert route.live == pinned("v1")
    assert [(entry.version, entry.certified) for entry in route.served] == [("v1", True)]
    assert change.go_live(first(), P, "orders.extract", pinned("v1")) == first()


@pytest.mark.parametrize(
    ("prompt", "use_case", "says"), [(P, "orders.extract", "live already"), ("other", "orders.extract", "served by")]
)
def test_first_version_refused(prompt: str, use_case: str, says: str) -> None:
    with pytest.raises(RoutingError, match=says):
        change.go_live(first(), prompt, use_case, pinned("v2"))


def test_canary_starts_once() -> None:
    table = with_canary()
    assert table.route(P).canary == canary()
    assert change.start_canary(table, P, canary(share_bps=900), baseline=SHA["v1"]) is table


@pytest.mark.parametrize(
    ("before", "wanted", "baseline", "says"),
    [
        (with_canary, canary("v3", "rel_3"), "v1", "rel_2 is running"),
        (first, canary("v1"), "v1", "behaves like live"),
        (first, canary("v2"), "v3", "no longer live"),
        (first, canary("v2", share_bps=10_000), "v1", "cannot take 10000"),
        (promoted, canary("v3", "rel_3", 5001), "v2", "beside the holdback"),
    ],
)
def test_canary_refused(before: Callable[[], RouteTable], wanted: Canary, baseline: str, says: str) -> None:
    with pytest.raises(RoutingError, match=says):
        change.start_canary(before(), P, wanted, baseline=SHA[baseline])


def test_a_canary_fits_beside_a_holdback_up_to_half() -> None:
    table = change.start_canary(promoted(), P, canary("v3", "rel_3", 5000), baseline=SHA["v2"])
    assert table.route(P).holdback is not None
    with pytest.raises(RoutingError, match="beside the holdback"):
        change.set_share(table, P, "rel_3", 5001)


def test_share_and_lease() -> None:
    table = change.set_share(with_canary(), P, "rel_2", 2500)
    later = AT + timedelta(hours=1)
    found = change.renew_lease(table, P, "rel_2", now=later, seconds=20).route(P).canary
    assert found is not None
    assert (found.share_bps, found.lease_seq, found.lease_seconds) == (2500, 2, 20)
    assert found.lease_expires_at == later + timedelta(seconds=20)


def test_withdrawing_closes_for_good() -> None:
    table = change.withdraw_canary(with_canary(), P, "rel_2", by="automation", at=AT, reason="error rate")
    assert table.route(P).canary is None
    assert change.withdraw_canary(table, P, "rel_2", by="operator", at=AT, reason="again") is table
    calls: list[Callable[[], RouteTable]] = [
        lambda: change.start_canary(table, P, canary(), baseline=SHA["v1"]),
        lambda: change.set_share(table, P, "rel_2", 900),
        lambda: change.renew_lease(table, P, "rel_2", now=AT, seconds=20),
        lambda: change.promote(table, P, "rel_2", pinned("v2"), baseline=SHA["v1"], by="release", at=AT),
    ]
    for call in calls:
        with pytest.raises(AttemptClosed, match=r"automation.*error rate"):
            call()


def test_withdrawing_leaves_the_canary_of_another() -> None:
    table = change.withdraw_canary(with_canary(), P, "rel_9", by="operator", at=AT, reason="rejected at the gate")
    assert table.route(P).canary == canary()
    assert change.is_closed(table.route(P), "rel_9")


def test_a_canary_that_is_gone_is_not_carried_on() -> None:
    with pytest.raises(RoutingError, match="no canary runs"):
        change.renew_lease(first(), P, "rel_2", now=AT, seconds=20)
    with pytest.raises(RoutingError, match="that of rel_2"):
        change.set_share(with_canary(), P, "rel_3", 900)


def test_promotion() -> None:
    route = promoted().route(P)
    assert route.live == pinned("v2")
    assert route.canary is None
    assert [entry.version for entry in route.served] == ["v2", "v1"]
    assert route.holdback is not None
    assert (route.holdback.version, route.holdback.salt, route.holdback.share_bps) == ("v1", "rel_2", 500)
    assert [(entry.release, entry.reason) for entry in route.closed] == [("rel_2", "promoted")]


def test_promotion_is_done_once() -> None:
    again = change.promote(promoted(), P, "rel_2", pinned("v2"), baseline=SHA["v1"], by="release", at=AT)
    assert again == promoted()


def test_promotion_without_a_canary_and_without_a_holdback() -> None:
    found = change.promote(first(), P, "rel_2", pinned("v2"), baseline=SHA["v1"], by="release", at=AT).route(P)
    assert (found.live, found.holdback) == (pinned("v2"), None)


@pytest.mark.parametrize(
    ("release", "version", "baseline", "says"),
    [
        ("rel_2", "v2", "v3", "no longer live"),
        ("rel_3", "v3", "v1", "that of rel_2"),
        ("rel_2", "v3", "v1", "is not v3"),
    ],
)
def test_promotion_refused(release: str, version: str, baseline: str, says: str) -> None:
    with pytest.raises(RoutingError, match=says):
        change.promote(with_canary(), P, release, pinned(version), baseline=SHA[baseline], by="release", at=AT)


def test_a_holdback_must_not_hold_units_of_the_canary() -> None:
    table = with_canary(share_bps=9800)
    with pytest.raises(RoutingError, match="meets units"):
        change.promote(
            table,
            P,
            "rel_2",
            pinned("v2"),
            baseline=SHA["v1"],
            by="release",
            at=AT,
            holdback_bps=500,
            holdback_until=AT,
        )


def test_rollback_takes_what_it_names() -> None:
    table = change.start_canary(promoted(), P, canary("v3", "rel_3"), baseline=SHA["v2"])
    found = change.roll_back(table, P, taking=SHA["v2"])
    route = found.route(P)
    assert (route.live, route.canary, route.holdback) == (pinned("v1"), None, None)
    assert [entry.version for entry in route.served] == ["v1"]
    assert not change.is_closed(route, "rel_3")
    assert change.roll_back(found, P, taking=SHA["v2"]) is found


def three_served() -> RouteTable:
    return change.promote(promoted(), P, "rel_3", pinned("v3"), baseline=SHA["v2"], by="release", at=AT)


def test_rollback_skips_what_is_not_certified() -> None:
    table = change.uncertify(three_served(), P, SHA["v2"])
    assert change.uncertify(table, P, SHA["v2"]) is table
    route = change.roll_back(table, P, taking=SHA["v3"]).route(P)
    assert route.live == pinned("v1")
    assert [(entry.version, entry.certified) for entry in route.served] == [("v1", True), ("v2", False)]


def test_rollback_without_a_target() -> None:
    with pytest.raises(NoRoute, match="no certified version before v1"):
        change.roll_back(first(), P, taking=SHA["v1"])


def test_rehearsal_certifies() -> None:
    table = change.certify(change.uncertify(three_served(), P, SHA["v2"]), P, SHA["v2"])
    assert change.roll_back(table, P, taking=SHA["v3"]).route(P).live == pinned("v2")
    with pytest.raises(NoRoute, match="never served"):
        change.certify(table, P, SHA["v4"])


def test_pin() -> None:
    table = change.pin(change.start_canary(promoted(), P, canary("v3", "rel_3"), baseline=SHA["v2"]), P, pinned("v1"))
    route = table.route(P)
    assert (route.live, route.canary, route.holdback) == (pinned("v1"), None, None)
    assert [(entry.version, entry.certified) for entry in route.served] == [("v1", True), ("v2", True)]
    assert change.pin(table, P, pinned("v1")) is table
    assert change.pin(table, P, pinned("v4")).route(P).served[0].certified is False


def test_the_end_of_a_holdback() -> None:
    table = promoted()
    assert change.end_holdback(table, P, "rel_9") is table
    assert change.end_holdback(table, P, "rel_2").route(P).holdback is None


def test_the_last_twenty_closed_are_kept() -> None:
    table = first()
    for number in range(25):
        table = change.withdraw_canary(table, P, f"rel_{number}", by="operator", at=AT, reason="test")
    assert [entry.release for entry in table.route(P).closed] == [f"rel_{number}" for number in range(5, 25)]


def test_nothing_else_changes() -> None:
    """Each change is of one prompt; the table it came from stays as it was."""
    table = change.go_live(first(), "reply-draft", "replies.draft", pinned("v4"))
    before = table.model_dump_json()
    after = change.start_canary(table, P, canary(), baseline=SHA["v1"])
    assert after.route("reply-draft") == table.route("reply-draft")
    assert table.model_dump_json() == before
