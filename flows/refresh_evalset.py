"""Propose eval cases from what went wrong in production, for a person to label."""

from __future__ import annotations

from datetime import timedelta

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.propose_cases import propose_cases


@flow(flow_run_name="refresh {name} from {environment}", persist_result=False)
def refresh_evalset(name: str, environment: str = "production", days: int = 30, limit: int = 50) -> State:
    """Add proposals to `<home>/proposals/<name>.jsonl`; a person labels them, the set is not touched.

    Args:
        name: The one that the proposals are for.
        environment: Whose traffic.
        days: How far back to look.
        limit: How many cases to propose at most.
    """
    found = propose_cases(name, environment, timedelta(days=days), limit)
    sentence = f"{len(found.proposed)} cases proposed of {found.seen} requests that went wrong: {found.file}"
    return Completed(message=sentence)
