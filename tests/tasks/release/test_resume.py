"""A release that is killed with SIGKILL goes on where it stopped, whatever stage it was in."""

from __future__ import annotations

import signal
from collections import Counter, defaultdict

from tasks.ledger import eval_result, event, gate_test, release, stage_result
from tests.survivor import DEATHS, Survivor

IN_FLIGHT = 8
"""Calls that a model without limits takes at once."""
ONCE, TWICE = ["asked", "answered"], ["asked", "asked", "answered"]
DROPPED = ["asked"]
"""In flight at the kill, and not in the sample of the larger traffic that the next process finds."""
ONE_EACH = ("release.opened", "canary.planned", "release.promoted")
STAGES = ["lint", "fast_gate", "gate", "shadow", "canary"]


def test_it_is_promoted_in_the_end(survivor: Survivor) -> None:
    assert survivor.codes == (*[-signal.SIGKILL] * len(DEATHS), 0)
    assert survivor.end["state"] == "promoted"
    row = release.get(survivor.store, survivor.end["release_id"])
    assert (row.attempt, row.decision, row.from_version, row.to_version) == (1, "promote", "v1", "v2")
    assert survivor.publisher.read_table("demo").route(row.prompt_id).live.behavior == row.to_behavior


def test_no_finished_call_is_made_again(survivor: Survivor) -> None:
    """Each is asked once and answered, but for what was in flight when the process was killed."""
    said = defaultdict(list)
    for call in survivor.calls:
        said[call["stage"], call["behavior"], call["messages"]].append(call["what"])
    assert all(what in (ONCE, TWICE) or (key[0] == "shadow" and what == DROPPED) for key, what in said.items())
    again = Counter(key[0] for key, what in said.items() if what != ONCE)
    assert set(again) == {"fast_gate", "gate", "shadow"}
    assert max(again.values()) <= IN_FLIGHT
    assert Counter(key[0] for key in said)["fast_gate"] == 2 * 30
    assert Counter(key[0] for key in said)["gate"] == 2 * 120


def test_each_stage_has_one_result(survivor: Survivor) -> None:
    results = stage_result.of_release(survivor.store, survivor.end["release_id"])
    assert [(r.stage, r.verdict) for r in results] == [(stage, "pass") for stage in STAGES]
    tests = {r.evidence["gate_test_id"] for r in results if r.stage == "gate"}
    kept = eval_result.of_test(survivor.store, *tests)
    assert Counter((row.arm, row.round) for row in kept) == {("candidate", 1): 120, ("live", 1): 120}
    found = gate_test.get(survivor.store, *tests)
    assert found is not None
    assert (found.verdict, found.rounds_done) == ("pass", 1)


def test_traffic_was_only_ever_on_live_or_in_the_canary(survivor: Survivor) -> None:
    """Where the next process came later than the lease lasts, all of it was on live meanwhile."""
    for answer in survivor.answers:
        route = survivor.route(answer["generation"])
        allowed = {"live": route.live.behavior}
        if route.canary is not None:
            assert route.canary.release == survivor.end["release_id"]
            own = {route.canary.release} | ({None} if answer["arm"] == "live" else set())
            assert answer["release_id"] in own, answer
            allowed["canary"] = route.canary.behavior
        assert answer["behavior"] == allowed.get(answer["arm"]), answer
    generations = [answer["generation"] for answer in survivor.answers]
    assert generations == sorted(generations)


def test_the_events_tell_every_step_once(survivor: Survivor) -> None:
    events = event.of_release(survivor.store, survivor.end["release_id"])
    told = Counter(e.kind for e in events)
    assert told["promptship.stage.pass"] == len(STAGES)
    assert {kind: told[f"promptship.{kind}"] for kind in ONE_EACH} == dict.fromkeys(ONE_EACH, 1)
    assert [e.payload["stage"] for e in events if e.kind == "promptship.stage.pass"] == STAGES
    shares = {e.payload["share_bps"] for e in events if e.kind == "promptship.canary.shifted"}
    assert shares == {5000}


def test_nothing_is_left_to_be_written(survivor: Survivor) -> None:
    home = survivor.folder / "home"
    assert list((home / "outbox").glob("*")) == []
    text = (survivor.folder / "releases.log").read_text()
    assert "Traceback" not in text, text
