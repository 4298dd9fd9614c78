"""Open a release, or find the attempt that is open, and show its plan."""

from __future__ import annotations

from datetime import timedelta

from prefect import task
from prefect.runtime import flow_run

from tasks import options
from tasks.label_run import tag_run
from tasks.planning.announcing import announce
from tasks.release.loading import begin
from tasks.release.opening import recover_or_open
from tasks.release.orders import ReleaseOrder
from tasks.release.record import Record, Stage
from tasks.release.suspending import release_of
from tasks.release.traffic import recover
from tasks.telling import show, workspace


@task(task_run_name="open {order.version}", **options.STAGE)
def open_release(order: ReleaseOrder) -> Record | None:
    """The record of the attempt to walk, or None when the version is live already.

    A run that was suspended goes on with the attempt that it waited for, however that ended meanwhile.
    """
    tag_run(order)
    here = workspace()
    suspended = release_of(here.store, order.environment, order.prompt, str(flow_run.id), here.now())
    if suspended:
        recover(here)
    release_id = suspended or recover_or_open(here, order, here.now()).release_id
    if release_id is None:
        return None
    show(order, announce(here, release_id))
    until = Stage(order.until) if order.until else None
    return begin(here, release_id, until, timedelta(minutes=order.watch_minutes))
