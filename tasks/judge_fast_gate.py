"""Look for an obvious regression on thirty dev cases."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.gate import fast_stage as stage
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="fast gate", **options.STAGE)
def judge_fast_gate(record: Record, step: Step) -> Record:
    """Look for an obvious regression on thirty dev cases."""
    return take(workspace(), record, step, stage.run)
