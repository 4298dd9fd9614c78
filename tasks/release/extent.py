"""How far a release is to go: as whoever started it last wanted."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tasks.ledger import event
from tasks.ledger.event import Event
from tasks.ledger.store import Reader

from .orders import ReleaseOrder
from .record import TICK, Stage
from .workspace import Workspace

OPENED: Final = "promptship.release.opened"
RESUMED: Final = "promptship.release.resumed"


def until(reader: Reader, release_id: str) -> Stage | None:
    """The last stage of the newest order; None is to its end."""
    return _stage(_newest(reader, release_id))


def resumed(workspace: Workspace, order: ReleaseOrder, release_id: str, now: datetime) -> None:
    """Note that it is to go further, or less far, than before. Safe to do again."""
    before = _newest(workspace.store, release_id)
    if before is None or _stage(before) == order.until:
        return
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=RESUMED,
            actor=order.by or workspace.actor,
            subjects=before.subjects,
            payload={"until": order.until},
            at=max(now, before.at + TICK),
        )
    )


def _newest(reader: Reader, release_id: str) -> Event | None:
    said = [e for e in event.of_release(reader, release_id) if e.kind in (OPENED, RESUMED)]
    return said[-1] if said else None


def _stage(said: Event | None) -> Stage | None:
    named = said.payload.get("until") if said is not None else None
    return Stage(named) if named else None
