"""Whether production still asks and gets what it did last week and what the eval sets hold, every day."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.compare_inputs import compare_inputs as compare
from tasks.compare_inputs import find_served


@flow(flow_run_name="compare inputs in {environment}", persist_result=False)
def compare_inputs(environment: str = "production") -> State:
    """Every prompt that has a route; scheduled once a day, and each run is kept in the ledger.

    Args:
        environment: Whose traffic.
    """
    found = [day for prompt in find_served(environment) if (day := compare(environment, prompt))]
    name = "Drifted" if any(day.drifted for day in found) else "AsBefore"
    return Completed(name=name, message="; ".join(day.sentence for day in found) or "nobody asked anything")
