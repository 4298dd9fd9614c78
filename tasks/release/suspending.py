"""Which Prefect runs wait for a person, as the ledger knows it: who answers elsewhere can let them go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from tasks.ledger import event, release
from tasks.ledger.event import Event
from tasks.ledger.store import Reader

from .loading import ANSWERED
from .record import Record
from .recording import subjects
from .workspace import Workspace

SUSPENDED = "promptship.approval.suspended"
RESUMED = "promptship.approval.resumed"
LOOK_BACK = timedelta(days=30)


class Waiting(NamedTuple):
    """A run that need not wait any longer; `noted` is the event of its suspension."""

    run_id: str
    noted: Event


def note(workspace: Workspace, record: Record, of: str, run_id: str) -> bool:
    """Before a run suspends itself: it waits for the answer about `of`. Safe to do again: then it is False."""
    return workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=SUSPENDED,
            actor=workspace.actor,
            subjects=subjects(record),
            payload={"of": of, "flow_run_id": run_id},
            at=record.after(workspace.now()),
            event_id=f"{record.release_id}:{record.asked[of].isoformat()}:suspended:{of}:{run_id}",
        )
    )


def release_of(reader: Reader, environment: str, prompt_id: str, run_id: str, now: datetime) -> str | None:
    """The release that this run suspended itself for: it goes on with that one, also when it has ended meanwhile."""
    noted = event.of_prompt(reader, environment, prompt_id, kinds=(SUSPENDED,), since=now - LOOK_BACK)
    return next((e.release_id for e in reversed(noted) if e.payload["flow_run_id"] == run_id), None)


def due(reader: Reader, release_id: str) -> list[Waiting]:
    """The runs of this release whose newest question is answered, or whose release has ended."""
    ended = release.get(reader, release_id).decision is not None
    events = event.of_release(reader, release_id)
    newest = {str(e.payload["flow_run_id"]): e for e in events if e.kind == SUSPENDED}
    woken = {e.payload["noted"] for e in events if e.kind == RESUMED}
    answered = {(e.payload["of"], e.at) for e in events if e.kind == ANSWERED}
    return [
        Waiting(run_id, noted)
        for run_id, noted in newest.items()
        if noted.event_id not in woken
        and (ended or any(of == noted.payload["of"] and at > noted.at for of, at in answered))
    ]


def due_anywhere(reader: Reader, now: datetime) -> list[Waiting]:
    """The same over all releases of the last 30 days."""
    rows = reader.rows(
        'SELECT DISTINCT release_id FROM event WHERE kind = ? AND "at" >= ? ORDER BY release_id',
        [SUSPENDED, now - LOOK_BACK],
    )
    return [waiting for row in rows for waiting in due(reader, row["release_id"])]


def woken(workspace: Workspace, waiting: Waiting, how: str) -> None:
    """This run was let go on, or did not wait any more: `how` says which."""
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=RESUMED,
            actor=workspace.actor,
            subjects=waiting.noted.subjects,
            payload={"noted": waiting.noted.event_id, "flow_run_id": waiting.run_id, "how": how},
            at=workspace.now(),
            event_id=f"{waiting.noted.event_id}:resumed",
        )
    )
