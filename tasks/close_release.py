"""End the release with its decision."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.release import closing as stage
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="close", **options.STAGE)
def close_release(record: Record, step: Step) -> Record:
    """End the release with its decision."""
    return take(workspace(), record, step, stage.run)
