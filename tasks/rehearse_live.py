"""Rehearse the way back of what is live, and say as a Prefect state what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from prefect import task
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from tasks import options
from tasks.rehearsal import rounds
from tasks.release.verdict import Verdict
from tasks.telling import workspace

STALE = timedelta(hours=12)
"""After an outage all missed runs come at once: one this late leaves it to the next day's."""


class Rehearsal(NamedTuple):
    """The name of the state, what there is to say, and whether all can be gone back to."""

    name: str
    message: str
    passed: bool = True


@task(task_run_name="rehearse", **options.STAGE)
def rehearse_live(environment: str, prompt: str | None) -> Rehearsal:
    """Every live prompt, or one, on today's model."""
    here = workspace("rehearsal")
    if here.now() - flow_run.scheduled_start_time > STALE:
        return Rehearsal("Stale", "this run is late: the next one rehearses")
    found = rounds.rehearse_live(here, environment, prompt)
    passed = found.verdict is Verdict.PASS
    return Rehearsal("Rehearsed" if passed else "NoWayBack", "\n".join(rounds.sentences(found, environment)), passed)


def state_of_rehearsal(rehearsed: Rehearsal) -> State:
    """Red, with a name of its own, where a version could not be gone back to."""
    return (Completed if rehearsed.passed else Failed)(name=rehearsed.name, message=rehearsed.message)
