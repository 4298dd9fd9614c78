from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tasks.canary.monitor import observe, start
from tasks.canary.plan import Plan
from tasks.canary.state import State
from tasks.canary.totals import Totals
from tasks.canary.unit import Arms
from tasks.statistics import eprocess
from tests.tasks.canary.made import GOOD, START, after, plan, traffic, watch

BAD = {**GOOD, "schema_ok": (0.4, 0.98)}


def test_plan_and_state_survive_json() -> None:
    declared = plan(watch("refusal", within=timedelta(hours=24), by_intent={"a": (0.2, 0.1)}), intents=("a", "other"))
    state = after(declared, traffic({"refusal": (0.2, 0.02)}, 300, intents=("a", "b")))
    assert Plan.load(json.loads(json.dumps(declared.dump()))) == declared
    assert State.load(json.loads(json.dumps(state.dump()))) == state


def test_a_unit_counts_once() -> None:
    declared, units = plan(), list(traffic(BAD, 120))
    once = after(declared, units)
    assert observe(declared, once, units) == once
    assert observe(declared, once, units[60:]) == once
    assert once.total == Arms(sum(u.arm == "canary" for u in units), sum(u.arm == "live" for u in units))


@pytest.mark.parametrize("size", [1, 7, 50])
def test_more_looks_change_nothing(size: int) -> None:
    declared, units = plan(), list(traffic(BAD, 150))
    state = start(declared)
    for first in range(0, len(units), size):
        state = State.load(json.loads(json.dumps(observe(declared, state, units[first : first + size]).dump())))
    assert state == after(declared, units)


def test_order_within_one_look_is_ours() -> None:
    declared, units = plan(), list(traffic(BAD, 90))
    shuffled = random.Random(1).sample(units, len(units))
    assert after(declared, shuffled) == after(declared, units)


def test_an_open_batch_is_carried_over() -> None:
    declared = plan(watch("refusal"))
    units = list(traffic({"refusal": (0.1, 0.1)}, 40))
    few = [u for u in units if u.arm == "live"][:20] + [u for u in units if u.arm == "canary"][:4]
    state = after(declared, few)
    assert state.batches == 0
    fifth = replace([u for u in units if u.arm == "canary"][4], closed_at=START + timedelta(hours=1))
    assert observe(declared, state, [fifth]).batches == 2


def test_batches_do_not_mix_shares() -> None:
    declared = plan(watch("refusal"), ramp=(1000, 5000, 10_000))
    low = list(traffic({"refusal": (0.1, 0.1)}, 30, share_bps=1000, seed=3))
    state = after(declared, low)
    assert state.batches == 0
    high = list(traffic({"refusal": (0.1, 0.1)}, 30, share_bps=5000, since=30))
    later = observe(declared, state, high)
    pooled = later.guards["refusal limit"].pooled
    assert pooled.canary.n <= sum(u.arm == "canary" for u in high)
    assert 1000 not in pooled.pending


def test_evidence_is_that_of_the_kernel() -> None:
    """One guard, one intent: the monitor's numbers against the e-process worked out by hand."""
    declared = plan(watch("refusal", delta=0.1, prior=0.05))
    units = list(traffic({"refusal": (0.2, 0.05)}, 200, seed=5))
    harm, proof = after(declared, units).guards["refusal limit"].overall, np.zeros(10)
    n = bad = 0
    batch: dict[str, list[float]] = {"canary": [], "live": []}
    for unit in units:
        batch[unit.arm].append(unit.values["refusal"] or 0.0)
        if min(map(len, batch.values())) < 5:
            continue
        sides = [eprocess.yes_no(len(batch[arm]), sum(batch[arm])) for arm in ("canary", "live")]
        proof += eprocess.harm(sides[0], sides[1], eprocess.centre(n, bad, None, 0.05, 0.05), 0.1)
        n, bad = n + len(batch["live"]), bad + int(sum(batch["live"]))
        batch = {"canary": [], "live": []}
    assert harm.log_e == pytest.approx(tuple(proof))


def test_nothing_observed_is_worth_one() -> None:
    declared = plan(watch("refusal"), watch("latency"), intents=("a", "b", "other"))
    totals = Totals(declared, start(declared))
    assert totals.unscreened == pytest.approx(0.0)
    assert totals.screened == -np.inf


def test_intents_add_up_to_the_whole() -> None:
    declared = plan(watch("refusal"), intents=("a", "b", "other"))
    evidence = after(declared, traffic({"refusal": (0.3, 0.02)}, 300, intents=("a", "b", "c"))).guards["refusal limit"]
    parts = np.sum([part.harm.log_e for part in evidence.intents.values()], axis=0)
    assert evidence.overall.log_e == pytest.approx(tuple(parts))
    assert evidence.intents["other"].stream.canary.n > 0


def test_copies_open_at_the_eighths() -> None:
    declared = plan(watch("refusal"), duration=timedelta(seconds=8))
    harm = after(declared, traffic({"refusal": (0.1, 0.1)}, 200)).guards["refusal limit"].overall
    assert len(harm.copies) == 7
    assert harm.copies[0].log_e != harm.copies[6].log_e


def test_an_alarm_stays() -> None:
    declared = plan()
    state = after(declared, traffic(BAD, 120))
    assert state.alarm is not None
    better = observe(declared, state, traffic(GOOD, 300, since=120, seed=2))
    assert better.alarm == state.alarm


def test_late_harm_is_found_by_a_restart_copy() -> None:
    declared = plan(watch("refusal", delta=0.02), ramp=(5000, 10_000), duration=timedelta(seconds=300), alpha=0.05)
    quiet = list(traffic({"refusal": (0.02, 0.02)}, 1500))
    state = after(declared, quiet)
    assert state.alarm is None
    harmed = observe(declared, state, traffic({"refusal": (0.25, 0.02)}, 300, since=1500, seed=1))
    assert harmed.alarm is not None


def test_feedback_closes_later_and_is_no_second_unit() -> None:
    declared = plan(watch("refusal"), watch("thumbs_down"))
    answers = list(traffic({"refusal": (0.0, 0.0)}, 60))
    feedback = [
        replace(u, window="feedback", closed_at=u.closed_at + timedelta(minutes=30), values={"thumbs_down": 0.0})
        for u in answers
    ]
    state = observe(declared, after(declared, answers), feedback)
    assert state.total.canary + state.total.live == 60
    given = state.guards["thumbs_down limit"].given
    assert given.canary + given.live == 60
    assert observe(declared, state, [*feedback, *answers]) == state
