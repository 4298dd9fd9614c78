"""Check the version file by the lint rules."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.lint import stage
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="lint", **options.STAGE)
def lint_prompt(record: Record, step: Step) -> Record:
    """Check the version file by the lint rules."""
    return take(workspace(), record, step, stage.run)
