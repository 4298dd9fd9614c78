"""Give the candidate a share of the traffic and watch it."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.canary import stage
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="canary {step.share} %", **options.STAGE)
def watch_canary(record: Record, step: Step) -> Record:
    """Give the candidate a share of the traffic and watch it."""
    return take(workspace(), record, step, stage.run)
