"""Compare the candidate with live and with the anchor on the gate split."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.gate import stage
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="gate", **options.STAGE)
def judge_gate(record: Record, step: Step) -> Record:
    """Compare the candidate with live and with the anchor on the gate split."""
    return take(workspace(), record, step, stage.run)
