"""Follow a release from outside while somebody else walks it."""

from __future__ import annotations

from registry.errors import LedgerLocked
from tasks.ledger import release, stage_result

from .record import Finished, Stage, stage_key
from .verdict import Verdict
from .workspace import Workspace


def latest(workspace: Workspace, environment: str, prompt: str, version: str) -> list[Finished]:
    """The finished stages of the newest attempt of this version; empty before it is opened or while the ledger is busy."""
    try:
        rows = release.recent(workspace.store, environment=environment, prompt_id=prompt, limit=1)
        if not rows or rows[0].to_version != version:
            return []
        results = stage_result.of_release(workspace.store, rows[0].release_id)
    except LedgerLocked:
        return []
    return [
        Finished(stage_key(Stage(r.stage), r.evidence.get("share")), Verdict(r.verdict), r.reason, r.ended_at) for r in results
    ]
