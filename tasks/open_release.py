"""Open a release, or find the attempt that is open, and show its plan."""

from __future__ import annotations

from datetime import timedelta

from prefect import task

from tasks import options
from tasks.planning.announcing import announce
from tasks.release.loading import load
from tasks.release.opening import open_release as open_
from tasks.release.orders import ReleaseOrder
from tasks.release.record import Record, Stage, Walk
from tasks.telling import show, workspace


@task(task_run_name="open {order.version}", **options.STAGE)
def open_release(order: ReleaseOrder) -> Record | None:
    """The record of the attempt to walk, or None when the version is live already."""
    here = workspace()
    opened = open_(here, order, here.now())
    if opened.release_id is None:
        return None
    show(opened.release_id, announce(here, opened.release_id))
    until = Stage(order.until) if order.until else None
    walk = Walk(here.now(), until, timedelta(minutes=order.watch_minutes))
    return load(here, opened.release_id, walk, here.now())
