"""The state home: ledger, routes, readers, spool, outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from registry.errors import PromptshipError
from registry.roots import Roots
from registry.runtime.publishing import Reader
from registry.runtime.routes import RouteTable
from registry.runtime.segment import sealed, size_of
from registry.runtime.storage import publisher

from .finding import Finding

SILENT = timedelta(seconds=30)
OLD = timedelta(minutes=10)
"""A segment or an intent that waits for longer is waited for by nobody."""
_WAIT_S = 2.0
_MOVE = "Run `promptship backup FILE`, then `promptship restore FILE --replace`: nothing else reads them"


def ledger(roots: Roots) -> Finding:
    """Whether it opens, and with which schema; it is not changed by looking."""
    from tasks.ledger.migration import migrations
    from tasks.ledger.store import Store

    newest = migrations()[-1].version
    try:
        store = Store.of(roots, _WAIT_S)
        if not store.exists():
            return Finding("ledger", "ok", f"{store.name} (not there yet)")
        version = store.schema_version()
    except PromptshipError as error:
        return Finding("ledger", "problem", f"{error.code}: {error.found}", error.fix)
    if version > newest:
        return Finding(
            "ledger", "problem", f"schema version {version}, this promptship knows {newest}", "Update promptship"
        )
    behind = "" if version == newest else f", the next write brings it to {newest}"
    return Finding("ledger", "ok", f"{store.name}, schema version {version}{behind}")


def routes(roots: Roots, now: datetime) -> Iterator[Finding]:
    """Of each environment with a table: its generation, its canaries' leases, its readers."""
    try:
        published = publisher(roots)
        names = published.environments()
    except (PromptshipError, ConnectionError) as error:
        yield Finding("routes", "problem", str(error), "See that this machine reaches its storage")
        return
    if roots.routes_url is None and any(roots.routes.glob("*.json")):
        yield Finding("routes", "problem", f"{roots.routes} has routes of an earlier layout", _MOVE)
    for name in names:
        try:
            table = published.read_table(name)
        except PromptshipError as error:
            yield Finding(f"routes {name}", "problem", error.found, error.fix)
            continue
        yield Finding(f"routes {name}", "ok", f"generation {table.generation}, {len(table.prompts)} prompts")
        yield from leases(table, now)
        yield from (reader(name, one, table.generation, now) for one in published.readers(name))


def leases(table: RouteTable, now: datetime) -> Iterator[Finding]:
    """Pure: a canary whose lease is over takes no traffic, and nobody decides about it."""
    for prompt, route in table.prompts.items():
        canary = route.canary
        if canary is None:
            continue
        about = f"canary {prompt}"
        left = (canary.lease_expires_at - now).total_seconds()
        if left > 0:
            yield Finding(about, "ok", f"{canary.version} at {canary.share_bps / 100:g} %, lease {left:.0f} s")
        else:
            found = f"the lease of {canary.version} is over since {-left:.0f} s: nobody watches it, it takes no traffic"
            yield Finding(about, "problem", found, f"Run `promptship release resume {canary.release}`, or abort it")


def reader(environment: str, one: Reader, generation: int, now: datetime) -> Finding:
    """Pure: an application's process, as it last said."""
    about, age = f"reader {one.name}", now - one.at
    found = f"{environment}, generation {one.generation} of {generation}, seen {age.total_seconds():.0f} s ago"
    if one.dropped:
        fix = "Give the spool's disk room, and run `promptship trace ingest`"
        return Finding(about, "problem", f"{found}, dropped {one.dropped} spool lines", fix)
    if age > SILENT:
        return Finding(about, "note", f"{found}: it has ended, or hangs")
    return Finding(about, "ok", found)


def spool(roots: Roots, now: datetime) -> Finding:
    """Sealed segments that nobody took in."""
    waiting = sealed(roots.spool)
    found = f"{len(waiting)} segments wait, {size_of(roots.spool)} bytes in all"
    ages = [now - sealed_at for path in waiting if (sealed_at := _written_at(path))]
    if max(ages, default=timedelta()) <= OLD:
        return Finding("spool backlog", "ok", found)
    found += f", the oldest for {max(ages).total_seconds() / 60:.0f} minutes"
    return Finding("spool backlog", "problem", found, "Run `promptship trace ingest`")


def _written_at(path: Path) -> datetime | None:
    """None for a segment that was taken in since the folder was listed."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def outbox(roots: Roots, now: datetime) -> Finding:
    """Changes of routes that the ledger does not say yet."""
    from tasks.ledger.outbox import pending

    try:
        waiting = pending(roots.outbox)
    except PromptshipError as error:
        return Finding("outbox backlog", "problem", error.found, error.fix)
    found = f"{len(waiting)} changes of routes wait for the ledger"
    if not any(now - one.table.written_at > OLD for one in waiting):
        return Finding("outbox backlog", "ok", found)
    return Finding("outbox backlog", "problem", found, "Run `promptship trace ingest`, which writes them too")
