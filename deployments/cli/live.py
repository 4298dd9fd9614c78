"""`promptship live`: show, pin."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.verbs import Verbs

if TYPE_CHECKING:
    from registry.runtime.publishing import Reader
    from registry.runtime.routes import Route, RouteTable
    from tasks.release.workspace import Workspace

_COLUMNS = ("prompt", "live", "behavior", "canary", "holdback", "back to")


@click.group("live", cls=Verbs)
def command() -> None:
    """What applications get, and an operator's hand on it."""


@command.command("show")
@click.argument("prompt", required=False)
@environment_option()
@as_json
def show(prompt: str | None, environment: str, json_: bool) -> None:
    """What each prompt serves: live, canary, holdback, and where a rollback would go."""
    from tasks.ledger.deferred import defer

    defer("duckdb")
    from deployments.cli.naming import routed
    from tasks.release.workspace import Workspace

    workspace = Workspace.here()
    found = _table(workspace, environment)
    with routed(workspace.catalog, environment, prompt or ""):
        routes = {prompt: found.route(prompt)} if prompt else found.prompts
    readers = workspace.publisher.readers(environment)
    if json_:
        head = {"environment": environment, "generation": found.generation, "written_at": found.written_at}
        document("live", **head, written_by=found.written_by, prompts=routes, readers=[r._asdict() for r in readers])
        return
    _print(found, routes, readers, workspace.now())


def _table(workspace: Workspace, environment: str) -> RouteTable:
    """Raises UnknownEnvironment for a name under which nothing was published and that no file describes."""
    found = workspace.publisher.read_table(environment)
    if found.generation == 0:
        workspace.catalog.environments.environment(environment)
    return found


def _print(found: RouteTable, routes: Mapping[str, Route], readers: list[Reader], now: datetime) -> None:
    if not routes:
        click.echo(f"nothing is live in {found.environment}; release a version first")
        return
    table(_COLUMNS, [_row(name, route, now) for name, route in sorted(routes.items())])
    click.echo(f"\n{found.environment}, generation {found.generation}, written by {found.written_by}")
    for reader in readers:
        age = (now - reader.at).total_seconds()
        click.echo(f"reader {reader.name}: generation {reader.generation}, seen {age:.0f} s ago")


def _row(prompt: str, route: Route, now: datetime) -> dict[str, Any]:
    from registry.behavior import short
    from registry.runtime.routes_change import rollback_target

    back, target = route.holdback, rollback_target(route)
    return {
        "prompt": prompt,
        "live": route.live.version,
        "behavior": short(route.live.behavior),
        "canary": _canary(route, now),
        "holdback": f"{back.version} {back.share_bps / 100:g} % until {back.until:%d %b %H:%M}" if back else None,
        "back to": target.version if target else None,
    }


def _canary(route: Route, now: datetime) -> str | None:
    canary = route.canary
    if canary is None:
        return None
    left = (canary.lease_expires_at - now).total_seconds()
    lease = f"lease {left:.0f} s" if left > 0 else "lease over: takes no traffic"
    return f"{canary.version} {canary.share_bps / 100:g} %, {lease}"


@command.command("pin")
@click.argument("prompt")
@click.argument("version")
@environment_option()
@click.option("--reason", required=True, help="Shown in the changelog.")
@click.option("--by", default=None, help="Who; default: your account.")
@click.option("--break-glass", is_flag=True, help="Also a version that no release brought here; the changelog says so.")
@as_json
def pin(
    prompt: str, version: str, environment: str, reason: str, by: str | None, break_glass: bool, json_: bool
) -> int:
    """Make VERSION live by hand; a canary ends with it."""
    from tasks.ledger.deferred import defer

    defer("duckdb")
    from deployments.cli import flipping
    from deployments.cli.naming import concrete, routed
    from tasks.release import pinning
    from tasks.release.following import follow
    from tasks.release.operating import operator

    began = time.monotonic()
    workspace = operator(by)
    chosen = concrete(workspace.catalog, workspace.publisher, prompt, version)
    with routed(workspace.catalog, environment, prompt):
        flip = pinning.pin(
            workspace, environment, prompt, chosen, by=workspace.actor, reason=reason, break_glass=break_glass
        )
    followed = follow(workspace.publisher, environment, workspace.now, generation=flip.generation, began=began)
    if json_:
        ends = {"before": flipping.pinned(flip.before), "live": flipping.pinned(flip.after)}
        told = {"changed": flip.done, **ends, "seconds": flip.seconds, **flipping.follow_up(workspace, followed)}
        document("pin", environment=environment, prompt=prompt, **told)
    else:
        click.echo("\n".join([flip.sentence, *flipping.sentences(workspace, followed, flip.done)]))
    if flip.done:
        workspace.publish()
    return 0
