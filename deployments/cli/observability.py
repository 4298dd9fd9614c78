"""`promptship observability`: what watches promptship from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, environment_option
from deployments.cli.verbs import Verbs

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from registry.runtime.routes import RouteTable
    from tasks.observability.rendering import Rendered, Watched

_PORT = 9469


@click.group("observability", cls=Verbs)
def command() -> None:
    """Prometheus rules, a dashboard and the metrics they read."""


@command.command("render")
@click.argument("prompt", required=False)
@environment_option()
@click.option("--version", default=None, help="Its guards, instead of those of what is live and in canary.")
@click.option("--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="A folder.")
@as_json
def render(prompt: str | None, environment: str, version: str | None, output: Path, json_: bool) -> None:
    """Write alert rules with their tests, and a Grafana dashboard.

    From the guards of the change notes of what serves (without a route: of the newest version) and from the live
    guards of the environment. Without PROMPT: of all prompts that have a route there.
    """
    from registry.runtime import atomic
    from tasks.observability.rendering import render as rendered_of
    from tasks.release.workspace import Workspace

    if version and not prompt:
        raise click.UsageError("--version needs PROMPT")
    workspace = Workspace.here("cli")
    catalog = workspace.catalog
    levels = catalog.environments.environment(environment).live_guards
    table = workspace.publisher.read_table(environment)
    names = [prompt] if prompt else sorted(table.prompts)
    watched = [one for name in names for one in _watched(catalog, table, name, version)]
    found = rendered_of(environment, watched, levels, catalog.metrics)
    for name, text in found.files.items():
        atomic.replace(output / name, text.encode(), sync=False)
    _say(found, output, json_)


def _watched(catalog: Catalog, table: RouteTable, prompt: str, version: str | None) -> Iterator[Watched]:
    """Raises UnknownPrompt, UnknownVersion."""
    from registry.behavior import short
    from tasks.observability.rendering import Watched

    route = table.prompts.get(prompt)
    served = [route.live.version, *([route.canary.version] if route.canary else [])] if route else []
    for name in [version] if version else served or catalog.versions(prompt)[-1:]:
        known = catalog.get(prompt, name)
        yield Watched(prompt, name, short(catalog.behavior(known).sha), known.change.guards)


def _say(found: Rendered, output: Path, json_: bool) -> None:
    files = [str(output / name) for name in found.files]
    if json_:
        alerts = [{"name": one.name, "prompt": one.prompt, "version": one.version} for one in found.alerts]
        document("observability", files=files, alerts=alerts, left_out=list(found.left_out))
        return
    click.echo("\n".join(files))
    click.echo(f"{len(found.alerts)} alerts of guards, each with two tests: promtool test rules {files[1]}")
    for one in found.left_out:
        click.echo(f"no alert for {one}")


@command.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True, help="0 takes a free one.")
@as_json
def serve(host: str, port: int, json_: bool) -> None:
    """Offer the ledger's metrics to Prometheus, by environment, prompt, behavior version, arm and intent.

    Counters begin at 0 with this process and count what the ledger takes in from then on. Reads only; Ctrl-C ends it.
    """
    from deployments.metrics_endpoint import PATH, endpoint
    from registry.roots import Roots
    from tasks.ledger.store import Store
    from tasks.observability.counting import Counters

    counters = Counters(Store.open(Roots.find().ledger))
    server = _listening(endpoint, host, port, counters.read)
    counters.read()
    url = f"http://{host}:{server.server_address[1]}{PATH}"
    if json_:
        document("metrics_endpoint", url=url)
    else:
        click.echo(url)
    try:
        server.serve_forever()
    finally:
        server.server_close()


def _listening(endpoint: Any, host: str, port: int, read: Any) -> Any:
    from registry.errors import SettingsError

    try:
        return endpoint(host, port, read)
    except OSError as error:
        raise SettingsError(
            f"{host}:{port} cannot be listened on: {error.strerror}",
            expected="an address of this machine that nobody uses",
            fix="Name another one with --host and --port",
        ) from None
