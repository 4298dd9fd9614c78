"""Write what came of a release."""

from __future__ import annotations

from prefect import task

from tasks import options
from tasks.outcome import keeping
from tasks.outcome.keeping import Due, Kept
from tasks.telling import workspace


@task(task_run_name="find what is due", **options.STAGE)
def find_due() -> list[Due]:
    """The releases whose outcome after a day or a week is not written yet."""
    here = workspace()
    return keeping.due(here, here.now())


@task(task_run_name="observe {one.release_id}", **options.STAGE)
def observe_release(one: Due) -> Kept:
    """Expected against observed, into the changelog."""
    return keeping.keep(workspace(), one)
