"""Claims: who may carry on a release or watch a canary, with an epoch that fences off whoever had it before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from registry.errors import ClaimTaken

from .records import insert, select
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Claim:
    """`key` is `release:<environment>/<prompt>` or `watch:<environment>/<prompt>`; `epoch` grows with each taking."""

    key: str
    owner: str
    epoch: int
    expires_at: datetime


def take(tx: Transaction, key: str, owner: str, now: datetime, ttl: timedelta, alive: Callable[[str], bool]) -> Claim:
    """Take the claim, from a dead or expired owner too, or again for oneself: the epoch grows each time.

    `alive` says of another owner's name whether it still runs. Raises ClaimTaken while a living owner holds it.
    """
    before = get(tx, key)
    if before is None:
        claim = Claim(key, owner, 1, now + ttl)
        insert(tx, "claim", [claim])
        return claim
    if before.owner != owner and before.expires_at > now and alive(before.owner):
        raise _taken(before)
    return _write(tx, Claim(key, owner, before.epoch + 1, now + ttl))


def renew(tx: Transaction, claim: Claim, now: datetime, ttl: timedelta) -> Claim:
    """Hold it longer. Raises ClaimTaken when somebody else took it meanwhile, even when it expired before."""
    check(tx, claim)
    return _write(tx, replace(claim, expires_at=now + ttl))


def check(reader: Reader, claim: Claim) -> None:
    """Raise ClaimTaken unless this epoch is the newest: to be asked in the transaction that writes."""
    newest = get(reader, claim.key)
    if newest is None or newest.epoch != claim.epoch:
        raise _taken(newest or claim)


def release(tx: Transaction, claim: Claim, now: datetime) -> None:
    """Let it go; nothing happens when somebody else took it meanwhile. The row stays, so that epochs keep growing."""
    newest = get(tx, claim.key)
    if newest is not None and newest.epoch == claim.epoch:
        _write(tx, replace(claim, expires_at=now))


def get(reader: Reader, key: str) -> Claim | None:
    """Who holds the claim, or held it last."""
    found = select(reader, Claim, "claim", "WHERE key = ?", [key])
    return found[0] if found else None


def _write(tx: Transaction, claim: Claim) -> Claim:
    tx.execute(
        "UPDATE claim SET owner = $owner, epoch = $epoch, expires_at = $expires_at WHERE key = $key",
        {"owner": claim.owner, "epoch": claim.epoch, "expires_at": claim.expires_at, "key": claim.key},
    )
    return claim


def _taken(holder: Claim) -> ClaimTaken:
    return ClaimTaken(
        f"{holder.key} is held by {holder.owner} until {holder.expires_at:%Y-%m-%d %H:%M:%S} UTC",
        expected="one that nobody else carries on",
        fix="Let that process end, or wait until its claim expires",
    )
