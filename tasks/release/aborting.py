"""A person ends an open release."""

from __future__ import annotations

from .closing import close
from .loading import load_open
from .verdict import Decision
from .workspace import Workspace


def abort(workspace: Workspace, release_id: str, reason: str) -> None:
    """End it as held: a canary is withdrawn first. Raises UnknownRelease, ReleaseError when it has ended."""
    close(workspace, load_open(workspace, release_id), Decision.HOLD, f"aborted: {reason}")
