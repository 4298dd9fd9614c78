"""`promptship trace`: ingest, stats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from deployments.cli.durations import back, since_option
from deployments.cli.output import as_json, document, table

_COLUMNS = ("version", "in", "arm", "requests", "units", "schema_ok", "refusal", "error", "ms", "usd")
_STATS = """
SELECT environment, prompt_id AS prompt, version, arm, count(*) AS requests, count(DISTINCT unit) AS units,
    avg(schema_ok::DOUBLE) AS schema_ok, avg(refusal::DOUBLE) AS refusal, avg((error IS NOT NULL)::DOUBLE) AS error,
    avg(fallback::DOUBLE) AS fallback, avg(latency_ms) AS latency_ms, avg(output_tokens) AS output_tokens,
    sum(cost_usd) AS cost_usd, count(cost_usd) AS priced, min(ts) AS first_at, max(ts) AS last_at
FROM trace
WHERE $since::TIMESTAMPTZ IS NULL OR ts >= $since
GROUP BY environment, prompt_id, version, arm
ORDER BY environment, prompt_id, version, arm
"""


@click.group("trace")
def command() -> None:
    """What applications asked and got."""


@command.command("ingest")
@as_json
def ingest(json_: bool) -> None:
    """Take what applications wrote into the ledger, exactly once, with what the outbox still holds."""
    from registry.runtime.segment import recover, sealed
    from tasks.ledger import ingest
    from tasks.release.traffic import settle
    from tasks.release.workspace import Workspace

    workspace = Workspace.here("cli")
    spool = workspace.roots.spool
    recovered = recover(spool)
    taken = ingest.take_in(workspace.store, sealed(spool), workspace.now())
    settle(workspace)
    workspace.store.publish(workspace.roots.public)
    bad = {path.name: len(lines) for path, lines in taken.rejected.items() if lines}
    if json_:
        segments = [segment.segment for segment in taken.segments]
        document(
            "ingested",
            segments=segments,
            lines=taken.lines,
            traces=taken.traces,
            recovered=len(recovered),
            rejected=bad,
        )
        return
    click.echo(f"{taken.lines} lines of {len(taken.segments)} segments, {taken.traces} of them traces")
    for name, count in bad.items():
        click.echo(f"{count} lines of {name} could not be read: {spool / 'rejected' / name} says why")


@command.command("stats")
@since_option("24h")
@as_json
def stats(since: Any, json_: bool) -> None:
    """By environment, prompt, version and arm: how many requests and units, and how they went.

    Shares are of the requests that have the value; a cost that is unknown is in no sum.
    """
    from registry.roots import Roots
    from registry.runtime.segment import sealed
    from tasks.ledger.store import Store
    from tasks.release.workspace import wall_clock

    roots = Roots.find()
    asked = {"since": back(wall_clock(), since)}
    rows = Store.open(roots.ledger).rows(_STATS, asked) if roots.ledger.exists() else []
    waiting = len(sealed(roots.spool))
    if json_:
        document("trace_stats", since=asked["since"], rows=rows, segments_waiting=waiting)
        return
    if rows:
        table(_COLUMNS, [_short(row) for row in rows])
    else:
        click.echo("no traces")
    if waiting:
        click.echo(f"{waiting} segments wait in the spool: promptship trace ingest")


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    """What fits on a screen."""
    own = {"version": f"{row['prompt']}@{row['version']}", "in": row["environment"]}
    return {**row, **own, "ms": row["latency_ms"], "usd": row["cost_usd"]}
