"""Compare what production asks and gets with last week and with the eval set."""

from __future__ import annotations

from prefect import task

from registry.errors import LedgerError
from tasks import options
from tasks.input_drift.looking import Day, look
from tasks.telling import workspace


@task(task_run_name="find what serves in {environment}", **options.STAGE)
def find_served(environment: str) -> list[str]:
    """The prompts that have a route there."""
    return sorted(workspace().publisher.read_table(environment).prompts)


@task(task_run_name="compare {prompt}", **options.STAGE)
def compare_inputs(environment: str, prompt: str) -> Day | None:
    """The last 24 hours of one prompt; None when nobody asked it."""
    try:
        return look(workspace(), environment, prompt)
    except LedgerError as error:
        if type(error) is not LedgerError:
            raise
        return None
