"""Watch environments for a while, and say as a Prefect state what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from prefect import task
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from registry.errors import AccessDenied, ClaimTaken
from tasks import options
from tasks.hear_approval import wake
from tasks.monitor.acting import ACTOR
from tasks.monitor.finding import Finding, Findings
from tasks.monitor.watching import served, watch
from tasks.release.suspending import due_anywhere
from tasks.release.workspace import Workspace
from tasks.telling import workspace

STALE = timedelta(minutes=5)
"""After an outage all missed runs come at once: one this late has a successor already."""


class Watch(NamedTuple):
    """How a watch ended: the name of its state, what there is to say, and whether a person should look."""

    name: str
    message: str
    alarming: bool = False


@task(task_run_name="watch", **options.STAGE)
def watch_environments(environments: tuple[str, ...], minutes: float) -> Watch:
    """Watch these environments, or with none named all that serve something."""
    here, found = workspace(ACTOR), Findings()
    if here.now() - flow_run.scheduled_start_time > STALE:
        return Watch("Stale", "this run is late: the next one watches")
    try:
        watch(here, environments or served(here), timedelta(minutes=minutes), found.add)
    except ClaimTaken as error:
        return Watch("WatchedByAnother", str(error))
    except AccessDenied as error:
        return Watch("Refused", str(error), alarming=True)
    _wake(here)
    lines = [_line(finding) for finding in found.newest]
    return Watch(
        "Alerted" if found.exit_code else "Watched", "\n".join(lines) or "nothing to watch", bool(found.exit_code)
    )


def state_of_watch(ended: Watch) -> State:
    """Green where nobody has to look; after a rollback, a hold, an alert or an error red, with a name of its own."""
    return (Failed if ended.alarming else Completed)(name=ended.name, message=ended.message)


def _wake(here: Workspace) -> None:
    """Runs that were suspended for an answer that came another way, or for a release that has ended by now."""
    for waiting in here.store.read(lambda view: due_anywhere(view, here.now())):
        wake(here, waiting)


def _line(finding: Finding) -> str:
    return f"{finding.environment}/{finding.prompt} {finding.watched}: {finding.did}. {finding.sentence}"
