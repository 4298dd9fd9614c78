"""The order of stages, as a table over records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry.artifact import Risk
from registry.environments import load_environments
from tasks.release.order import next_step, plan
from tasks.release.outcome import State, outcome
from tasks.release.record import Answer, Closing, Finished, Record, Stage, Walk
from tasks.release.verdict import Decision, Verdict

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=5)
ENVIRONMENTS = load_environments(Path(__file__).parents[3] / "registry" / "environments.yaml")
OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64


def record(risk: Risk = "low", environment: str = "production", **fields: object) -> Record:
    common = Record(
        release_id="rel_1",
        environment=environment,
        prompt_id="order-extract",
        to_version="v3",
        to_behavior=NEW,
        from_version="v2",
        from_behavior=OLD,
        policy=ENVIRONMENTS.policy(environment, risk),
        walk=Walk(NOW - timedelta(minutes=1)),
        opened_at=BEFORE,
        live=OLD,
    )
    return replace(common, **fields)  # type: ignore[arg-type]


def done(*keys: str, verdict: Verdict = Verdict.PASS, at: datetime = BEFORE) -> tuple[Finished, ...]:
    return tuple(Finished(key, verdict, "because", at) for key in keys)


def step_of(found: Record) -> str:
    step = next_step(found, NOW)
    if step is None:
        return "nothing"
    return f"close {step.decision}" if step.stage is Stage.CLOSE else f"{step.key}{f' of {step.of}' if step.of else ''}"


WITHDRAWN = Closing("flow", NOW, "said by the watcher")
GATED = ("lint", "fast_gate", "gate", "shadow")
PROVED = done(*GATED, "rehearsal", "canary 1", "canary 5", "canary 25")
"""All but promoted; whether the proof still counts, another field says."""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (record(), "lint"),
        (record(finished=done("lint")), "fast_gate"),
        (record(finished=done("lint", "fast_gate")), "gate"),
        (record(finished=done("lint", "fast_gate", "gate")), "shadow"),
        (record(finished=done(*GATED)), "canary 5"),
        (record(finished=done(*GATED, "canary 5")), "canary 25"),
        (record(finished=done(*GATED, "canary 5", "canary 25")), "promote"),
        (record("medium", finished=done(*GATED)), "rehearsal"),
        (record("medium", finished=done(*GATED), rehearsed=True), "canary 1"),
        (record("medium", finished=done(*GATED, "rehearsal")), "canary 1"),
        (record("medium", finished=PROVED), "rehearsal"),
        (record("medium", finished=PROVED, rehearsed=True), "promote"),
        (record("medium", finished=PROVED + done("rehearsal", at=NOW)), "promote"),
        (record("medium", finished=PROVED + done("rehearsal", verdict=Verdict.REJECT, at=NOW)), "close reject"),
        (record("high", finished=done(*GATED), rehearsed=True), "approval of before 1"),
        (record("high", finished=done(*GATED, "canary 1", "canary 5", "canary 10"), rehearsed=True,
                answers=(Answer("before 1", True, "bo", NOW, "fine"),)), "approval of before 25"),
        (record(finished=done("lint", verdict=Verdict.REJECT)), "close reject"),
        (record(finished=done("lint") + done("fast_gate", verdict=Verdict.REJECT)), "close reject"),
        (record(finished=done("lint", "fast_gate") + done("gate", verdict=Verdict.REJECT)), "close reject"),
        (record(finished=done("lint", "fast_gate") + done("gate", verdict=Verdict.INCONCLUSIVE)), "approval of gate"),
        (record(finished=done("lint", "fast_gate", "gate") + done("shadow", verdict=Verdict.INCONCLUSIVE)), "canary 5"),
        (record(finished=done("lint", "fast_gate", "gate") + done("shadow", verdict=Verdict.REJECT)), "close reject"),
        (record(finished=done(*GATED) + done("canary 5", verdict=Verdict.REJECT)), "close roll_back"),
        (record(finished=done(*GATED) + done("canary 5", verdict=Verdict.INCONCLUSIVE)), "close hold"),
        (record(finished=done("lint", "fast_gate") + done("gate", verdict=Verdict.ERROR)), "gate"),
        (record(finished=done("lint", "fast_gate") + done("gate", verdict=Verdict.ERROR, at=NOW)), "nothing"),
        (record(live=OTHER), "rebase"),
        (record(live=NEW, closed=Closing("flow", NOW, "promoted")), "promote"),
        (record(live=NEW, closed=WITHDRAWN, finished=done("canary 5", verdict=Verdict.REJECT)), "close roll_back"),
        (record(live=NEW, finished=done(*GATED, "canary 5")), "close hold"),
        (record(closed=Closing("bo", NOW, "pressed the button")), "close roll_back"),
        (record(closed=WITHDRAWN, finished=done("canary 5", verdict=Verdict.INCONCLUSIVE)), "close hold"),
        (record(closed=WITHDRAWN, finished=done("canary 5", verdict=Verdict.REJECT)), "close roll_back"),
        (record(decision=Decision.HOLD), "nothing"),
        (record(finished=done(*GATED), walk=Walk(NOW, Stage.SHADOW)), "nothing"),
        (record("high", finished=done(*GATED), rehearsed=True, walk=Walk(NOW, Stage.SHADOW)), "nothing"),
        (record("high", finished=done(*GATED), rehearsed=True, walk=Walk(NOW, Stage.CANARY)), "approval of before 1"),
        (record(finished=done(*GATED), walk=Walk(NOW - timedelta(hours=2), None, timedelta(hours=1))), "nothing"),
        (record(from_behavior=None, from_version=None, live=None), "lint"),
        (record(from_behavior=None, from_version=None, live=None, finished=done("lint")), "gate"),
        (record(from_behavior=None, from_version=None, live=None, finished=done("lint", "gate")), "promote"),
        (record("high", from_behavior=None, from_version=None, live=None, finished=done("lint", "gate")),
         "approval of before 100"),
        (record("high", from_behavior=None, from_version=None, live=None, finished=done("lint", "gate"),
                walk=Walk(NOW, Stage.GATE)), "nothing"),
    ],
)  # fmt: skip
def test_what_comes_next(found: Record, expected: str) -> None:
    assert step_of(found) == expected


INCONCLUSIVE = done("lint", "fast_gate") + done("gate", verdict=Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"asked": {"gate": NOW}}, "nothing"),
        ({"asked": {"gate": NOW - timedelta(hours=25)}}, "close hold"),
        ({"answers": (Answer("gate", True, "bo", NOW, "small set"),)}, "shadow"),
        ({"answers": (Answer("gate", False, "bo", NOW, "no"),)}, "close reject"),
    ],
)
def test_a_person_decides_about_an_inconclusive_gate(fields: dict[str, object], expected: str) -> None:
    assert step_of(replace(record(finished=INCONCLUSIVE), **fields)) == expected  # type: ignore[arg-type]


def test_a_new_baseline_makes_all_but_lint_stale() -> None:
    found = record(finished=done(*GATED), rebased_at=BEFORE + timedelta(seconds=1))
    assert step_of(found) == "fast_gate"


@pytest.mark.parametrize(
    ("ramp", "points", "asked"),
    [
        ((5, 25, 100), (), []),
        ((5, 25, 100), ("before_canary", 25), ["before 5", "before 25"]),
        ((1, 5, 20, 50, 100), (25,), ["before 50"]),
        ((10, 50, 100), ("before_canary", 5, 25, 30), ["before 10", "before 50"]),
        ((5, 25, 100), (100,), ["before 100"]),
    ],
)
def test_a_person_is_asked_before_the_step_that_reaches_a_point(
    ramp: tuple[int, ...], points: tuple[int | str, ...], asked: list[str]
) -> None:
    """Also where the ramp, that of low traffic say, has no step of just that share."""
    found = record()
    policy = found.policy.model_copy(update={"ramp": ramp, "approvals": points})
    assert [step.of for step in plan(replace(found, policy=policy)) if step.stage is Stage.APPROVAL] == asked


def test_every_plan_ends_in_promotion_and_starts_with_lint() -> None:
    for environment in ENVIRONMENTS:
        for risk in ("low", "medium", "high"):
            steps = [step.stage for step in plan(record(risk, environment))]
            assert (steps[0], steps[-1], steps.count(Stage.PROMOTE)) == (Stage.LINT, Stage.PROMOTE, 1)


@pytest.mark.parametrize(
    ("found", "state", "code"),
    [
        (record(decision=Decision.PROMOTE), State.PROMOTED, 0),
        (record(decision=Decision.REJECT), State.REJECTED, 1),
        (record(decision=Decision.ROLL_BACK), State.ROLLED_BACK, 1),
        (record(decision=Decision.HOLD), State.HELD, 2),
        (record(asked={"gate": NOW}), State.WAITING, 2),
        (record(finished=done("lint", "fast_gate") + done("gate", verdict=Verdict.ERROR, at=NOW)), State.ERROR, 3),
        (record(finished=done(*GATED), walk=Walk(NOW, Stage.SHADOW)), State.STOPPED, 0),
        (record(finished=INCONCLUSIVE, walk=Walk(NOW, Stage.GATE)), State.STOPPED, 2),
        (record(finished=done(*GATED, "canary 5"), walk=Walk(NOW, Stage.CANARY)), State.WATCHING, 2),
        (record(finished=done(*GATED, "canary 5", "canary 25"), walk=Walk(NOW, Stage.CANARY)), State.STOPPED, 0),
        (record(from_behavior=None, live=None, finished=done("lint", "gate"), walk=Walk(NOW, Stage.SHADOW)),
         State.STOPPED, 0),
        (record(finished=done(*GATED)), State.WATCHING, 2),
    ],
)  # fmt: skip
def test_how_a_walk_ended(found: Record, state: State, code: int) -> None:
    ended = outcome(found)
    assert (ended.state, ended.exit_code) == (state, code)


AGAIN = "promptship release start order-extract v3 --environment production"


@pytest.mark.parametrize(
    ("live", "ends"),
    [
        (OLD, f"cannot tell. It waits for a new attempt: {AGAIN} --again --reason WHY"),
        (NEW, "held. cannot tell."),
    ],
)
def test_what_is_held_says_what_it_waits_for(live: str, ends: str) -> None:
    assert outcome(record(decision=Decision.HOLD, reason="cannot tell.", live=live)).sentence.endswith(ends)
