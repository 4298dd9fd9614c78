"""Take a canary or live back, as `promptship rollback` does, and say when the last reader was seen on it."""

from __future__ import annotations

import time
from typing import NamedTuple

from prefect import task
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from registry.errors import UsageError
from tasks import options
from tasks.ledger.deferred import defer
from tasks.release.rollback_order import RollbackOrder


class TakenBack(NamedTuple):
    """`changed` False: nothing was to be done."""

    changed: bool
    sentences: list[str]


@task(task_run_name="take back", **options.ONCE)
def take_back(order: RollbackOrder) -> TakenBack:
    """Routes first. DuckDB is loaded when they are changed; where it is broken, the entry waits in the outbox."""
    defer("duckdb")
    from tasks.release import following, rolling_back
    from tasks.release.operating import operator

    _once(order)
    began = time.monotonic()
    workspace = operator(order.by)
    done = rolling_back.take_back(workspace, order)
    publisher = workspace.publisher
    followed = following.follow(publisher, order.environment, workspace.now, generation=done.generation, began=began)
    if done.changed:
        workspace.publish()
    waits = workspace.store.problem
    ledger = [f"the ledger's entry waits in the outbox: {waits}"] if waits else []
    return TakenBack(done.changed, [*done.sentences, *following.told(followed, done.changed), *ledger])


def state_of_rollback(taken: TakenBack) -> State:
    """Green, with a name that tells whether anything was to be done."""
    return Completed(name="TakenBack" if taken.changed else "AlreadyDone", message="\n".join(taken.sentences))


def _once(order: RollbackOrder) -> None:
    """A run that is started again does not know what it did: without a name it might go back one version further."""
    if flow_run.run_count > 1 and order.taking is None and order.release is None:
        raise UsageError(
            "this run was started before, and may have taken effect",
            expected="a rollback that names the behavior to take away",
            fix="Look with `promptship live show`, and start a new run if it is still needed",
        )
