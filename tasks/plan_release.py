"""What comes next, asked of the pure order of stages."""

from __future__ import annotations

from tasks.release.order import next_step
from tasks.release.record import Record, Step
from tasks.release.workspace import wall_clock


def following(record: Record) -> Step | None:
    """The next step of this record now; None when there is nothing to do in this walk."""
    return next_step(record, wall_clock())
