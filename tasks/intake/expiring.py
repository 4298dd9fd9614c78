"""Retention: each environment keeps traces, and what was said in them, only as long as its rules say."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from registry.runtime.storage import shipped as shipped_to
from tasks.ledger import event, retention, shipped
from tasks.ledger.retention import Gone
from tasks.ledger.store import Transaction
from tasks.release.workspace import Workspace

EXPIRED = "promptship.trace.expired"
KEPT = timedelta(days=1)
"""Segments that were taken in: for a ledger that has to be put back from yesterday's backup."""


@dataclass(frozen=True, slots=True)
class Expired:
    """What an environment no longer has. `gone` is None when the day's turn was taken before."""

    environment: str
    trace_before: datetime
    payload_before: datetime
    gone: Gone | None


def expire(workspace: Workspace, *, again: bool = False) -> list[Expired]:
    """Every environment of the rules, once a day (UTC), or `again`; and the files that segments came in.

    Raises LedgerLocked, ConnectionError.
    """
    now = workspace.now()
    names = sorted(workspace.catalog.environments)
    found = [_expire(workspace, name, now, again) for name in names]
    if any(one.gone is not None for one in found):
        workspace.store.tidy(now)
    retention.clear_done(workspace.roots.spool, now - KEPT)
    objects = shipped_to(workspace.roots)
    if objects is not None:
        shipped.clear(objects, now - KEPT)
    return found


def _expire(workspace: Workspace, environment: str, now: datetime, again: bool) -> Expired:
    rule = workspace.catalog.environments.environment(environment).retention
    turn = f"expired:{environment}:{now:%Y-%m-%d}"
    trace_before, payload_before = now - rule.trace, now - rule.payload

    def transaction(tx: Transaction) -> Gone | None:
        if event.exists(tx, turn) and not again:
            return None
        gone = retention.expire(tx, environment, trace_before=trace_before, payload_before=payload_before)
        told = {"trace_before": trace_before.isoformat(), "payload_before": payload_before.isoformat(), **asdict(gone)}
        about, id_ = {"environment": environment}, None if again else turn
        if gone or not again:
            event.append(tx, kind=EXPIRED, actor=workspace.actor, subjects=about, payload=told, at=now, event_id=id_)
        return gone

    done = None if not again and event.exists(workspace.store, turn) else workspace.store.tx(transaction)
    return Expired(environment, trace_before, payload_before, done)
