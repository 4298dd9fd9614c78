"""Draw the traces to replay once: a release that goes on after a stop replays the same ones."""

from __future__ import annotations

from datetime import timedelta

from tasks.ledger import event, trace
from tasks.ledger.trace import Trace
from tasks.release.record import Record
from tasks.release.recording import subjects
from tasks.release.workspace import Workspace

LOOK_BACK = timedelta(days=7)
DRAWN = "promptship.shadow.sampled"


def sampled(workspace: Workspace, record: Record) -> list[Trace]:
    """The sample of this release against this baseline, from the ledger or drawn now.

    Without any trace nothing is kept: there may be some the next time. A trace whose input was deleted since is left
    out.
    """
    event_id = f"{record.release_id}:{record.from_behavior}:sample"
    events = event.of_release(workspace.store, record.release_id)
    kept = next((e.payload["trace_ids"] for e in events if e.event_id == event_id), None)
    if kept is not None:
        found = {one.trace_id: one for one in trace.of_ids(workspace.store, kept)}
        return [found[one] for one in kept if one in found and found[one].variables is not None]
    drawn = _draw(workspace, record)
    if drawn:
        workspace.store.tx(
            lambda tx: event.append(
                tx,
                kind=DRAWN,
                actor=workspace.actor,
                subjects=subjects(record),
                payload={"trace_ids": [one.trace_id for one in drawn]},
                at=workspace.now(),
                event_id=event_id,
            )
        )
    return drawn


def _draw(workspace: Workspace, record: Record) -> list[Trace]:
    now = workspace.now()
    return trace.sample(
        workspace.store,
        record.environment,
        record.prompt_id,
        since=now - LOOK_BACK,
        until=now,
        size=record.policy.shadow.sample,
        seed=f"{record.release_id}:shadow",
    )
