"""Shadow as a stage: sample traces, replay them without side effects, decide, keep the rows and the examples."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from registry.errors import BudgetSpent
from registry.runtime.spool import sealed
from tasks.canary.declaring import fresh
from tasks.evaluation.arms import of_candidate, of_published
from tasks.evaluation.job import Arm
from tasks.gate.rounds import gateway, spent
from tasks.gateway.gateway import Gateway
from tasks.ledger import ingest, trace
from tasks.ledger.trace import Trace
from tasks.release.record import Record, Step
from tasks.release.recording import StageOutcome
from tasks.release.verdict import Verdict
from tasks.release.workspace import Progress, Workspace
from tasks.shadow.decide import decide
from tasks.shadow.distributions import distributions
from tasks.shadow.examples import examples
from tasks.shadow.guarding import guards
from tasks.shadow.replaying import Replayed, missing, replay, unanswered
from tasks.shadow.sample import Sample, ShadowRow

LOOK_BACK = timedelta(days=7)
STAGE = "shadow"
UNANSWERED_LIMIT = 0.02


def run(workspace: Workspace, record: Record, step: Step) -> StageOutcome:
    """Replay recent traces with the candidate. No tool is executed and nobody is served."""
    ingest.take_in(workspace.store, sealed(workspace.roots.spool), workspace.now())
    sampled = _sample(workspace, record)
    candidate, baseline = _arms(workspace, record)
    lacking = sorted({name for one in sampled for name in missing(one, candidate)})
    usable = [one for one in sampled if not missing(one, candidate)]
    door = gateway(workspace, record)
    try:
        replayed = _replay(workspace, record, usable, candidate, baseline, door)
    except BudgetSpent as error:
        return _error(error.found, door)
    lost = unanswered(replayed)
    if lost > UNANSWERED_LIMIT * len(replayed):
        return _error(f"{lost} of {len(replayed)} traces have no answer: the model was out of reach", door)
    return _judged(workspace, record, replayed, lacking, door)


def _judged(
    workspace: Workspace, record: Record, replayed: list[Replayed], lacking: list[str], door: Gateway
) -> StageOutcome:
    plan = fresh(workspace, record, workspace.now()).plan
    sample = Sample(guards(plan, replayed), len(replayed), record.policy.shadow.minimum, tuple(lacking))
    verdict = decide(sample)
    evidence = {
        "rows": [_row(row) for row in verdict.rows],
        "left_to_canary": list(verdict.left_to_canary),
        "examples": examples(replayed),
        "distributions": distributions(replayed),
        "replayed": len(replayed),
    }
    return StageOutcome(verdict.verdict, verdict.reason, evidence, door.budget.calls, spent(door.budget))


def _error(reason: str, door: Gateway) -> StageOutcome:
    """Resumable: finished calls are kept."""
    return StageOutcome(Verdict.ERROR, reason, {}, door.budget.calls, spent(door.budget))


def _sample(workspace: Workspace, record: Record) -> list[Trace]:
    now = workspace.now()
    return trace.sample(
        workspace.store,
        record.environment,
        record.prompt_id,
        since=now - LOOK_BACK,
        until=now,
        size=record.policy.shadow.sample,
        seed=f"{record.release_id}:shadow",
    )


def _arms(workspace: Workspace, record: Record) -> tuple[Arm, Arm]:
    catalog, publisher = workspace.catalog, workspace.publisher
    behavior = catalog.behavior(catalog.get(record.prompt_id, record.to_version))
    baseline = of_published("shadow_live", record.from_behavior or "", catalog, publisher)
    return of_candidate("shadow_candidate", behavior, catalog, publisher), baseline


def _replay(
    workspace: Workspace, record: Record, traces: Sequence[Trace], candidate: Arm, baseline: Arm, door: Gateway
) -> list[Replayed]:
    done = 0

    def on_done() -> None:
        nonlocal done
        done += 1
        workspace.tell(Progress(STAGE, done, len(traces), "traces"))

    test = f"{record.release_id}:{record.from_behavior}:shadow"
    return asyncio.run(replay(traces, candidate, baseline, door, test, on_done))


def _row(row: ShadowRow) -> dict[str, Any]:
    found = asdict(row)
    found["verdict"] = str(row.verdict)
    del found["change"]
    return {**found, **row.change._asdict()}
