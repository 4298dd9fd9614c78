"""Release through the Prefect flow, in this process, seen on the server that PREFECT_API_URL names."""

from __future__ import annotations

from registry.roots import Roots
from tasks.ledger import release as releases
from tasks.release.orders import ReleaseOrder
from tasks.release.workspace import Workspace


def start(order: ReleaseOrder) -> str | None:
    """The release's id; None when the version is live already. What the flow raises comes through."""
    from flows.release import release

    state = release(order, return_state=True)
    if state.is_failed() and state.name in ("Failed", "Crashed"):
        state.result()
    if state.name == "AlreadyLive":
        return None
    workspace = Workspace(Roots.find(), order.by)
    newest = releases.recent(workspace.store, environment=order.environment, prompt_id=order.prompt, limit=1)
    return newest[0].release_id
