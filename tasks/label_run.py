"""Say on a Prefect run which prompt, version and verdict it is about: tags to find it by, labels to read."""

from __future__ import annotations

from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from tasks.reaching import unless_away
from tasks.release.orders import ReleaseOrder


def tag_run(order: ReleaseOrder) -> None:
    """Tags of this run: prompt, prompt@version and environment, beside those of its deployment."""
    _tell({order.prompt, order.version, order.environment}, {})


def label_run(release_id: str, verdict: str) -> None:
    """The release and its verdict."""
    _tell({verdict}, {"promptship.release": release_id, "promptship.verdict": verdict})


def _tell(tags: set[str], labels: dict[str, str]) -> None:
    """A server that is away loses it; the ledger has it all."""
    if not flow_run.id:
        return
    run_id = UUID(str(flow_run.id))
    with unless_away("tags and labels"), get_client(sync_client=True) as client:
        known = set(client.read_flow_run(run_id).tags)
        client.update_flow_run(run_id, tags=sorted(known | tags))
        if labels:
            client.update_flow_run_labels(run_id, dict(labels))
