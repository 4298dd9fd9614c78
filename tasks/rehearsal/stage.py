"""The rehearsal as a stage: what is live now is loaded, asked, and switched away from and back in the sandbox."""

from __future__ import annotations

import time
from typing import Any

from registry.runtime import routes_change
from registry.runtime.artifact_file import from_behavior
from registry.runtime.ids import new_id
from registry.runtime.routes import Pinned, Route, RouteTable
from tasks.evaluation import evalset
from tasks.evaluation.arms import of_published
from tasks.evaluation.job import Job
from tasks.gate.rounds import ask, gateway
from tasks.ledger import rehearsal
from tasks.ledger.rehearsal import Rehearsal
from tasks.rehearsal.decide import Proof, decide
from tasks.release.record import Record, Step
from tasks.release.recording import StageOutcome
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace

SANDBOX = "sandbox"


def run(workspace: Workspace, record: Record, step: Step) -> StageOutcome:
    """Prove the way back before it is needed, and keep the proof with the time that going back took."""
    arm = of_published("rehearsal", record.from_behavior or "", workspace.catalog, workspace.publisher)
    version = workspace.catalog.get(record.prompt_id, record.to_version)
    selection = evalset.load(workspace.roots.evalsets, version.evals.fast if version.evals else "")
    jobs = [Job(case, arm, 1) for case in selection.cases]
    # An id of its own each time: a rehearsal is about today's model, so nothing comes from the cache.
    asked = ask(workspace, gateway(workspace, record), selection, jobs, test=new_id("op_"), stage="rehearsal")
    found = decide(asked.results, selection.evalset.min_score or 0.0)
    seconds = _flip(workspace, record)
    evidence: dict[str, Any] = {"behavior": record.from_behavior, "seconds": seconds, "evalset": selection.name}
    _store(workspace, record, found, seconds, evidence)
    reason = f"{record.from_version} can be gone back to in {seconds * 1000:.0f} ms: {found.reason}"
    return StageOutcome(
        found.verdict, reason if found.verdict is Verdict.PASS else found.reason, evidence, asked.calls, asked.cost_usd
    )


def _flip(workspace: Workspace, record: Record) -> float:
    """Candidate live, then the baseline again, in the sandbox; seconds for going back."""
    catalog = workspace.catalog
    version = catalog.get(record.prompt_id, record.to_version)
    behavior = catalog.behavior(version)
    workspace.publisher.put_artifact(from_behavior(behavior))
    there = Pinned(version=record.to_version, behavior=record.to_behavior)
    back = Pinned(version=record.from_version or "", behavior=record.from_behavior or "")
    _swap(workspace, record.prompt_id, version.use_case, there)
    began = time.monotonic()
    _swap(workspace, record.prompt_id, version.use_case, back)
    workspace.publisher.get_artifact(back.behavior)
    return time.monotonic() - began


def _swap(workspace: Workspace, prompt: str, use_case: str, live: Pinned) -> None:
    table = workspace.publisher.read_table(SANDBOX)
    changed = _with(table, prompt, use_case, live)
    if changed != table:
        now = workspace.now()
        stamped = routes_change.stamped(changed, operation=new_id("op_"), at=now, by=workspace.actor)
        workspace.publisher.swap(stamped, table.generation)


def _with(table: RouteTable, prompt: str, use_case: str, live: Pinned) -> RouteTable:
    if prompt in table.prompts:
        return routes_change.pin(table, prompt, live)
    return table.model_copy(update={"prompts": {**table.prompts, prompt: Route(use_case=use_case, live=live)}})


def _store(workspace: Workspace, record: Record, found: Proof, seconds: float, evidence: dict[str, Any]) -> None:
    row = Rehearsal(
        environment=record.environment,
        prompt_id=record.prompt_id,
        behavior=record.from_behavior or "",
        at=workspace.now(),
        seconds=seconds,
        verdict=found.verdict,
        evidence={**evidence, "reason": found.reason},
    )
    workspace.store.tx(lambda tx: rehearsal.insert(tx, row))
