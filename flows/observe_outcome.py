"""Fill the changelog's outcomes: what change notes expected against what happened, after a day and after a week."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.observe_release import find_due, observe_release


@flow(flow_run_name="observe outcomes", persist_result=False)
def observe_outcome() -> State:
    """Everything that is due; scheduled, and safe to run at any time."""
    found = [observe_release(one) for one in find_due()]
    told = "; ".join(f"{one.release_id}: {one.sentence}" for one in found)
    return Completed(name="Observed" if found else "NothingDue", message=told or "no outcome is due")
