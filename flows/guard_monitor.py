"""Carry on canaries whose release died, and watch what is live: its levels, and its holdback."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.announce_events import announce_events
from tasks.watch_environments import state_of_watch, watch_environments


@flow(flow_run_name="guard monitor", persist_result=False)
def guard_monitor(environments: tuple[str, ...] = (), minutes: float = 5) -> State:
    """Carry on canaries whose release died; watch what is live.

    Args:
        environments: Those to watch; none means every environment that serves something.
        minutes: For how long.
    """
    watched = watch_environments(environments, minutes)
    announce_events()
    return state_of_watch(watched)
