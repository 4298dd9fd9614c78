"""A release as one document: stages, verdicts, intervals, calls, cost and how it ended."""

from __future__ import annotations

from typing import Any

from registry.behavior import short
from tasks.ledger import event, release, stage_result
from tasks.ledger.stage_result import StageResult

from .loading import load
from .outcome import outcome
from .record import Stage, Walk
from .workspace import Workspace

FORESEEN = "promptship.release.foreseen"
"""The event that keeps the plan as it was shown before the release began."""


def status(workspace: Workspace, release_id: str, until: str | None = None) -> dict[str, Any]:
    """JSON-ready. Raises UnknownRelease."""
    row = release.get(workspace.store, release_id)
    record = load(workspace, release_id, Walk(row.started_at, Stage(until) if until else None), workspace.now())
    ended = outcome(record)
    results = stage_result.of_release(workspace.store, release_id)
    costs = [result.cost_usd for result in results]
    report = workspace.roots.reports / f"{release_id}.html"
    return {
        "release_id": release_id,
        "environment": row.environment,
        "prompt": row.prompt_id,
        "from_version": row.from_version,
        "to_version": row.to_version,
        "behavior": short(row.to_behavior),
        "attempt": row.attempt,
        "state": ended.state,
        "decision": row.decision,
        "exit_code": ended.exit_code,
        "sentence": ended.sentence,
        "calls": sum(result.calls for result in results),
        "cost_usd": None if None in costs else sum(cost for cost in costs if cost is not None),
        "plan": _plan(workspace, release_id),
        "stages": [_stage(result) for result in results],
        "report": str(report) if report.exists() else None,
    }


def _plan(workspace: Workspace, release_id: str) -> dict[str, Any] | None:
    shown = [e for e in event.of_release(workspace.store, release_id) if e.kind == FORESEEN]
    return dict(shown[-1].payload) if shown else None


def _stage(result: StageResult) -> dict[str, Any]:
    return {
        "stage": result.stage,
        "attempt": result.attempt,
        "verdict": result.verdict,
        "reason": result.reason,
        "calls": result.calls,
        "cost_usd": result.cost_usd,
        "seconds": (result.ended_at - result.started_at).total_seconds(),
        "evidence": result.evidence,
    }
