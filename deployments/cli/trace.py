"""`promptship trace`: ingest, ship, import, stats, expire, forget."""

from __future__ import annotations

import getpass
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from deployments.cli import trace_drift
from deployments.cli.durations import back, since_option
from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.verbs import Verbs
from registry.errors import SettingsError

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


@click.group("trace", cls=Verbs)
def command() -> None:
    """What applications asked and got."""


command.add_command(trace_drift.drift)


@command.command("ingest")
@as_json
def ingest(json_: bool) -> None:
    """Take what applications wrote into the ledger, exactly once, with what the outbox still holds.

    With PROMPTSHIP_SPOOL also what other machines shipped. Exit code 3 when that storage is out of reach.
    """
    from tasks.intake.taking_in import take_in
    from tasks.release.workspace import Workspace

    workspace = Workspace.here("cli")
    taken = take_in(workspace)
    if json_:
        document("ingested", **asdict(taken))
    else:
        click.echo(taken.sentence)
        for name in taken.rejected:
            click.echo(f"{workspace.roots.spool / 'rejected' / name} says why")
    if taken.unreachable:
        raise click.exceptions.Exit(3)


@command.command("ship")
@click.option("--every", type=click.FloatRange(min=1), help="Go on, with so many seconds between.")
@as_json
def ship(every: float | None, json_: bool) -> None:
    """Upload sealed spool segments of this machine to PROMPTSHIP_SPOOL, and remove them here once they are there."""
    from registry.roots import Roots
    from registry.runtime.shipping import ship as upload
    from registry.runtime.storage import shipped

    roots = Roots.find()
    objects = shipped(roots)
    if objects is None:
        raise SettingsError(
            "PROMPTSHIP_SPOOL is not set",
            expected="where sealed segments go: s3://bucket/prefix",
            fix="Set it; a pipeline on this machine needs no shipping: promptship trace ingest",
        )
    while True:
        try:
            done = upload(roots.spool, objects)
        except ConnectionError as error:
            if every is None:
                raise
            click.echo(f"{error}: tried again in {every:g} s", err=True)
        else:
            told = f"{len(done.segments)} segments, {done.size} bytes to {objects}"
            content = {"segments": done.segments, "bytes": done.size, "to": str(objects)}
            document("shipped", **content) if json_ else click.echo(told)
        if every is None:
            return
        time.sleep(every)


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--environment", "-e", default=None, help="Whose spans these are; by default as they say.")
@as_json
def import_(file: Path, environment: str | None, json_: bool) -> None:
    """Traces of other tools, from a file of OTLP JSON lines; each span comes once, however often it is imported.

    Read are the names of OpenTelemetry's GenAI conventions, OpenInference, Langfuse, Traceloop and LiteLLM. A span
    counts when it is a model call and names a prompt and a version that the registry has; tool calls and retrievals of
    its trace go with it.
    """
    from tasks.intake.importing import import_file
    from tasks.release.workspace import Workspace

    found = import_file(Workspace.here("cli"), file, environment)
    if json_:
        document("imported", **asdict(found))
        return
    beside = f", with {found.beside} tool calls and retrievals" if found.beside else ""
    click.echo(f"{found.traces} traces of {found.lines} lines; {found.known} were there already{beside}")
    for reason, count in sorted(found.skipped.items()):
        click.echo(f"{count} spans left out: {reason}")
    if found.quarantine:
        click.echo(f"{found.rejected} could not be read: {found.quarantine} says why")


@command.command("expire")
@as_json
def expire(json_: bool) -> None:
    """Delete now what is past the retention of its environment; the ingest flow does it once a day.

    `retention: {trace: 90d, payload: 30d}` in environments.yaml: whole traces, and what was said in them. With a
    payload of 0d nothing that was said is kept.
    """
    from tasks.intake.expiring import expire as expire_all
    from tasks.release.workspace import Workspace

    found = expire_all(Workspace.here(getpass.getuser()), again=True)
    if json_:
        document("expired", environments=[asdict(one) for one in found])
        return
    for one in found:
        gone = one.gone
        if gone:
            told = f"{gone.traces} traces, {gone.feedbacks} feedbacks and {gone.assignments} assignments deleted"
            click.echo(f"{one.environment}: {told}; {gone.payloads} traces lost their texts")
        else:
            click.echo(f"{one.environment}: nothing is past its retention")


@command.command("forget")
@click.option("--unit", required=True, help="The user or session, as the application names it.")
@environment_option()
@click.option("--by", required=True, help="Your name: the ledger keeps it.")
@click.option("--reason", required=True, help="Why: the ledger keeps it.")
@as_json
def forget(unit: str, environment: str, by: str, reason: str, json_: bool) -> None:
    """Delete all traces, feedback and assignments of one unit, also from the files that they came in.

    The unit is hashed with PROMPTSHIP_UNIT_KEY, or the home's unit.key: the key under which it was stored.
    """
    from tasks.intake.forgetting import forget as forget_unit
    from tasks.release.workspace import Workspace

    found = forget_unit(Workspace.here(by), unit, environment, by=by, reason=reason)
    if json_:
        document("forgotten", environment=environment, **asdict(found))
        return
    gone = found.gone
    click.echo(
        f"{gone.traces} traces, {gone.feedbacks} feedbacks and {gone.assignments} assignments deleted in {environment},"
        f" {found.files} files of the spool"
    )


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
    store = Store.of(roots)
    rows = store.rows(_STATS, asked) if store.exists() else []
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
