"""Tell Prefect's event stream what the ledger has written, so that automations can act on it.

Whichever flow runs next announces all of it, also the events of a release that died and of the command line.
"""

from __future__ import annotations

import uuid
from contextlib import suppress

from prefect.events import emit_event

from registry.errors import LedgerLocked
from tasks.ledger.announced import unannounced
from tasks.ledger.event import Event
from tasks.ledger.flock import Held
from tasks.telling import workspace

_NAMESPACE = uuid.UUID("6f0a4d5e-5a3b-5d0f-9a0e-3c1b8a7d2e10")


def announce_events() -> None:
    """Every event of the ledger that nobody has announced, under its own name; while that is locked, later."""
    here = workspace()
    with suppress(Held, LedgerLocked), unannounced(here.store, here.roots.home, here.now()) as found:
        for one in found:
            _announce(one)


def _announce(one: Event) -> None:
    emit_event(
        event=one.kind,
        resource={"prefect.resource.id": _resource(one), "prefect.resource.name": one.prompt_id or one.kind},
        occurred=one.at,
        payload={**one.payload, **one.subjects, "actor": one.actor},
        id=uuid.uuid5(_NAMESPACE, one.event_id),
    )


def _resource(one: Event) -> str:
    """What Prefect files it under: the release, else the prompt in its environment, else the environment."""
    if one.release_id:
        return f"promptship.release.{one.release_id}"
    if one.prompt_id:
        return f"promptship.prompt.{one.environment}.{one.prompt_id}"
    return f"promptship.environment.{one.environment}"
