"""Show the plan before a release begins, and keep it, so that what was foreseen can be held against what happened."""

from __future__ import annotations

from registry.errors import LedgerLocked, PromptshipError
from tasks.ledger import event, release
from tasks.planning.foreseeing import foresee
from tasks.planning.prospect import Prospect
from tasks.planning.text import short
from tasks.release.loading import load
from tasks.release.record import Walk
from tasks.release.showing import FORESEEN
from tasks.release.workspace import Workspace


def announce(workspace: Workspace, release_id: str) -> list[str]:
    """The plan in short, and in the ledger from then on; nothing when this release was announced before.

    What keeps a plan from being made is no error here: the stage that meets it says so. Raises LedgerLocked.
    """
    id_ = f"{release_id}:foreseen"
    if event.exists(workspace.store, id_):
        return []
    try:
        prospect = _foreseen(workspace, release_id)
    except LedgerLocked:
        raise
    except PromptshipError as error:
        return [f"there is no plan: {error.code}: {error.found}"]
    _keep(workspace, release_id, id_, prospect)
    return short(prospect)


def _foreseen(workspace: Workspace, release_id: str) -> Prospect:
    now = workspace.now()
    attempt = release.get(workspace.store, release_id).attempt
    return foresee(workspace, load(workspace, release_id, Walk(now), now), attempt, now)


def _keep(workspace: Workspace, release_id: str, event_id: str, prospect: Prospect) -> None:
    about = {
        "release_id": release_id,
        "environment": prospect.environment,
        "prompt_id": prospect.version.partition("@")[0],
    }
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=FORESEEN,
            actor=workspace.actor,
            subjects=about,
            payload=prospect.dump(),
            at=workspace.now(),
            event_id=event_id,
        )
    )
