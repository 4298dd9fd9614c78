"""Propose eval cases from requests that went wrong."""

from __future__ import annotations

from datetime import timedelta

from prefect import task

from tasks import options
from tasks.evaluation.production import Refreshed, refreshed
from tasks.telling import workspace


@task(task_run_name="propose cases for {name}", **options.STAGE)
def propose_cases(name: str, environment: str, back: timedelta, limit: int) -> Refreshed:
    """Propose eval cases from requests that went wrong; the set itself is not touched."""
    return refreshed(workspace(), name, environment, back, limit)
