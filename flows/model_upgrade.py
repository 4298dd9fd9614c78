"""Leave a model as a dependency is upgraded: the whole column through the gate, then releases one by one."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.release import release
from tasks.upgrade_model import find_candidates, keep_upgrade, smoke_fallbacks, state_of_upgrade, verdict_of


@flow(flow_run_name="upgrade {old} to {new} in {environment}", persist_result=False)
def model_upgrade(old: str, new: str, environment: str = "production", by: str = "") -> State:
    """Every live prompt on `old`, as its candidate on `new`; those that pass the gate are released."""
    orders = find_candidates(old, new, environment, by)
    pairs, found = smoke_fallbacks(new, environment), []
    for order in orders:
        release(order, return_state=True)
        found.append(verdict_of(order))
    for number, row in enumerate(found):
        if row.verdict == "pass" and row.released is None:
            onward = orders[number].model_copy(update={"until": None})
            release(onward, return_state=True)
            found[number] = verdict_of(onward)
    keep_upgrade(old, new, environment, found)
    return state_of_upgrade(old, new, found, pairs)
