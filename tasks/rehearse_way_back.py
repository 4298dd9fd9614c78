"""Prove that the version that is live now can be gone back to."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.rehearsal import stage
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="rehearsal", **options.STAGE)
def rehearse_way_back(record: Record, step: Step) -> Record:
    """Prove that the version that is live now can be gone back to."""
    return take(workspace(), record, step, stage.run)
