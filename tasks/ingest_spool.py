"""Take what applications wrote into the ledger, and once a day delete what is past its retention."""

from __future__ import annotations

from datetime import timedelta

from prefect import task
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from tasks import options
from tasks.intake.expiring import expire
from tasks.intake.taking_in import Intake, take_in
from tasks.telling import workspace

AT_MOST = 512
"""Segments a run: what is left waits for the next minute."""
STALE = timedelta(minutes=5)
"""After an outage all missed runs come at once: one this late has a successor already."""


@task(task_run_name="ingest", **options.STAGE)
def ingest_spool() -> Intake | None:
    """None when this run is late: the next one ingests."""
    here = workspace()
    return None if here.now() - flow_run.scheduled_start_time > STALE else take_in(here, AT_MOST)


@task(task_run_name="expire", **options.STAGE)
def expire_traces() -> int:
    """How many traces were deleted or lost their texts; 0 when it was done today."""
    done = [one.gone for one in expire(workspace()) if one.gone]
    return sum(gone.traces + gone.payloads for gone in done)


def state_of_intake(taken: Intake | None, expired: int) -> State:
    """Red where storage is out of reach; where applications lose lines its name says so."""
    if taken is None:
        return Completed(name="Stale", message="this run is late: the next one ingests")
    told = taken.sentence + (f"; {expired} traces are past their retention" if expired else "")
    if taken.unreachable:
        return Failed(name="OutOfReach", message=told)
    return Completed(name="Dropping" if taken.dropped else "Ingested", message=told)
