"""Fetch what a release's canary has seen so far, for people."""

from __future__ import annotations

from typing import Any

from registry.errors import ReleaseError
from tasks.canary.declaring import recorded
from tasks.canary.experiment import Experiment, read
from tasks.canary.looking import assigned
from tasks.canary.state import State
from tasks.ledger import look, observation, release
from tasks.ledger.release import Release
from tasks.release.loading import load
from tasks.release.record import Walk
from tasks.release.workspace import Workspace


def newest(workspace: Workspace, environment: str, prompt: str) -> str:
    """The newest release of a prompt whose canary was looked at. Raises ReleaseError."""
    for row in release.recent(workspace.store, environment=environment, prompt_id=prompt):
        if look.latest(workspace.store, row.release_id):
            return row.release_id
    raise _unseen(f"{prompt} had no canary in {environment}")


def show(workspace: Workspace, release_id: str) -> dict[str, Any]:
    """JSON-ready; `crossed` units were served by both versions before its end.

    Raises UnknownRelease, ReleaseError for a release without a canary.
    """
    row = release.get(workspace.store, release_id)
    experiment = _read(workspace, row)
    return {
        "release_id": release_id,
        "environment": row.environment,
        "prompt": row.prompt_id,
        "new": row.to_version,
        "old": row.from_version,
        "decision": row.decision,
        "crossed": observation.crossed(workspace.store, row, row.ended_at or workspace.now()),
        **experiment.dump(),
    }


def _read(workspace: Workspace, row: Release) -> Experiment:
    now = workspace.now()
    told = recorded(workspace, load(workspace, row.release_id, Walk(now), now))
    kept = look.latest(workspace.store, row.release_id)
    if told is None or not kept or not kept[0].state:
        raise _unseen(f"{row.release_id} has had no look at a canary")
    return read(told.plan, State.load(kept[0].state), assigned(workspace.store, row.release_id))


def _unseen(found: str) -> ReleaseError:
    return ReleaseError(
        found, expected="a release that got to its canary", fix="List them with `promptship release list`"
    )
