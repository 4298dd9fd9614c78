from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tasks.canary.judge import Moment, judge
from tasks.canary.look import Action, Look
from tasks.canary.monitor import observe, start
from tasks.canary.plan import LeftOut, Plan, Scale
from tasks.canary.unit import Arms, Unit
from tasks.release.verdict import GuardVerdict
from tests.tasks.canary.made import GOOD, START, after, look, plan, traffic, watch


def units_until(declared: Plan, units: list[Unit], action: Action) -> float:
    """Canary units when a look first says `action`; looks every ten units."""
    state = start(declared)
    for first in range(0, len(units), 10):
        state = observe(declared, state, units[first : first + 10])
        if look(declared, state).action is action:
            return state.total.canary
    return float("inf")


def test_a_harmless_candidate_is_promoted_after_some_forty_units() -> None:
    found = [units_until(plan(), list(traffic(GOOD, 300, seed=seed)), Action.PROMOTE) for seed in range(20)]
    assert np.median(found) <= 60
    assert max(found) <= 100


@pytest.mark.parametrize(("schema_ok", "most"), [(0.4, 30), (0.0, 20)])
def test_a_broken_candidate_is_rolled_back_soon(schema_ok: float, most: float) -> None:
    rates = {**GOOD, "schema_ok": (schema_ok, 0.98)}
    found = [units_until(plan(), list(traffic(rates, 300, seed=seed)), Action.ROLL_BACK) for seed in range(10)]
    assert np.median(found) <= most


def test_a_rollback_names_the_guard() -> None:
    declared = plan()
    found = look(declared, after(declared, traffic({**GOOD, "schema_ok": (0.2, 0.98)}, 120)))
    assert found.action is Action.ROLL_BACK
    assert found.breaches[0].startswith("schema_ok limit")
    assert "schema_ok" in found.reason
    assert verdicts(found) == {
        "schema_ok": GuardVerdict.BREACH,
        "refusal": GuardVerdict.PASS,
        "error": GuardVerdict.PASS,
    }
    assert not found.renews


def verdicts(found: Look) -> Mapping[str, GuardVerdict]:
    return {row.metric: row.verdict for row in found.rows if row.intent is None}


def test_before_any_unit_it_waits() -> None:
    declared = plan()
    found = look(declared, start(declared), at=1)
    assert found.action is Action.WAIT
    assert set(verdicts(found).values()) == {GuardVerdict.INSUFFICIENT}
    assert found.reason == "0 of 40 canary units in this step"
    assert found.renews
    json.dumps(found.evidence())


def test_dwell_and_least_length() -> None:
    declared = plan(min_total=timedelta(hours=24))
    state = after(declared, traffic(GOOD, 200))
    assert look(plan(), state, at=20, since=19).action is Action.WAIT
    waiting = look(declared, state)
    assert waiting.action is Action.WAIT
    assert waiting.dwell_left == timedelta(hours=24) - timedelta(seconds=60)


@pytest.mark.parametrize("at", [60.0, 240.0, 100_000.0])
@pytest.mark.parametrize("n", [1, 10, 40, 60])
def test_too_little_data_never_moves_on_however_late_it_is(n: int, at: float) -> None:
    declared = plan()
    assert look(declared, after(declared, traffic(GOOD, n)), at=at).action is Action.WAIT


def test_fast_metrics_stop_it_and_slow_ones_have_to_confirm_it() -> None:
    """Feedback closes half an hour after the answers: nothing is promoted before it, harm does not wait for it."""
    declared = plan(watch("refusal"), watch("thumbs_down"))
    answers = list(traffic({"refusal": (0.0, 0.0)}, 300))
    quick = after(declared, answers)
    unconfirmed = look(declared, quick)
    assert unconfirmed.action is Action.WAIT
    assert verdicts(unconfirmed) == {"refusal": GuardVerdict.PASS, "thumbs_down": GuardVerdict.INSUFFICIENT}
    late = [
        replace(u, window="feedback", closed_at=u.closed_at + timedelta(minutes=30), values={"thumbs_down": 0.0})
        for u in answers
    ]
    assert look(declared, observe(declared, quick, late), at=2000).action is Action.PROMOTE
    harmed = after(declared, traffic({"refusal": (0.5, 0.0)}, 300))
    assert look(declared, harmed).action is Action.ROLL_BACK


def test_a_breach_counts_from_the_batch_that_proves_it() -> None:
    """Later units cannot take an alarm back, and a look after every unit is as good as one at the end."""
    declared, state = plan(), start(plan())
    units = list(traffic({**GOOD, "schema_ok": (0.2, 0.98)}, 200))
    first = next(n for n in range(1, 201) if (state := observe(declared, state, units[n - 1 : n])).alarm)
    assert look(declared, state).action is Action.ROLL_BACK
    whole = after(declared, units)
    assert (whole.alarm, units[first - 1].unit) == (state.alarm, whole.alarm.unit if whole.alarm else None)


def test_the_deadline_is_told() -> None:
    declared = plan()
    assert look(declared, start(declared), at=240).overdue
    assert not look(declared, start(declared), at=239).overdue


def test_a_step_needs_units_of_its_own() -> None:
    declared = plan(watch("refusal", delta=0.2), ramp=(1000, 5000, 10_000), first_step_units=25, min_units=40)
    state = after(declared, traffic({"refusal": (0.0, 0.0)}, 900, share_bps=1000))
    first = look(declared, state, share_bps=1000)
    assert (first.action, first.next_share_bps, first.units_needed) == (Action.ADVANCE, 5000, 25)
    second = look(declared, state, share_bps=5000)
    assert second.action is Action.WAIT
    assert second.units_needed == 40


def test_margins_grow_as_exposure_shrinks() -> None:
    declared = plan(watch("refusal", delta=0.02), ramp=(100, 500, 2500, 10_000))
    assert declared.margins(declared.watches[0]) == pytest.approx((0.5, 0.4, 0.08, 0.02))
    slow = plan(replace(watch("latency", delta=0.05), scale=Scale("logarithm", "up", -1, 1)), ramp=(500, 10_000))
    assert slow.margins(slow.watches[0]) == pytest.approx((0.3, 0.05))


def lost(units: list[Unit], metric: str) -> list[Unit]:
    """The canary's telemetry without values of one metric."""
    return [u if u.arm == "live" else replace(u, values={**u.values, metric: None}) for u in units]


def test_a_metric_the_canary_lacks_holds() -> None:
    declared = plan()
    found = look(declared, after(declared, lost(list(traffic(GOOD, 200)), "refusal")))
    assert found.action is Action.HOLD
    assert verdicts(found)["refusal"] is GuardVerdict.MISSING
    assert "canary in 0 of" in found.reason


def test_a_metric_nobody_has_never_advances() -> None:
    declared = plan()
    units = [replace(u, values={**u.values, "refusal": None}) for u in traffic(GOOD, 300)]
    found = look(declared, after(declared, units))
    assert found.action is Action.WAIT
    assert verdicts(found)["refusal"] is GuardVerdict.INSUFFICIENT


def test_a_lost_arm_holds_and_ends_the_lease() -> None:
    declared = plan()
    state = after(declared, [u for u in traffic(GOOD, 200) if u.arm == "live"])
    moment = Moment(START + timedelta(seconds=60), 5000, START)
    found = judge(declared, state, moment, {5000: Arms(100, 100)})
    assert found.action is Action.HOLD
    assert "no telemetry" in found.reason
    assert not found.renews


def test_a_sample_ratio_mismatch_holds() -> None:
    declared = plan()
    state = after(declared, traffic(GOOD, 300))
    moment = Moment(START + timedelta(seconds=60), 5000, START)
    found = judge(declared, state, moment, {5000: Arms(150, 400)})
    assert found.action is Action.HOLD
    assert "sample ratio" in found.reason
    assert [row.alarm for row in found.sample_ratio] == [True, False]


@pytest.mark.parametrize(("keys", "action"), [(["k1"], Action.PROMOTE), (["k1", "k2"], Action.HOLD)])
def test_units_that_cannot_be_told_apart_hold(keys: list[str], action: Action) -> None:
    declared = plan()
    moment = Moment(START + timedelta(minutes=2), 5000, START)
    found = judge(declared, after(declared, traffic(GOOD, 300)), moment, {5000: Arms(150, 150)}, keys)
    assert found.action is action
    assert found.reason.startswith("units are hashed with 2 keys (k1, k2)") is (action is Action.HOLD)


def test_suspicion_holds() -> None:
    declared = plan(watch("refusal", delta=0.15), hold_at=4.0, alpha=1e-15)
    found = look(declared, after(declared, traffic({"refusal": (0.3, 0.05)}, 300)))
    assert found.action is Action.HOLD
    assert found.suspicion >= 4


def test_an_announced_effect_is_no_suspicion() -> None:
    declared = plan(watch("refusal", delta=0.3, shift=0.2), hold_at=4.0)
    found = look(declared, after(declared, traffic({"refusal": (0.2, 0.05)}, 600)))
    assert found.action is Action.PROMOTE
    assert found.suspicion < 4


def test_a_declared_guard_that_cannot_be_watched_holds() -> None:
    declared = plan(
        left_out=(LeftOut("latency", "there is no history of it", blocks=True), LeftOut("cost", "constant"))
    )
    found = look(declared, after(declared, traffic(GOOD, 300)))
    assert found.action is Action.HOLD
    assert found.reason == "latency is not watched: there is no history of it"


def test_without_guards_nothing_is_proved() -> None:
    declared = replace(plan(), watches=())
    assert look(declared, after(declared, traffic(GOOD, 300))).action is Action.HOLD


def test_intents_are_proved_where_the_environment_asks() -> None:
    declared = plan(watch("refusal"), intents=("a", "other"), intent_ni=2.0)
    units = list(traffic({"refusal": (0.0, 0.0)}, 150, intents=("a", "a", "a", "a", "b")))
    early = look(declared, after(declared, units[:110]))
    rows = {row.intent: row.verdict for row in early.rows}
    assert rows[None] is GuardVerdict.PASS
    assert rows["other"] is GuardVerdict.INSUFFICIENT
    assert early.action is Action.WAIT
    more = list(traffic({"refusal": (0.0, 0.0)}, 400, intents=("a", "b")))
    assert look(declared, after(declared, more)).action is Action.PROMOTE


def test_a_guard_by_intent_sees_the_intent() -> None:
    declared = plan(watch("refusal", per="intent"), intents=("a", "b", "other"))
    units = [
        replace(u, values={"refusal": float(u.arm == "canary" and u.intent == "b")})
        for u in traffic({"refusal": (0, 0)}, 400, intents=("a", "b", "c"))
    ]
    found = look(declared, after(declared, units))
    assert found.action is Action.ROLL_BACK
    assert found.breaches == ("refusal limit [b]",)


@pytest.mark.parametrize(("rate", "action"), [(0.02, Action.PROMOTE), (0.6, Action.ROLL_BACK), (0.22, Action.WAIT)])
def test_levels_judge_the_canary_alone(rate: float, action: Action) -> None:
    level = watch("thumbs_down", delta=0.0, level=0.2)
    declared = plan(level, ramp=(5000, 10_000))
    found = look(declared, after(declared, traffic({"thumbs_down": (rate, 0.9)}, 160, seed=4)))
    assert found.action is action


def test_numbers_never_travel_alone() -> None:
    declared = plan()
    for row in look(declared, after(declared, traffic(GOOD, 200))).rows:
        assert row.value is not None
        assert (row.low or -1.0) <= row.value <= (row.high or 1.0)
        assert min(row.n_canary, row.n_live) > 0
        assert all((row.limit, row.reason, row.low, row.high))


@pytest.mark.parametrize(
    ("after_promotion", "action"),
    [(0.98, Action.WAIT), (0.3, Action.ROLL_BACK)],
)
def test_after_promotion_the_evidence_goes_on_and_nothing_is_left_to_move(
    after_promotion: float, action: Action
) -> None:
    declared = plan()
    canary = after(declared, traffic(GOOD, 200))
    rates = {**GOOD, "schema_ok": (after_promotion, 0.98)}
    state = observe(declared, canary, traffic(rates, 400, share_bps=9500, since=200))
    found = judge(declared, state, Moment(START + timedelta(minutes=2), 9500, START, promoted=True), {})
    assert found.action is action
    assert (found.total_canary + found.total_live, set(state.units)) == (600, {5000, 9500})
