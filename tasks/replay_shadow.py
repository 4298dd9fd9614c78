"""Replay sampled production traces with the candidate."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.shadow import stage
from tasks.telling import workspace


@task(task_run_name="shadow", **options.STAGE)
def replay_shadow(record: Record, step: Step) -> Record:
    """Replay sampled production traces with the candidate."""
    return take(workspace(), record, step, stage.run)
