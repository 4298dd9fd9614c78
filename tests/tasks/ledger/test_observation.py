from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tasks.canary.declaring import PLANNED
from tasks.ledger import assignment, event, feedback, observation, release, trace
from tasks.ledger.assignment import Assigned, Assignment
from tasks.ledger.feedback import Feedback
from tasks.ledger.observation import Observation, Windows
from tasks.ledger.release import Release
from tasks.ledger.store import Store
from tasks.ledger.trace import Trace

Make = Callable[..., Trace]
WINDOWS = Windows(timedelta(seconds=60), timedelta(minutes=30))


class Traffic:
    """Writes requests of units, ingested `delay` seconds after they began."""

    def __init__(self, store: Store, start: datetime, make: Make, assigned: Callable[..., Assignment]) -> None:
        self.store, self.start, self.make, self.assigned = store, start, make, assigned
        self.number = 0

    def request(self, unit: str, second: float, *, assign: bool = False, delay: float = 1, **changes: Any) -> Trace:
        self.number += 1
        ts = self.start + timedelta(seconds=second)
        made = self.make(self.number, ts=ts, unit=unit, **changes)
        at = ts + timedelta(seconds=delay)
        self.store.tx(lambda tx: trace.insert_many(tx, [made], at))
        if assign:
            self.store.tx(lambda tx: assignment.insert_many(tx, [self.assigned(made)], at))
        return made

    def say(self, of: Trace, second: float, name: str, value: float, delay: float = 1) -> None:
        said = Feedback(of.trace_id, self.start + timedelta(seconds=second), name, value, "app")
        at = said.at + timedelta(seconds=delay)
        self.store.tx(lambda tx: feedback.insert_many(tx, [said], at))

    def seen(self, second: float, windows: Windows = WINDOWS, after: float | None = None) -> list[Observation]:
        now = self.start + timedelta(seconds=second)
        since = None if after is None else self.start + timedelta(seconds=after)
        row = release.get(self.store, "rel_1")
        return observation.unit_observations(self.store, row, now, windows, since)

    def seconds(self, one: Observation) -> float:
        return (one.closed_at - self.start).total_seconds()


@pytest.fixture
def traffic(
    store: Store, start: datetime, a_trace: Make, assigned: Callable[..., Assignment], a_release: Callable[..., Release]
) -> Traffic:
    store.tx(lambda tx: release.insert(tx, a_release(started_at=start - timedelta(hours=1))))
    return Traffic(store, start, a_trace, assigned)


@pytest.mark.parametrize(("delay", "closed"), [(1, 60), (60, 60), (90, 90)])
def test_a_unit_closes_when_its_window_is_over_and_its_first_request_is_in(
    traffic: Traffic, delay: float, closed: float
) -> None:
    traffic.request("u", 0, assign=True, delay=delay)
    assert traffic.seen(closed - 1) == []
    (one,) = traffic.seen(closed)
    assert (one.unit, one.arm, one.share_bps, one.intent, one.window) == ("u", "live", 500, "other", "answer")
    assert traffic.seconds(one) == closed


def test_no_window_means_the_first_request_alone(traffic: Traffic) -> None:
    traffic.request("u", 0, assign=True, schema_ok=True)
    traffic.request("u", 0.5, schema_ok=False, delay=0.2)
    (one,) = traffic.seen(1, Windows(timedelta(0), timedelta(0)))
    assert (one.values["schema_ok"], traffic.seconds(one)) == (1.0, 1)


REDUCED: list[tuple[str, list[Any], float | None]] = [
    ("schema_ok", [True, False, True], 0.0),
    ("schema_ok", [True, None], 1.0),
    ("schema_ok", [None, None], None),
    ("refusal", [False, True], 1.0),
    ("refusal", [None, False], 0.0),
    ("error", [None, "timeout"], 1.0),
    ("error", [None, None], 0.0),
    ("fallback", [False, False, True], 1.0),
    ("tool_calls", [None, None], None),
    ("tool_calls", [[], [{"name": "a", "error": None}]], 0.0),
    ("tool_calls", [[], [{"name": "a"}, {"name": "b", "error": "denied"}]], 1.0),
    ("latency_ms", [1000.0, 3000.0], 2.0),
    ("latency_ms", [None, 500.0], 0.5),
    ("cost_usd", [None, None], None),
    ("prompt_tokens", [10, 30, 20], 20.0),
]
METRIC_OF = {"tool_calls": "tool_error", "latency_ms": "latency", "cost_usd": "cost"}


@pytest.mark.parametrize(("column", "values", "expected"), REDUCED)
def test_requests_become_one_value(traffic: Traffic, column: str, values: list[Any], expected: float | None) -> None:
    for place, value in enumerate(values):
        traffic.request("u", 10 * place, assign=place == 0, **{column: value})
    (one,) = traffic.seen(60)
    assert set(one.values) == set(observation.ANSWER_METRICS)
    assert one.values[METRIC_OF.get(column, column)] == expected


def test_what_comes_after_the_window_or_too_late_is_not_counted(traffic: Traffic) -> None:
    traffic.request("u", 0, assign=True, latency_ms=1000.0)
    traffic.request("u", 59, delay=10, latency_ms=9000.0)
    traffic.request("u", 61, latency_ms=9000.0)
    (one,) = traffic.seen(3600)
    assert one.values["latency"] == 1.0


def test_what_was_closed_once_never_changes(traffic: Traffic) -> None:
    traffic.request("u", 0, assign=True, schema_ok=True)
    before = traffic.seen(60)
    late = traffic.request("u", 30, delay=500, schema_ok=False)
    traffic.store.tx(
        lambda tx: assignment.insert_many(
            tx, [traffic.assigned(late, arm="canary", share_bps=2500, first_seen_at=traffic.start)], late.ts
        )
    )
    assert traffic.seen(3600) == before


def test_a_unit_keeps_the_arm_of_its_first_request(traffic: Traffic) -> None:
    traffic.request("u", 0, assign=True, arm="live", latency_ms=1000.0)
    traffic.request("u", 20, assign=True, arm="canary", latency_ms=5000.0)
    traffic.request("w", 5, assign=True, arm="canary")
    found = {one.unit: one for one in traffic.seen(3600)}
    assert (found["u"].arm, found["u"].values["latency"], found["w"].arm) == ("live", 1.0, "canary")
    row = release.get(traffic.store, "rel_1")
    assert observation.crossed(traffic.store, row, traffic.start + timedelta(hours=1)) == 1
    assert assignment.counts(traffic.store, "rel_1") == [Assigned(500, "canary", 1), Assigned(500, "live", 1)]
    assert assignment.key_ids(traffic.store, "rel_1") == ["k1"]


def test_units_of_a_canary_against_another_baseline_are_left_out(traffic: Traffic) -> None:
    """Also those that came again; late ones of the old routes as well."""
    traffic.request("u", 0, assign=True, generation=3)
    payload = {"generation": 5}
    traffic.store.tx(
        lambda tx: event.append(
            tx,
            kind=PLANNED,
            actor="test",
            subjects={"release_id": "rel_1"},
            payload=payload,
            at=traffic.start,
        )
    )
    traffic.request("late", 10, assign=True, generation=5)
    traffic.request("u", 20, assign=True, generation=6)
    traffic.request("w", 30, assign=True, generation=6)
    assert [one.unit for one in traffic.seen(3600)] == ["w"]
    assert assignment.counts(traffic.store, "rel_1") == [Assigned(500, "live", 1)]


def test_units_without_assignment_or_answer_are_no_observations(traffic: Traffic) -> None:
    traffic.request("anonymous", 0)
    unanswered = traffic.make(99, unit="lost")
    traffic.store.tx(lambda tx: assignment.insert_many(tx, [traffic.assigned(unanswered)], traffic.start))
    other = traffic.make(98, unit="other", environment="staging")
    traffic.store.tx(lambda tx: trace.insert_many(tx, [other], other.ts))
    assert traffic.seen(3600) == []
    assert sum(row.units for row in assignment.counts(traffic.store, "rel_1")) == 1


def test_the_order_is_of_closing_then_unit(traffic: Traffic) -> None:
    for unit, second in [("b", 0.0), ("c", 5.0), ("a", 0.0)]:
        traffic.request(unit, second, assign=True)
    assert [one.unit for one in traffic.seen(3600)] == ["a", "b", "c"]
    assert [one.unit for one in traffic.seen(3600, after=62)] == ["c"]


def test_the_applications_own_metrics_and_tools(traffic: Traffic) -> None:
    windows = Windows(WINDOWS.answer, WINDOWS.unit, own={"stars": "mean", "cut": "any"}, tools=("find", "send"))
    traffic.request("u", 0, assign=True, metrics={"stars": 4.0, "other": 1.0}, tool_calls=[{"name": "find"}])
    traffic.request("u", 9, metrics={"stars": 1.0}, tool_calls=[])
    (one,) = traffic.seen(60, windows)
    added = {name: value for name, value in one.values.items() if name not in observation.ANSWER_METRICS}
    assert added == {"stars": 2.5, "cut": None, "tool_call:find": 1.0, "tool_call:send": 0.0}


def test_feedback_closes_a_unit_a_second_time(traffic: Traffic) -> None:
    asked = Windows(WINDOWS.answer, WINDOWS.unit, feedback={"thumbs_down": "any", "resolved": "all", "stars": "mean"})
    first = traffic.request("u", 0, assign=True)
    later = traffic.request("u", 600)
    traffic.request("silent", 0, assign=True)
    for second, name, value in [(700, "thumbs_down", 1.0), (20, "thumbs_down", 0.0), (20, "resolved", 1.0)]:
        traffic.say(later, second, name, value)
    traffic.say(first, 1900, "stars", 5.0)
    assert [one.window for one in traffic.seen(1799, asked)] == ["answer", "answer"]
    said = {one.unit: one for one in traffic.seen(1800, asked) if one.window == "feedback"}
    assert said["u"].values == {"thumbs_down": 1.0, "resolved": 1.0, "stars": None}
    assert said["silent"].values == {"thumbs_down": 0.0, "resolved": 0.0, "stars": None}
    assert traffic.seconds(said["u"]) == 1800
    assert feedback.names(traffic.store, "production", "order-extract", traffic.start) == [
        "resolved",
        "stars",
        "thumbs_down",
    ]
    assert traffic.seen(1800, asked, after=61) == [said["silent"], said["u"]]


def test_history_is_what_live_served(traffic: Traffic) -> None:
    traffic.request("u", 0, latency_ms=1000.0)
    traffic.request("u", 30, latency_ms=3000.0)
    traffic.request("canary", 0, arm="canary")
    traffic.request("older", 0, intended="f" * 64)
    found = observation.history(
        traffic.store,
        "production",
        "order-extract",
        "b" * 64,
        since=traffic.start,
        until=traffic.start + timedelta(hours=1),
        windows=WINDOWS,
    )
    assert [(one.unit, one.values["latency"], one.share_bps) for one in found] == [("u", 2.0, 0)]


def test_after_promotion_new_units_of_live_are_compared_with_those_of_the_holdback(traffic: Traffic) -> None:
    row = release.get(traffic.store, "rel_1")
    new: dict[str, Any] = {"arm": "live", "intended": row.to_behavior}
    old: dict[str, Any] = {"arm": "holdback", "release_id": "rel_1"}
    traffic.request("counted", 0, assign=True)
    traffic.request("stale", 98, **new)
    other: dict[str, Any] = {"arm": "holdback", "release_id": "rel_0"}
    asked = [("a", new), ("b", old), ("counted", new), ("other", other), ("stale", {})]
    for number, (unit, fields) in enumerate(asked):
        traffic.request(unit, 100 + number, **fields)
    since, now = traffic.start + timedelta(seconds=99), traffic.start + timedelta(hours=1)
    found = observation.held_observations(traffic.store, row, now, WINDOWS, since=since, share_bps=7000)
    assert [(one.unit, one.arm, one.share_bps) for one in found] == [("a", "canary", 7000), ("b", "live", 7000)]
    late = observation.held_observations(
        traffic.store, row, now, WINDOWS, since=since, share_bps=7000, after=found[1].closed_at
    )
    assert late == found[1:]
