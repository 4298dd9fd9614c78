"""The end of the demo: what each release came to, the changelog, and where everything is."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from deployments.cli.changelog import show
from tasks.ledger import changelog
from tasks.release.workspace import Workspace

from .needs import production_needs
from .watching import clock

NOT_AS_PLANNED = (
    "not as planned: v3 should be live and v4 not. The changelog above says how each ended, and why. A canary that was"
    " held at its deadline had too few requests: run the same command again when two cores are free."
)


def summary(version: str, state: Any) -> str:
    """One sentence about a release, from the state its flow ended in."""
    return f"{version}: {state.name}. {state.message or ''}"


def close(workspace: Workspace, console: Console, better: bool, worse: bool, seconds: float) -> int:
    """Print the changelog and the addresses; 0 when the better version is live and the worse one is not."""
    route = workspace.publisher.read_table("demo").prompts.get("order-extract")
    live = route.live.version if route is not None else "nothing"
    console.print()
    console.print("[bold]promptship changelog[/bold]\n")
    for entry in reversed(changelog.entries(workspace.store, environment="demo", limit=6)):
        show(entry, console)
    for line in production_needs(workspace):
        console.print(line, markup=False)
    console.print(f"\nlive in demo: {live}")
    console.print(f"snapshot for any DuckDB client: {workspace.roots.public / 'changelog.duckdb'}", markup=False)
    for entry in changelog.entries(workspace.store, environment="demo", limit=3):
        console.print(
            f"report of {entry.to_version}: {workspace.roots.reports / f'{entry.release_id}.html'}", markup=False
        )
    as_planned = better and not worse and live == "v3"
    if not as_planned:
        console.print(NOT_AS_PLANNED, markup=False)
    console.print(f"took {clock(seconds)}")
    return 0 if as_planned else 1
