"""`promptship release observe`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, table

if TYPE_CHECKING:
    from tasks.outcome.keeping import Kept
    from tasks.outcome.observed import Observed

_COLUMNS = ("expected", "outcome", "came true", "change", "95 % interval", "old", "units", "compared", "why")


@click.command("observe")
@click.argument("release_id", required=False)
@as_json
def command(release_id: str | None, json_: bool) -> None:
    """Hold what change notes expect against what happened, 24 hours and 7 days after a release went live.

    Writes what is due to the changelog. With RELEASE_ID it shows what can be said of that release so far, and writes
    nothing.
    """
    from tasks.outcome.keeping import due, keep
    from tasks.release.workspace import Workspace

    here = Workspace.here("cli")
    found = [_so_far(here, release_id)] if release_id else [keep(here, one) for one in due(here, here.now())]
    if json_:
        document("outcomes", written=release_id is None, outcomes=[one.dump() for one in found])
        return
    for one in found:
        _print(one)
    if not found:
        click.echo("no outcome is due")


def _so_far(here: Any, release_id: str) -> Kept:
    from tasks.outcome.keeping import look_back
    from tasks.outcome.observing import went_live

    passed = here.now() - went_live(here.store, release_id)
    return look_back(here, release_id, passed / timedelta(hours=1))


def _print(found: Kept) -> None:
    click.secho(f"{found.release_id}: {found.outcome}", bold=True)
    if found.lines:
        table(_COLUMNS, [_row(line) for line in found.lines])
    click.echo(f"{found.sentence}\n")


def _row(line: Observed) -> dict[str, Any]:
    by = f" {line.by:g}" if line.by is not None else ""
    intent = f" ({line.intent})" if line.intent else ""
    interval = f"{line.low:+.3g} to {line.high:+.3g}" if line.low is not None and line.high is not None else None
    return {
        "expected": f"{line.metric} {line.direction}{by}{intent}",
        "outcome": str(line.outcome),
        "came true": {True: "yes", False: "no", None: None}[line.came_true],
        "change": f"{line.value:+.3g}" if line.value is not None else None,
        "95 % interval": interval,
        "old": line.old,
        "units": f"{line.n_new} new, {line.n_old} old" if line.n_new else None,
        "compared": line.basis,
        "why": line.reason,
    }
