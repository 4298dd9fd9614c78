"""Lint as a stage: the candidate's file, compared with the version that is live, at the traffic of the last days."""

from __future__ import annotations

from datetime import datetime, timedelta

from tasks.ledger import trace
from tasks.lint.lint import lint
from tasks.lint.loading import load
from tasks.lint.subject import Traffic
from tasks.lint.traffic import units_per_day
from tasks.release.record import Record, Step
from tasks.release.recording import StageOutcome
from tasks.release.workspace import Workspace


def run(workspace: Workspace, record: Record, step: Step) -> StageOutcome:
    """Run the rules. A live version whose file is gone is compared with by its artifact in the later stages only."""
    catalog, now = workspace.catalog, workspace.now()
    known = catalog.versions(record.prompt_id)
    subject = load(
        catalog,
        record.prompt_id,
        record.to_version,
        previous=record.from_version if record.from_version in known else None,
        requires_lock=record.policy.requires_lock,
        now=now,
        traffic=_traffic(workspace, record, now),
    )
    report = lint(subject)
    return StageOutcome(report.verdict, report.reason, report.evidence)


def _traffic(workspace: Workspace, record: Record, now: datetime) -> Traffic | None:
    """None where there is no canary, or not enough history to speak of a day's traffic."""
    if record.from_behavior is None:
        return None
    from tasks.canary.history import History

    place = (workspace.store, record.environment, record.prompt_id)
    day, week = (trace.traffic(*place, since=now - timedelta(days=days), until=now).units for days in (1, 7))
    rate = units_per_day(day, week)
    return Traffic(record.policy, History({}, rate)) if rate else None
