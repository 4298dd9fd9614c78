"""A person ends an open release."""

from __future__ import annotations

from registry.errors import ReleaseError

from .closing import close
from .loading import load
from .record import Walk
from .verdict import Decision
from .workspace import Workspace


def abort(workspace: Workspace, release_id: str, reason: str) -> None:
    """End it as held: a canary is withdrawn first. Raises UnknownRelease, ReleaseError when it has ended."""
    record = load(workspace, release_id, Walk(workspace.now()), workspace.now())
    if record.decision is not None:
        raise ReleaseError(
            f"{release_id} has ended already, in {record.decision}",
            expected="an open release",
            fix="Look with `promptship release list`",
        )
    close(workspace, record, Decision.HOLD, f"aborted: {reason}")
