"""Ask a person."""

from __future__ import annotations

from prefect import task
from prefect.runtime import deployment

from tasks import options
from tasks.announce_events import announce_events
from tasks.hear_approval import hear
from tasks.release import asking as stage
from tasks.release.order import question
from tasks.release.record import Record, Step
from tasks.release.taking import take
from tasks.telling import workspace


@task(task_run_name="approval", **options.STAGE)
def ask(record: Record, step: Step) -> Record:
    """Write down, once, what is asked."""
    return take(workspace(), record, step, stage.run)


def ask_approval(record: Record, step: Step) -> Record:
    """Ask; under a deployment the run is suspended until a person has answered, else the release waits."""
    here, asked = workspace(), ask(record, step)
    open_ = question(asked, here.now())
    if open_ is None or not deployment.id:
        return asked
    announce_events()  # before the run is gone: somebody may want to be told that they are asked
    return hear(here, asked, open_)
