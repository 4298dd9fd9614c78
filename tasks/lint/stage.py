"""Lint as a stage: the candidate's file, compared with the version that is live."""

from __future__ import annotations

from tasks.lint.lint import lint
from tasks.lint.loading import load
from tasks.release.record import Record, Step
from tasks.release.recording import StageOutcome
from tasks.release.workspace import Workspace


def run(workspace: Workspace, record: Record, step: Step) -> StageOutcome:
    """Run the rules. A live version whose file is gone is compared with by its artifact in the later stages only."""
    catalog = workspace.catalog
    known = catalog.versions(record.prompt_id)
    previous = record.from_version if record.from_version in known else None
    required = record.policy.requires_lock
    report = lint(load(catalog, record.prompt_id, record.to_version, previous=previous, requires_lock=required))
    return StageOutcome(report.verdict, report.reason, report.evidence)
