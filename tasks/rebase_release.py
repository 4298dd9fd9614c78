"""Take the version that went live meanwhile as the baseline."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.release import rebasing as stage
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="rebase", **options.STAGE)
def rebase_release(record: Record, step: Step) -> Record:
    """Take the version that went live meanwhile as the baseline."""
    return take(workspace(), record, step, stage.run)
