"""What applications wrote, on this machine and on others, into the ledger before anybody judges by it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from registry.runtime.segment import sealed
from registry.runtime.storage import shipped
from tasks.ledger import ingest
from tasks.ledger.ingest import Ingested
from tasks.ledger.shipped import fetch

from .workspace import Workspace


def waiting(workspace: Workspace) -> list[Path]:
    """The segments that wait, the oldest first, those among them that other machines shipped.

    Where that storage is out of reach, those of this machine: whoever watches traffic hears the silence.
    """
    with suppress(ConnectionError):
        bring(workspace)
    return sealed(workspace.roots.spool)


def bring(workspace: Workspace) -> None:
    """Bring what other machines shipped into this spool. Raises ConnectionError, SettingsError."""
    objects = shipped(workspace.roots)
    if objects is not None:
        fetch(workspace.store, objects, workspace.roots.spool)


def withheld(workspace: Workspace) -> frozenset[str]:
    """The environments that keep no payload."""
    rules = workspace.catalog.environments
    return frozenset(name for name, rule in rules.items() if rule.retention.payload == timedelta(0))


def take_in(workspace: Workspace, now: datetime) -> Ingested:
    """Take in all that waits. Raises LedgerLocked."""
    return ingest.take_in(workspace.store, waiting(workspace), now, withheld(workspace))
