"""Carry on a canary whose release died, one look a pass, to the end that its rules give it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from registry.errors import ClaimTaken
from registry.runtime.routes import Canary
from tasks.canary.stage import glance
from tasks.ledger.claim import Claim
from tasks.ledger.release import Release
from tasks.rehearsal import stage as rehearsal
from tasks.release import asking, closing, promoting, traffic
from tasks.release.claiming import hold
from tasks.release.extent import until
from tasks.release.loading import load
from tasks.release.order import next_step, question
from tasks.release.outcome import State, outcome
from tasks.release.record import Record, Stage, Step, Walk
from tasks.release.taking import Run, take
from tasks.release.workspace import Workspace
from tasks.report.writing import write_report

from .finding import Did, Finding, Watched

_RUNS: Final[dict[Stage, Run]] = {
    Stage.REHEARSAL: rehearsal.run,
    Stage.PROMOTE: promoting.run,
    Stage.APPROVAL: asking.run,
    Stage.CLOSE: closing.run,
}
_DID = {
    State.PROMOTED: Did.PROMOTED,
    State.ROLLED_BACK: Did.ROLLED_BACK,
    State.HELD: Did.HELD,
    State.ERROR: Did.ERROR,
}


def may_take(step: Step | None, begun: bool) -> bool:
    """Whether this step is the monitor's: any of a canary that has begun, and the end of a release that is decided.

    What comes before the canary, and starting one, is the release's own.
    """
    if step is None:
        return False
    return step.stage is Stage.CLOSE or (begun and step.stage in (Stage.CANARY, *_RUNS))


def carry_on(workspace: Workspace, row: Release, began: datetime) -> Finding | None:
    """Take the steps of this open release that are the monitor's; None when there is none, or its release lives.

    `began` is since when this monitor watches: a stage that ended in an error after that is left for the next one.
    """
    walk = Walk(began, until(workspace.store, row.release_id), timedelta.max)
    if not _waits(workspace, load(workspace, row.release_id, walk, workspace.now())):
        return None
    place = f"{row.environment}/{row.prompt_id}"
    try:
        with hold(workspace, f"release:{place}"), hold(workspace, f"watch:{place}") as claimed:
            return _walk(workspace, load(workspace, row.release_id, walk, workspace.now()), claimed)
    except ClaimTaken:
        return None


def _waits(workspace: Workspace, record: Record) -> Step | None:
    """The step that is the monitor's to take; while a person is asked, a look at the canary that is on."""
    running = traffic.running(workspace, record)
    step = next_step(record, workspace.now())
    if step is None and running is not None:
        return kept(record, running, workspace.now())
    return step if may_take(step, record.promoted or running is not None) else None


def kept(record: Record, running: Canary, now: datetime) -> Step | None:
    """A look at this canary at the share it has while a person is asked; None when it waits for nobody."""
    asked = question(replace(record, walk=Walk(record.walk.started_at)), now)
    return Step(Stage.CANARY, share=running.share_bps / 100, of=asked.of) if asked is not None else None


def _walk(workspace: Workspace, record: Record, claimed: Claim) -> Finding | None:
    """Steps until the same one comes again: a canary that is not decided is looked at once a pass."""
    before: Step | None = None
    while (step := _waits(workspace, record)) and step != before:
        run: Run = partial(glance, claimed=claimed) if step.stage is Stage.CANARY else _RUNS[step.stage]
        record, before = take(workspace, record, step, run), step
    return _found(workspace, record, before) if before is not None else None


def _found(workspace: Workspace, record: Record, last: Step) -> Finding:
    ended = outcome(record)
    if record.decision is not None:
        write_report(workspace, record.release_id)
    watching = ended.state is State.WATCHING
    sentence = f"{record.prompt_id}@{record.to_version}: {last.key} is watched" if watching else ended.sentence
    did = _DID.get(ended.state, Did.CARRIED_ON)
    return Finding(record.environment, record.prompt_id, Watched.RELEASE, did, sentence)
