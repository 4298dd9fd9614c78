"""Shadow as a stage: sample traces, replay them without side effects, decide, keep the rows and the examples."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tasks.canary.declaring import fresh
from tasks.canary.plan import Plan
from tasks.evaluation.arms import of_candidate, of_published
from tasks.evaluation.job import Arm
from tasks.gate.rounds import gateway, spent
from tasks.gateway.gateway import Gateway
from tasks.ledger import drift_alarm
from tasks.ledger.trace import Trace
from tasks.release import arriving
from tasks.release.record import Record, Step
from tasks.release.recording import StageOutcome
from tasks.release.verdict import Verdict
from tasks.release.workspace import Progress, Workspace
from tasks.shadow import semantic, tools
from tasks.shadow.decide import decide
from tasks.shadow.distributions import distributions
from tasks.shadow.examples import examples
from tasks.shadow.guarding import guards
from tasks.shadow.replaying import Replay, Replayed, missing, replay
from tasks.shadow.sample import Sample, ShadowRow
from tasks.shadow.sampling import sampled
from tasks.shadow.semantic import Distances
from tasks.shadow.unjudged import unjudged

STAGE = "shadow"
UNANSWERED_LIMIT = 0.02


def run(workspace: Workspace, record: Record, step: Step) -> StageOutcome:
    """Replay recent traces with the candidate. No tool is executed and nobody is served."""
    arriving.take_in(workspace, workspace.now())
    drawn = sampled(workspace, record)
    candidate, baseline = _arms(workspace, record)
    lacking = sorted({name for one in drawn for name in missing(one, candidate)})
    usable = [one for one in drawn if not missing(one, candidate)]
    door = gateway(workspace, record)
    found = _replay(workspace, record, usable, candidate, baseline, door)
    if found.unanswered > UNANSWERED_LIMIT * len(found.done) or (found.stopped and not found.done):
        return _error(found, len(usable), door)
    return _judged(workspace, record, found, len(usable), lacking, door)


def _judged(
    workspace: Workspace, record: Record, found: Replay, wanted: int, lacking: list[str], door: Gateway
) -> StageOutcome:
    plan, done = fresh(workspace, record, workspace.now()).plan, list(found.done)
    note = workspace.catalog.get(record.prompt_id, record.to_version).change
    moved = semantic.distances(done)
    sample = Sample(
        guards(plan, done) + tuple(semantic.guards(note.guards, moved, done)),
        found=len(done),
        minimum=record.policy.shadow.minimum,
        missing_variables=tuple(lacking),
        ended_early=sum(one.candidate.left for one in done),
        unreplayed=wanted - len(done),
        stopped=found.stopped,
    )
    verdict = decide(sample)
    shown = _shown(plan, sample, moved, done)
    rows = {"rows": [_row(row) for row in verdict.rows], "left_to_canary": list(verdict.left_to_canary)}
    return StageOutcome(verdict.verdict, verdict.reason, {**rows, **shown}, door.budget.calls, spent(door.budget))


def _shown(plan: Plan, sample: Sample, moved: Distances, done: Sequence[Replayed]) -> dict[str, Any]:
    """What people see beside the guards; it decides nothing."""
    return {
        "semantic": semantic.rows(moved, done),
        "tools": tools.frequencies(done),
        "expected_tools": tools.expected(done),
        "unjudged": unjudged(plan, sample, moved, done),
        "examples": examples(done, moved.of),
        "distributions": distributions(done),
        "replayed": len(done),
    }


def _error(found: Replay, wanted: int, door: Gateway) -> StageOutcome:
    """Resumable: finished calls are kept."""
    reason = f"{found.unanswered} of {len(found.done)} traces have no answer: the model was out of reach"
    if found.stopped:
        reason = f"stopped with {len(found.done)} of {wanted} traces replayed: {found.stopped}"
    return StageOutcome(Verdict.ERROR, reason, {}, door.budget.calls, spent(door.budget))


def _arms(workspace: Workspace, record: Record) -> tuple[Arm, Arm]:
    catalog = workspace.catalog
    behavior = catalog.behavior(catalog.get(record.prompt_id, record.to_version))
    baseline = of_published("shadow_live", record.from_behavior or "", catalog, workspace.publisher, record.environment)
    return of_candidate("shadow_candidate", behavior, catalog), baseline


def _replay(
    workspace: Workspace, record: Record, traces: Sequence[Trace], candidate: Arm, baseline: Arm, door: Gateway
) -> Replay:
    done = 0

    def on_done() -> None:
        nonlocal done
        done += 1
        workspace.tell(Progress(STAGE, done, len(traces), "traces"))

    test = f"{record.release_id}:{record.from_behavior}:shadow"
    drifted_at = drift_alarm.newest(workspace.store, [baseline.model.key])
    return asyncio.run(replay(traces, candidate, baseline, door, test, on_done, drifted_at))


def _row(row: ShadowRow) -> dict[str, Any]:
    found = asdict(row)
    found["verdict"] = str(row.verdict)
    del found["change"]
    return {**found, **row.change._asdict()}
