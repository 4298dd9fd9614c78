"""Bring what applications wrote into the ledger, every minute."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.ingest_spool import expire_traces, ingest_spool, state_of_intake


@flow(flow_run_name="ingest traces", persist_result=False)
def ingest_traces() -> State:
    """So many segments a run; safe to run at any time, and several at once."""
    taken = ingest_spool()
    return state_of_intake(taken, expire_traces())
