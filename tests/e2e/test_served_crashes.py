"""Worker, server and flow process are killed in each stage of a release on a real server with a real worker.

`make e2e` runs one release in which the server dies in the gate and the worker in the shadow. The rest is run by hand:
every stage that takes long enough to be hit, and what is said of it in docs/methods/crashes.md. Each has a version of
its own, and v1 is live again after it.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import pytest

from tasks.gateway.lane import DEFAULT_WIDTH
from tasks.ledger import release
from tasks.release.aborting import abort
from tasks.release.rollback_order import RollbackOrder
from tasks.release.rolling_back import take_back
from tests.e2e.conftest import CRASHED, CRASHES
from tests.polling import until
from tests.served import RUN_S, Served

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(900)]

Stage = Literal["fast gate", "gate", "shadow", "approval", "canary", "promotion"]
Victim = Literal["worker", "server", "process"]
ASKING = {"fast gate": ("of case", 10), "gate": ("of case", 45), "shadow": ("number", 10)}
"""What is in a call of this stage, and how many are answered before the others hang: the fast gate has 30."""
STAGES: tuple[Stage, ...] = ("fast gate", "gate", "shadow", "approval", "canary", "promotion")
VICTIMS: tuple[Victim, ...] = ("worker", "server", "process")
MATRIX = [(stage, victim) for stage in STAGES for victim in VICTIMS if (stage, victim) != ("approval", "process")]
"""A release that waits for a person has no process."""
LOOKS = 3
SERVED = 20
LEASE_S = 5


@dataclass
class Candidate:
    """The release of one version, by as many runs as it takes."""

    here: Served
    version: str
    runs: list[str] = field(default_factory=list)

    @property
    def system(self) -> str:
        quality, broken = CRASHES[self.version]
        return f"quality {quality} broken {broken}: "

    @property
    def answers(self) -> Counter[str]:
        """How often it was answered to each message, except by the canary."""
        return Counter(asked for asked in self.here.model.answers if asked.startswith(self.system))

    def start(self) -> str:
        order = {"version": f"{CRASHED}@{self.version}", "environment": "demo", "by": "test"}
        self.runs.append(self.here.start("release", order=order))
        return self.runs[-1]

    def halt(self, stage: Stage) -> None:
        """Its calls of this stage are going to hang."""
        words, spared = ASKING[stage]
        self.here.model.hang(self.system, words, spared=spared)

    def halted(self) -> None:
        """Returns when so many calls hang that those which were answered are over."""
        until(lambda: self.here.model.hanging >= DEFAULT_WIDTH, "calls that hang", RUN_S)

    def reach(self, stage: Stage) -> str:
        """Start it; returns in the middle of this stage, with the run."""
        here = self.here
        if stage in ASKING:
            self.halt(stage)
            run = self.start()
            self.halted()
            return run
        if stage == "approval":
            here.change(approval="{low: [before_canary]}")
            run = self.start()
            here.end(run, "Suspended")
            return run
        here.closed.set()
        run = self.start()
        until(lambda: here.route(CRASHED).canary, "the canary", RUN_S)
        if stage == "promotion":
            here.closed.clear()
            until(self.is_live, "the promotion", RUN_S)
        return run

    def leave(self, stage: Stage) -> None:
        """What it waits for comes."""
        self.here.model.let_go()
        self.here.closed.clear()
        if stage == "approval":
            self.approve()

    def approve(self) -> None:
        said = {"decision": "approve", "approver": "Bo Lind", "reason": "read all of it"}
        answer = self.here.ask(f"flow_runs/{self.runs[-1]}/resume", {"run_input": said})
        assert answer["status"] == "ACCEPT", answer

    def is_live(self) -> bool:
        return self.here.route(CRASHED).live.version == self.version

    def is_promoted(self) -> None:
        ended = release.recent(self.here.workspace.store, prompt_id=CRASHED, limit=1)[0]
        assert (ended.to_version, ended.decision) == (self.version, "promote")
        assert self.is_live()


@pytest.fixture(autouse=True)
def v1_is_live(here: Served) -> Iterator[None]:
    """Again after each of them, however it ended."""
    here.change(approval="{low: []}", dwell="{low: 200ms}", lease="600s", deadline="{canary: 1h}")
    yield
    here.model.let_go()
    here.closed.clear()
    open_ = release.open_of(here.workspace.store, "demo", CRASHED)
    if open_ is not None:
        abort(here.workspace, open_.release_id, "its test is over")
    if here.route(CRASHED).live.version != "v1":
        order = RollbackOrder(prompt=CRASHED, environment="demo", reason="its test is over", by="test", to="v1")
        take_back(here.workspace, order)


@pytest.mark.e2e
def test_a_release_outlives_server_and_worker(here: Served) -> None:
    one = Candidate(here, "v2")
    # given a release in its gate
    run = one.reach("gate")
    # when the server dies
    here.replaced("server", here.kill("server"))
    # then it goes on into its shadow
    here.model.let_go()
    one.halt("shadow")
    one.halted()
    # and when the worker dies there, to its end, without asking a model twice
    here.replaced("worker", here.kill("worker"))
    here.model.let_go()
    assert here.end(run, "Promoted")
    one.is_promoted()
    assert set(one.answers.values()) == {1}


@pytest.mark.bars_full
@pytest.mark.parametrize(
    ("version", "stage", "victim"),
    [(f"v{number}", *cell) for number, cell in enumerate(MATRIX, 3)],
    ids=[f"{victim} in {stage}".replace(" ", "-") for stage, victim in MATRIX],
)
def test_killed(here: Served, version: str, stage: Stage, victim: Victim) -> None:
    one = Candidate(here, version)
    if (stage, victim) == ("canary", "process"):
        here.change(lease=f"{LEASE_S}s")
    # given a release in the middle of a stage
    run = one.reach(stage)
    asked = one.answers
    # when something dies there, then it goes on by itself, or the run says that it is dead
    state = kill(one, stage, victim)
    one.leave(stage)
    if state == "Crashed":
        # and the same version goes on where it stopped
        if stage == "canary":
            lapses(one)
            is_carried_on(one)
        run = one.start()
    # to its end, without asking a model twice
    assert here.end(run, "Promoted", "AlreadyLive")
    one.is_promoted()
    assert set(asked.values()) <= {1}
    assert {message: one.answers[message] for message in asked} == asked


def kill(one: Candidate, stage: Stage, victim: Victim) -> str | None:
    """The state of the run, once it is said of a process that died; what else died is there again."""
    here = one.here
    if victim == "process":
        os.kill(int(here.ask(f"flow_runs/{one.runs[-1]}")["infrastructure_pid"]), signal.SIGKILL)
        return str(here.end(one.runs[-1], "Crashed", *["Promoted"] * (stage == "promotion"))["state"]["name"])
    with here.unattended():
        dead = here.kill(victim)
        if stage == "canary":
            is_guarded(here)
    here.replaced(victim, dead)
    return None


def is_guarded(here: Served) -> None:
    before = here.looks
    here.closed.clear()
    until(lambda: here.looks >= before + LOOKS, f"{LOOKS} looks")


def lapses(one: Candidate) -> None:
    """Nobody renews the lease of its canary: after it the application gets v1 alone."""
    canary = one.here.route(CRASHED).canary
    assert canary is not None
    until(lambda: datetime.now(UTC) > canary.lease_expires_at, "the end of the lease")
    after = len(one.here.answered) + 1  # the one that was asked for before

    def served() -> list[str]:
        return [version for version in one.here.answered[after:] if version.startswith(f"{CRASHED}@")]

    until(lambda: len(served()) >= SERVED, f"{SERVED} answers")
    assert set(served()) == {f"{CRASHED}@v1"}


def is_carried_on(one: Candidate) -> None:
    """By the guard monitor, to its promotion."""
    monitor = one.here.start("guard-monitor", environments=["demo"], minutes=1)
    until(one.is_live, "the promotion", RUN_S)
    assert one.here.end(monitor, "Watched")


@pytest.mark.bars_full
def test_a_run_that_nobody_is_left_to_tell_of_is_marked(here: Served) -> None:
    one = Candidate(here, "v20")
    run = one.reach("gate")
    asked = one.answers
    # when worker and process are dead, and nobody starts the worker again
    with here.unattended():
        dead = here.kill("worker")
        os.kill(int(here.ask(f"flow_runs/{run}")["infrastructure_pid"]), signal.SIGKILL)
        # then the server marks the run
        assert "No heartbeat" in here.end(run, "Crashed")["state"]["message"]
    here.replaced("worker", dead)
    # and the same version goes on where it stopped
    here.model.let_go()
    assert here.end(one.start(), "Promoted")
    assert {message: one.answers[message] for message in asked} == asked


@pytest.mark.bars_full
def test_the_monitor_goes_on_without_its_worker(here: Served) -> None:
    run = here.start("guard-monitor", environments=["demo"], minutes=1)
    here.end(run, "Running")
    here.replaced("worker", here.kill("worker"))
    assert here.end(run, "Watched")


@pytest.mark.bars_full
def test_cancelled_before_the_canary_it_goes_on_when_it_is_started_again(here: Served) -> None:
    one = Candidate(here, "v21")
    here.change(approval="{low: [before_canary]}")
    # when it is cancelled in its gate
    run = one.reach("gate")
    asked = one.answers
    cancel(here, run)
    # then it is open, and may be started again
    assert release.open_of(here.workspace.store, "demo", CRASHED) is not None
    here.model.let_go()
    waits = one.start()
    here.end(waits, "Suspended")
    assert {message: one.answers[message] for message in asked} == asked
    # and so it is when it waits for a person
    asked = one.answers
    cancel(here, waits)
    again = one.start()
    here.end(again, "Suspended")
    one.approve()
    assert here.end(again, "Promoted")
    one.is_promoted()
    assert one.answers.items() >= asked.items()


@pytest.mark.bars_full
def test_cancelled_where_no_worker_hears_of_it_it_does_not_stay_cancelling(here: Served) -> None:
    one = Candidate(here, "v22")
    run = one.reach("canary")
    # when its worker is another one by now
    here.replaced("worker", here.kill("worker"))
    # then the server ends what nobody carries out
    cancel(here, run)
    # and the run, which goes on, says in the end how it ended
    one.leave("canary")
    until(one.is_live, "the promotion", RUN_S)
    until(lambda: here.ask(f"flow_runs/{run}")["state"]["name"] == "Promoted", "its own state")


def cancel(here: Served, run: str) -> None:
    here.ask(f"flow_runs/{run}/set_state", {"state": {"type": "CANCELLING", "name": "Cancelling"}})
    here.end(run, "Cancelled")
