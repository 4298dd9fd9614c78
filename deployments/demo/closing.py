"""The end of the demo: what each release came to, the changelog, and where everything is."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.ledger import changelog
from tasks.ledger.changelog import Entry
from tasks.release.workspace import Workspace

from .needs import production_needs
from .watching import clock


def summary(version: str, state: Any) -> str:
    """One sentence about a release, from the state its flow ended in."""
    return f"{version}: {state.name}. {state.message or ''}"


def close(workspace: Workspace, console: Console, better: bool, worse: bool, seconds: float) -> int:
    """Print the changelog and the addresses; 0 when the better version is live and the worse one is not."""
    route = workspace.publisher.read_table("demo").prompts.get("order-extract")
    live = route.live.version if route is not None else "nothing"
    console.print()
    console.print(_changelog(changelog.entries(workspace.store, environment="demo", limit=6)))
    console.print()
    for line in production_needs(workspace):
        console.print(line, markup=False)
    console.print(f"\nlive in demo: {live}")
    console.print(f"snapshot for any DuckDB client: {workspace.roots.public / 'changelog.duckdb'}", markup=False)
    for entry in changelog.entries(workspace.store, environment="demo", limit=3):
        console.print(
            f"report of {entry.to_version}: {workspace.roots.reports / f'{entry.release_id}.html'}", markup=False
        )
    console.print(f"took {clock(seconds)}")
    return 0 if better and not worse and live == "v3" else 1


def _changelog(entries: list[Entry]) -> Table:
    grid = Table("when", "change", "why", "expected", "observed and decided", "how to reverse", title="Changelog")
    for entry in reversed(entries):
        grid.add_row(
            Text(f"{entry.started_at:%H:%M:%S}"),
            Text(f"{entry.kind} {entry.from_version or '-'} -> {entry.to_version}"),
            Text(entry.why or "-"),
            Text(_expected(entry)),
            Text(f"{entry.decision or '-'}: {entry.reason or '-'}"),
            Text(entry.how_to_reverse or "-"),
        )
    return grid


def _expected(entry: Entry) -> str:
    return "\n".join(f"{e['metric']} {e['direction']} {e.get('by') or ''}".strip() for e in entry.expected or []) or "-"
