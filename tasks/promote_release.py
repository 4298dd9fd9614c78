"""Make the candidate the live version."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.release import promoting as stage
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="promote", **options.STAGE)
def promote_release(record: Record, step: Step) -> Record:
    """Make the candidate the live version."""
    return take(workspace(), record, step, stage.run)
