"""What a command that changed the routes says: who does not follow yet, and what waits to be written."""

from __future__ import annotations

from typing import Any

from registry.behavior import short
from registry.runtime.routes import Pinned
from tasks.release.following import Followed, told
from tasks.release.operating import Operator


def sentences(workspace: Operator, followed: Followed, changed: bool) -> list[str]:
    """For people."""
    said = told(followed, changed)
    if workspace.store.problem is not None:
        said.append(f"the ledger's entry waits in the outbox: {workspace.store.problem}")
    return said


def pinned(version: Pinned) -> dict[str, str]:
    """As documents show it."""
    return {"version": version.version, "behavior": version.behavior, "id": short(version.behavior)}


def follow_up(workspace: Operator, followed: Followed) -> dict[str, Any]:
    """For programs."""
    return {
        "generation": followed.generation,
        "readers_seen": dict(followed.seen),
        "last_seen_after_s": followed.seconds,
        "readers_behind": [reader._asdict() for reader in followed.behind],
        "ledger": "written" if workspace.store.problem is None else "pending",
        "ledger_problem": workspace.store.problem,
    }
