"""`promptship release`: plan, start, status, list, resume, abort, approve, reject, observe."""

from __future__ import annotations

import getpass
import os
from typing import Any

import click

from deployments.cli import release_answer, release_observe, release_plan
from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.verbs import Verbs
from registry.behavior import short
from tasks.release.orders import ReleaseOrder
from tasks.release.workspace import Workspace

_COLUMNS = ("release_id", "environment", "prompt_id", "from_version", "to_version", "attempt", "decision", "started_at")

_STAGES = ("lint", "fast_gate", "gate", "shadow", "canary")
_MINUTES = click.FloatRange(min=0, min_open=True)


@click.group("release", cls=Verbs)
def command() -> None:
    """Bring a prompt version into an environment."""


command.add_command(release_plan.command)
command.add_command(release_observe.command)
command.add_command(release_answer.approve)
command.add_command(release_answer.reject)


@command.command("start")
@click.argument("prompt")
@click.argument("version")
@environment_option()
@click.option("--by", default=None, help="Who asks; default: your account.")
@click.option("--again", is_flag=True, help="Open a new attempt after a finished one.")
@click.option("--reason", default="", help="Why a new attempt.")
@click.option("--until", type=click.Choice(_STAGES), help="Stop after this stage.")
@click.option(
    "--watch", "watch_minutes", type=_MINUTES, default=60, show_default=True, help="Minutes to watch a canary."
)
@click.option("--via", type=click.Choice(["local", "prefect"]), help="Default: prefect when PREFECT_API_URL is set.")
@as_json
def start(prompt: str, version: str, via: str | None, json_: bool, **options: Any) -> int:
    """Release PROMPT VERSION: open an attempt, or go on with the open one."""
    options["by"] = options["by"] or getpass.getuser()
    order = ReleaseOrder(version=_known(prompt, version), **options).checked()
    chosen = via or ("prefect" if os.environ.get("PREFECT_API_URL") else "local")
    if chosen == "prefect":
        from deployments.cli.via_prefect import start as start_flow

        release_id = start_flow(order)
    else:
        release_id = _locally(order)
    return _show_end(order, release_id, json_)


def _known(prompt: str, version: str) -> str:
    """`prompt@version` as the registry has it, also for `latest`. Raises UnknownPrompt, UnknownVersion."""
    from deployments.cli.naming import concrete

    here = Workspace.here()
    return here.catalog.get(prompt, concrete(here.catalog, here.publisher, prompt, version)).name


def _locally(order: ReleaseOrder) -> str | None:
    from deployments.cli.progress import shown
    from deployments.cli.walk import walk

    with shown() as tell:
        record = walk(Workspace.here(order.by, tell), order, lambda sentence: click.echo(sentence, err=True))
    return record.release_id if record is not None else None


def _show_end(order: ReleaseOrder, release_id: str | None, json_: bool) -> int:
    from tasks.release.showing import status
    from tasks.report.writing import write_report

    if release_id is None:
        sentence = f"{order.version} is already live in {order.environment}"
        document("release", state="already_live", sentence=sentence) if json_ else click.echo(sentence)
        return 0
    here = Workspace.here(order.by)
    write_report(here, release_id)
    return _show(status(here, release_id, until=order.until), json_)


def _show(found: dict[str, Any], json_: bool) -> int:
    if json_:
        document("release", **found)
        return int(found["exit_code"])
    table(("stage", "verdict", "reason", "calls", "cost_usd"), found["stages"])
    click.echo(found["sentence"])
    if found.get("report"):
        click.echo(f"report: {found['report']}")
    return int(found["exit_code"])


@command.command("status")
@click.argument("release_id")
@as_json
def status_(release_id: str, json_: bool) -> int:
    """Show the stages of a release so far; the exit code is its verdict."""
    from tasks.release.showing import status

    return _show(status(Workspace.here(), release_id), json_)


@command.command("list")
@click.option("--environment", "-e", default=None, help="Only this environment.")
@click.option("--limit", default=20, show_default=True)
@as_json
def list_(environment: str | None, limit: int, json_: bool) -> None:
    """The newest releases first."""
    from tasks.ledger import release

    rows = [
        {column: getattr(row, column) for column in (*_COLUMNS, "to_behavior")}
        for row in release.recent(Workspace.here().store, environment=environment, limit=limit)
    ]
    if json_:
        document("releases", releases=rows)
    elif not rows:
        click.echo("no releases; begin one with `promptship release start`")
    else:
        table((*_COLUMNS, "behavior"), [{**row, "behavior": short(row["to_behavior"])} for row in rows])


@command.command("resume")
@click.argument("release_id")
@as_json
def resume(release_id: str, json_: bool) -> int:
    """Go on with an open release where it stopped."""
    from tasks.ledger import release

    row = release.get(Workspace.here().store, release_id)
    order = ReleaseOrder(version=f"{row.prompt_id}@{row.to_version}", environment=row.environment, by=getpass.getuser())
    return _show_end(order, _locally(order), json_)


@command.command("abort")
@click.argument("release_id")
@click.option("--reason", required=True, help="Shown in the changelog.")
@click.option("--by", default=None, help="Who; default: your account.")
@as_json
def abort(release_id: str, reason: str, by: str | None, json_: bool) -> int:
    """End an open release: a canary is withdrawn, traffic is on live."""
    from tasks.release.aborting import abort as end
    from tasks.release.showing import status

    workspace = Workspace.here(by or getpass.getuser())
    end(workspace, release_id, reason)
    _show(status(workspace, release_id), json_)
    return 0
