"""Leave a model as a dependency is upgraded: the whole column through the gate, then releases one by one."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.release import release
from tasks.upgrade_model import (
    find_candidates,
    find_passed,
    keep_upgrade,
    read_releases,
    read_verdicts,
    refer_to_new,
    smoke_fallbacks,
    state_of_upgrade,
)


@flow(flow_run_name="upgrade {old} to {new} in {environment}", persist_result=False)
def model_upgrade(old: str, new: str, environment: str = "production", by: str = "") -> State:
    """Every live prompt on `old`, as its candidate on `new`; those that pass the gate are released.

    Args:
        old: The model to leave.
        new: The model to go to; the registry has a candidate of each prompt that names it.
        environment: Whose live prompts.
        by: For the changelog; empty means the account this runs under.
    """
    orders = find_candidates(old, new, environment, by)
    pairs = smoke_fallbacks(orders, new, environment)
    for order in orders:
        release(order, return_state=True)
    gated = read_verdicts(orders)
    for order in find_passed(orders, gated):
        release(order, return_state=True)
    found = read_releases(orders, gated)
    referred = refer_to_new(old, new, environment, by, found)
    keep_upgrade(old, new, environment, found)
    return state_of_upgrade(old, new, found, [*pairs, *referred])
