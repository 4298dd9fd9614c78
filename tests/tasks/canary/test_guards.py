from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from registry.artifact import Change, Expected, Guard
from registry.metrics import metric
from registry.models import Price
from registry.policy import Policy
from tasks.canary.freezing import freeze
from tasks.canary.guards import Note, choose
from tasks.canary.history import History
from tasks.canary.margin import ROOM
from tasks.canary.plan import Plan
from tasks.canary.planning import forecast
from tasks.canary.scale import worse
from tests.tasks.canary.policies import DEMO, HIGH, LOW, MEDIUM

NOW = datetime(2026, 11, 21, tzinfo=UTC)
RNG = np.random.default_rng(3)
LATENCIES = tuple(float(value) for value in np.exp(RNG.normal(0.0, 0.7, 2000)))
COSTS = tuple(float(value) for value in np.exp(RNG.normal(-6.0, 0.5, 2000)))
REFUSALS = (1.0,) * 8 + (0.0,) * 1992
Values = Mapping[str, Mapping[str, Sequence[float]]]
SEEN: Values = {"refusal": {"refund": REFUSALS, "order": REFUSALS}, "latency": {"refund": LATENCIES}}


def change(guards: Sequence[Guard] = (), expected: Sequence[Expected] = ()) -> Change:
    return Change(author="ana", why="a test", guards=tuple(guards), expected=tuple(expected))


def note(
    *, margins: Mapping[str, float] | None = None, scale: float = 1.0, price: Price | None = None, **parts: Any
) -> Note:
    return Note(change(**parts), margins, scale, metric, price)


def rules(given: Note, collected: Sequence[str] = ("refusal", "latency")) -> dict[str, float]:
    return {rule.key: rule.limit for rule in choose(given, collected)[0]}


def test_defaults_of_what_was_collected() -> None:
    assert rules(note()) == {"refusal max_increase": 0.005, "latency max_ratio": 1.1, "latency_tail max_increase": 0.02}


def test_high_risk_halves_the_defaults_and_not_what_was_declared() -> None:
    declared = note(scale=0.5, guards=[Guard(metric="refusal", max_increase=0.01)])
    assert rules(declared) == {
        "refusal max_increase": 0.01,
        "latency max_ratio": pytest.approx(1.05),
        "latency_tail max_increase": 0.01,
    }


def test_two_sided_metrics_are_watched_on_both_sides() -> None:
    found = rules(note(), ["output_tokens", "tool_call:search"])
    assert found == {
        "output_tokens max_ratio": pytest.approx(1.1),
        "output_tokens min_ratio": pytest.approx(0.9),
        "tool_call:search max_increase": 0.05,
        "tool_call:search max_decrease": 0.05,
    }


def test_a_declared_side_replaces_its_default_only() -> None:
    found = rules(note(guards=[Guard(metric="output_tokens", max_ratio=2.0)]), ["output_tokens"])
    assert found == {"output_tokens max_ratio": 2.0, "output_tokens min_ratio": pytest.approx(0.9)}


def test_what_live_traffic_cannot_show_is_named() -> None:
    watched, left_out = choose(note(guards=[Guard(metric="score", max_decrease=0.02)]), [])
    assert watched == []
    assert left_out[0].metric == "score"
    assert not left_out[0].blocks


def test_margins_of_a_weakened_environment_replace_everything() -> None:
    declared = [Guard(metric="refusal", max_increase=0.005, per="intent"), Guard(metric="latency", max_ratio=1.5)]
    watched, _ = choose(note(margins={"schema_ok": 0.15, "refusal": 0.15, "error": 0.15}, guards=declared), [])
    assert {rule.key: rule.limit for rule in watched} == {
        "schema_ok max_decrease": 0.15,
        "refusal max_increase": 0.15,
        "error max_increase": 0.15,
    }
    assert [rule.replaced for rule in watched] == [
        "max_decrease 0.02 (default)",
        "max_increase 0.005 per intent",
        "max_increase 0.005 (default)",
    ]
    assert {rule.source for rule in watched} == {"environment"}


def test_a_margin_for_what_is_not_measured_is_left_out() -> None:
    watched, left_out = choose(note(margins={"schema_ok": 0.15, "refusal": 0.15}), ["refusal"])
    assert [rule.measure.name for rule in watched] == ["refusal"]
    assert [(left.metric, left.blocks) for left in left_out] == [("schema_ok", False)]


def frozen(given: Note, policy: Any = LOW, values: Values = SEEN, traffic: float | None = 20_000) -> Plan:
    return freeze(given, policy, History(values, traffic), started_at=NOW)


def test_the_plan_of_an_environment() -> None:
    plan = frozen(note())
    assert plan.ramp == (500, 2500, 10_000)
    assert (plan.alpha, plan.hold_at, plan.min_units, plan.first_step_units) == (0.05, 4.0, 50, 50)
    assert plan.dwell == timedelta(minutes=15)
    assert plan.intents == ("refund", "order", "other")
    assert sum(watch.weight for watch in plan.watches) == pytest.approx(1.0)
    assert Plan.load(plan.dump()) == plan


@pytest.mark.parametrize(
    ("rules", "ramp"),
    [
        (LOW, (500, 2500, 10_000)),
        (MEDIUM, (100, 500, 2500, 10_000)),
        (HIGH, (100, 500, 1000, 2500, 5000, 10_000)),
    ],
    ids=["low", "medium", "high"],
)
def test_the_higher_the_risk_the_slower_the_ramp(rules: Policy, ramp: tuple[int, ...]) -> None:
    assert frozen(note(), rules).ramp == ramp


def test_the_second_attempt_has_half_the_alpha() -> None:
    assert freeze(note(), LOW, History(SEEN), started_at=NOW, attempt=3).alpha == pytest.approx(0.05 / 4)


def test_low_traffic_has_its_own_ramp() -> None:
    plan = frozen(note(), traffic=1500)
    assert plan.low_traffic
    assert (plan.ramp, plan.first_step_units, plan.deadline) == ((1000, 5000, 10_000), 25, timedelta(days=14))
    assert not frozen(note(), DEMO, traffic=1500).low_traffic


def test_high_risk_asks_for_intents() -> None:
    plan = frozen(note(scale=0.5), HIGH)
    assert (plan.intent_ni, plan.alpha, plan.min_total) == (2.0, 0.01, timedelta(hours=24))
    refusal = next(watch for watch in plan.watches if watch.metric == "refusal")
    assert plan.intent_margins(refusal, "refund") == pytest.approx((0.005,))


def test_margins_on_the_scale_of_a_continuous_metric() -> None:
    latency = next(watch for watch in frozen(note()).watches if watch.metric == "latency")
    width = latency.scale.high - latency.scale.low
    assert latency.delta == pytest.approx(math.log(1.1) / width)
    assert latency.prior.mean == pytest.approx(0.5, abs=0.03)
    slower = worse(latency.scale, 1.1) - worse(latency.scale, 1.0)
    assert slower == pytest.approx(latency.delta)


def test_a_narrow_scale_gets_room() -> None:
    narrow = {"latency": {"other": tuple(float(v) for v in np.exp(RNG.normal(0.0, 0.05, 500)))}}
    given = note(guards=[Guard(metric="latency", max_ratio=1.5)])
    latency = next(watch for watch in frozen(given, values=narrow).watches if watch.metric == "latency")
    assert latency.delta == pytest.approx(ROOM)


def test_the_tail_is_beyond_lives_frozen_quantile() -> None:
    tail = next(watch for watch in frozen(note()).watches if watch.metric == "latency_tail")
    assert tail.prior.mean == pytest.approx(0.05, abs=0.002)
    assert worse(tail.scale, 100.0) == 1.0
    assert worse(tail.scale, 1.0) == 0.0


@pytest.mark.parametrize(("values", "declared", "blocks"), [((1.0,) * 50, True, False), ((), True, True)])
def test_what_has_no_scale_is_left_out(values: tuple[float, ...], declared: bool, blocks: bool) -> None:
    plan = frozen(note(guards=[Guard(metric="latency", max_ratio=1.5)]), values={"latency": {"other": values}})
    assert [left.blocks for left in plan.left_out if left.metric == "latency"] == [blocks]
    assert all(watch.metric != "latency" for watch in plan.watches)


def test_an_announced_effect_widens_the_default() -> None:
    plan = frozen(note(expected=[Expected(metric="refusal", direction="up", by=0.02)]))
    refusal = next(watch for watch in plan.watches if watch.metric == "refusal")
    assert refusal.delta == pytest.approx(0.03)
    assert refusal.shift == pytest.approx(0.02)


@pytest.mark.parametrize("direction", ["down", "flat"])
def test_an_announced_improvement_widens_nothing(direction: Any) -> None:
    line = Expected(metric="refusal", direction=direction, by=None if direction == "flat" else 0.002)
    refusal = next(watch for watch in frozen(note(expected=[line])).watches if watch.metric == "refusal")
    assert (refusal.delta, refusal.shift) == (0.005, 0.0)


def test_an_effect_announced_for_one_intent_widens_there() -> None:
    line = Expected(metric="refusal", direction="up", by=0.02, intent="refund")
    refusal = next(watch for watch in frozen(note(expected=[line])).watches if watch.metric == "refusal")
    assert refusal.delta_of(None) == pytest.approx(0.03)
    assert refusal.delta_of("refund") == pytest.approx(0.03)
    assert (refusal.delta_of("order"), refusal.shift_of("order")) == (0.005, 0.0)


def test_announced_tokens_widen_the_cost_by_their_price() -> None:
    price = Price(input_per_million=2.0, output_per_million=8.0)
    lines = [Expected(metric="prompt_tokens", direction="up", by=600, unit="tokens")]
    values = {"cost": {"other": COSTS}}
    cost = next(watch for watch in frozen(note(expected=lines, price=price), values=values).watches)
    width, mean = cost.scale.high - cost.scale.low, float(np.mean(COSTS))
    assert cost.metric == "cost"
    assert cost.shift * width == pytest.approx(math.log1p(600 * 2e-6 / mean))
    assert cost.delta == pytest.approx(1.5 * cost.shift)


def test_levels_are_kept_as_levels() -> None:
    guards = [Guard(metric="schema_ok", min=0.95), Guard(metric="thumbs_down", max=0.08)]
    levels = {watch.metric: watch.level for watch in frozen(note(guards=guards)).watches if watch.level is not None}
    assert levels == {"schema_ok": pytest.approx(0.05), "thumbs_down": pytest.approx(0.08)}


def test_a_forecast_says_what_cannot_be_tested() -> None:
    busy = {row.guard: row for row in forecast(frozen(note(), traffic=200_000), 200_000)}
    quiet = {row.guard: row for row in forecast(frozen(note(), traffic=2_500), 2_500)}
    assert busy["refusal max_increase"].fits
    assert not quiet["refusal max_increase"].fits
    assert quiet["latency max_ratio"].fits
    assert busy["refusal max_increase"].prove.q80 == pytest.approx(2750, rel=0.2)
    assert forecast(frozen(note(), traffic=None), None)[0].days is None


def test_the_planned_length_follows_the_traffic() -> None:
    assert frozen(note(), traffic=None).duration == timedelta(hours=72)
    assert timedelta(minutes=30) < frozen(note(), traffic=1_000_000).duration < timedelta(hours=3)
    assert frozen(note(), traffic=2_100).duration == timedelta(hours=72)
