"""What a change did to the scores of a cell."""

from __future__ import annotations

from datetime import datetime

from tasks.drift import harm
from tasks.drift.harm import Damage
from tasks.ledger import drift
from tasks.release.workspace import Workspace

from .blessing import Blessed
from .target import Target


def damaged(workspace: Workspace, target: Target, known: Blessed, first_seen: datetime) -> Damage | None:
    """Scores of the reference against all that was drawn since; None when nothing was drawn since."""
    new: dict[str, list[float | None]] = {}
    for row in drift.since(workspace.store, target.name, ("text", "week"), known.row.at, first_seen):
        for case, pairs in row.outputs.items():
            new.setdefault(case, []).extend(pair.get("score") for pair in pairs)
    return harm.judge(known.collected.scores, new) if new else None
