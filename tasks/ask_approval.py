"""Ask a person."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.release import asking as stage
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="approval", **options.STAGE)
def ask_approval(record: Record, step: Step) -> Record:
    """Ask a person."""
    return take(workspace(), record, step, stage.run)
