"""Bring a prompt version into an environment: lint, gates, shadow, canary, promotion or rollback."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from registry.errors import AccessDenied, ReleaseError
from tasks.announce_events import announce_events
from tasks.cancel_release import give_back
from tasks.claim_release import held
from tasks.open_release import open_release
from tasks.plan_release import following
from tasks.release.orders import ReleaseOrder
from tasks.report_release import refused, state_of
from tasks.show_stage import show_stage
from tasks.stages import STAGES


@flow(flow_run_name="release {order.version} to {order.environment}", persist_result=False, on_cancellation=[give_back])
def release(order: ReleaseOrder) -> State:
    """Walk one release to its end, or to where it waits for a person or for time."""
    try:
        with held(order):
            record = open_release(order)
            while record and (step := following(record)):
                record = STAGES[step.stage](record, step)
                show_stage(record, step)
                announce_events()
            return state_of(order, record)
    except (ReleaseError, AccessDenied) as error:
        return refused(error)
