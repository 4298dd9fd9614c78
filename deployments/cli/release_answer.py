"""`promptship release approve` and `reject`: answer what a release waits for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from deployments.cli.output import as_json, document

if TYPE_CHECKING:
    from tasks.release.workspace import Workspace


_RELEASE = click.argument("release_id")
_BY = click.option("--by", required=True, help="Your name: the changelog shows it.")
_REASON = click.option("--reason", required=True, help="Why.")


@click.command("approve")
@_RELEASE
@_BY
@_REASON
@as_json
def approve(release_id: str, by: str, reason: str, json_: bool) -> int:
    """Let a release go on. A Prefect run that waits for it does so; else `release resume` does."""
    return _answer(release_id, True, by, reason, json_)


@click.command("reject")
@_RELEASE
@_BY
@_REASON
@as_json
def reject(release_id: str, by: str, reason: str, json_: bool) -> int:
    """Say no: the release ends as rejected, when the Prefect run that waits or `release resume` takes it up."""
    return _answer(release_id, False, by, reason, json_)


def _answer(release_id: str, approve: bool, by: str, reason: str, json_: bool) -> int:
    from registry.errors import UsageError
    from tasks.release.asking import answer
    from tasks.release.workspace import Workspace

    if not by.strip() or not reason.strip():
        raise UsageError(
            "an answer without a name or a reason",
            expected="both: the changelog shows them",
            fix="Give --by and --reason",
        )
    here = Workspace.here(by)
    of = answer(here, release_id, approve=approve, by=by, reason=reason)
    runs = _wake(here, release_id)
    if json_:
        document("approval", release_id=release_id, of=of, approved=approve, by=by, flow_runs=runs)
        return 0
    lines = [f"{by} {'approved' if approve else 'rejected'} {of}"]
    lines += [f"flow run {run_id} {how}" for run_id, how in runs.items()]
    if "goes on" not in runs.values():
        lines.append(f"Go on with: promptship release resume {release_id}")
    click.echo("\n".join(lines))
    return 0


def _wake(here: Workspace, release_id: str) -> dict[str, str]:
    """The suspended runs of this release, and what came of them; none is asked for where no server is named."""
    from tasks.release.suspending import due

    waiting = here.store.read(lambda view: due(view, release_id))
    if not waiting or not os.environ.get("PREFECT_API_URL"):
        return {}
    from tasks.hear_approval import wake

    return {one.run_id: wake(here, one) for one in waiting}
