"""What comes next, asked of the pure order of stages."""

from __future__ import annotations

from prefect.runtime import deployment

from tasks.release.order import next_step, question
from tasks.release.record import Record, Step
from tasks.release.workspace import wall_clock


def following(record: Record) -> Step | None:
    """The next step of this record now; None when there is nothing to do in this walk.

    A run under a deployment has one thing to do while a person is asked: to wait for the answer.
    """
    now = wall_clock()
    return next_step(record, now) or (question(record, now) if deployment.id else None)
