"""`promptship changelog`: what changed, why, what it should move, and how to reverse it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deployments.cli import changelog_authors
from deployments.cli.durations import back, since_option
from deployments.cli.output import as_json, document

if TYPE_CHECKING:
    from registry.roots import Roots
    from tasks.ledger.changelog import Entry

_WAIT_S = 2.0


class Found(NamedTuple):
    """The entries, newest first; `note` is what a reader has to know about where they come from."""

    entries: list[Entry]
    source: str
    note: str | None


@click.command("changelog")
@since_option()
@click.option("--environment", "-e", default=None, help="Only this environment.")
@click.option("--prompt", default=None, help="Only this prompt.")
@click.option("--author", default=None, help="Only changes of this author.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="At most so many, the newest.")
@click.option("--authors", is_flag=True, help="How often the expectations of each author came true.")
@as_json
def command(
    since: Any, environment: str | None, prompt: str | None, author: str | None, limit: int, authors: bool, json_: bool
) -> None:
    """What changed, why, what it should move, and how to reverse it."""
    from registry.roots import Roots
    from tasks.release.workspace import wall_clock

    if authors:
        changelog_authors.show(Roots.find(), author, json_)
        return
    asked = {"environment": environment, "prompt_id": prompt, "author": author, "limit": limit}
    found = find(Roots.find(), {"since": back(wall_clock(), since), **asked})
    if not found.entries:
        _refuse_unknown(Roots.find(), environment, prompt)
    if json_:
        entries = [asdict(entry) for entry in found.entries]
        document("changelog", source=found.source, note=found.note, entries=entries)
        return
    if found.note:
        click.echo(found.note, err=True)
    for entry in reversed(found.entries):
        show(entry, Console())
    if not found.entries:
        click.echo("no changes")


def find(roots: Roots, asked: Mapping[str, Any]) -> Found:
    """From the ledger, else from the public snapshot. Raises LedgerLocked when there is no snapshot either."""
    from registry.errors import LedgerLocked
    from tasks.ledger import changelog
    from tasks.ledger.store import Store

    waiting = len(list(roots.outbox.glob("op_*.json")))
    note = f"{waiting} change(s) wait in the outbox and are not shown yet" if waiting else None
    store = Store.of(roots, _WAIT_S)
    if not store.exists():
        return Found([], "ledger", note or f"there is no ledger in {roots.home} yet: nothing was released")
    try:
        return Found(changelog.entries(store, **asked), "ledger", note)
    except LedgerLocked as error:
        if not (roots.public / "changelog.duckdb").exists():
            raise
        return _snapshot(roots, asked, error.found)


def _refuse_unknown(roots: Roots, environment: str | None, prompt: str | None) -> None:
    """Raises UnknownEnvironment or UnknownPrompt for a name that neither the registry nor any change has."""
    from registry.catalog import Catalog

    catalog, always = Catalog(roots.registry), {"since": None, "author": None, "limit": 1}
    if environment and not find(roots, {**always, "environment": environment, "prompt_id": None}).entries:
        catalog.environments.environment(environment)
    if prompt and not find(roots, {**always, "environment": None, "prompt_id": prompt}).entries:
        catalog.versions(prompt)


def _snapshot(roots: Roots, asked: Mapping[str, Any], locked: str) -> Found:
    import duckdb

    from tasks.ledger import changelog
    from tasks.ledger.store import View

    path = roots.public / "changelog.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        entries = changelog.entries(View(connection), **asked)
    return Found(entries, "snapshot", f"{locked}; this is {path}, as of the last change that was published")


def show(entry: Entry, console: Console) -> None:
    """One block a change. What text says is shown as it is; the way back stands on a line of its own, to be copied."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in _lines(entry):
        grid.add_row(Text(f"  {name}"), Text(" ".join(value.split())))
    console.print(Text(_title(entry), style="bold"), soft_wrap=True)
    console.print(grid)
    if entry.how_to_reverse:
        console.print(Text(f"  reverse   {shortened(entry.how_to_reverse)}"), soft_wrap=True)
    console.print()


def _title(entry: Entry) -> str:
    change = f"{entry.from_version or 'nothing'} -> {entry.to_version or '-'}"
    ends = entry.decision.replace("_", " ") if entry.decision else ("open" if entry.ended_at is None else "")
    about = f"{entry.kind} {entry.prompt_id or ''} {change} in {entry.environment or '-'}"
    return f"{entry.started_at:%Y-%m-%d %H:%M} {about}{': ' if ends else ''}{ends}"


def _lines(entry: Entry) -> list[tuple[str, str]]:
    lines = [
        ("why", f"{entry.why or '-'} ({entry.author})"),
        ("changed", ", ".join(entry.components_changed or ())),
        ("expected", "; ".join(map(_effect, entry.expected or ()))),
        ("observed", "; ".join(filter(None, [entry.outcome, *map(_observed, entry.observed or ())]))),
        ("decision", _decision(entry)),
        ("approved", f"by {entry.approved_by}" if entry.approved_by else ""),
        ("release", entry.release_id or ""),
    ]
    return [(name, value) for name, value in lines if value]


def _decision(entry: Entry) -> str:
    if entry.decided_by is None:
        return ""
    return f"by {entry.decided_by}: {entry.reason or '-'}"


def _effect(line: Any) -> str:
    """`schema_ok flat`, `score up 0.3`, with the intent when it is for one only; as it is when it has another form."""
    if not isinstance(line, Mapping) or "metric" not in line:
        return str(line)
    by = line.get("by")
    words = [
        line["metric"],
        line.get("direction", ""),
        f"{by:g}" if isinstance(by, int | float) else "",
        line.get("unit"),
    ]
    said = " ".join(str(word) for word in words if word)
    for name in ("intent", "outcome"):
        said += f" ({line[name]})" if line.get(name) else ""
    return said


def _observed(line: Any) -> str:
    """`schema_ok flat: +0.001 (-0.004 to +0.006), did not move, as expected`."""
    said = _effect({name: line[name] for name in line if name != "outcome"} if isinstance(line, Mapping) else line)
    if not isinstance(line, Mapping) or "outcome" not in line:
        return said
    found = [line["outcome"]]
    if isinstance(line.get("value"), int | float):
        found.insert(0, f"{line['value']:+.3g} ({line['low']:+.3g} to {line['high']:+.3g})")
    if line.get("came_true") is not None:
        found.append("as expected" if line["came_true"] else "not as expected")
    elif line.get("reason"):
        found.append(line["reason"])
    return f"{said}: {', '.join(found)}"


def shortened(text: str) -> str:
    """Whole behavior hashes as the short ids that `rollback --from` takes too."""
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"bv_\1", text)
