"""Whether the models behind live prompts still answer as they did, every night."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.announce_events import announce_events
from tasks.probe_models import judge_matrix, probe_models, state_of_night


@flow(flow_run_name="drift sentinel in {environment}", persist_result=False)
def drift_sentinel(environment: str = "production", wait: bool = True) -> State:
    """Fixed probes against blessed references, then the matrix with what is left of the night's budget.

    Args:
        environment: Whose live prompts; the models behind them are asked.
        wait: Wait for second draws, an hour at least; else they are left to the next run.
    """
    probed = probe_models(environment, wait)
    announce_events()
    return state_of_night(probed, judge_matrix(environment))
