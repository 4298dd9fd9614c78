"""Prove, before it is needed, that each live prompt can go back to the version before, on today's model."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.announce_events import announce_events
from tasks.rehearse_live import rehearse_live, state_of_rehearsal


@flow(flow_run_name="rehearse rollback in {environment}", persist_result=False)
def rehearse_rollback(environment: str = "production", prompt: str | None = None) -> State:
    """No application is touched: routes are switched in the sandbox.

    Args:
        environment: Whose live prompts.
        prompt: The one to rehearse; empty means all of them.
    """
    rehearsed = rehearse_live(environment, prompt)
    announce_events()
    return state_of_rehearsal(rehearsed)
