"""Releases: one row an attempt, opened once, rebased at most by its own flow, ended once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.errors import UnknownRelease

from .records import insert as insert_rows
from .records import select
from .store import Reader, Transaction


@dataclass(frozen=True, slots=True)
class Release:
    """One attempt. `components` is the candidate's sha by component; the last four are None while it is open."""

    release_id: str
    environment: str
    prompt_id: str
    from_version: str | None
    from_behavior: str | None
    to_version: str
    to_behavior: str
    anchor_behavior: str | None
    risk: str
    author: str
    attempt: int
    started_by: str
    started_at: datetime
    components: Mapping[str, Any]
    policy: Mapping[str, Any]
    change_note: Mapping[str, Any]
    kind: str = "release"
    ended_at: datetime | None = None
    decision: str | None = None
    decided_by: str | None = None
    reason: str | None = None


def insert(tx: Transaction, row: Release) -> None:
    insert_rows(tx, "release", [row])


def rebase(tx: Transaction, release_id: str, *, version: str, behavior: str) -> None:
    """Compare with another baseline from here on."""
    tx.execute(
        "UPDATE release SET from_version = $version, from_behavior = $behavior WHERE release_id = $release_id",
        {"version": version, "behavior": behavior, "release_id": release_id},
    )


def end(tx: Transaction, release_id: str, *, decision: str, decided_by: str, reason: str, at: datetime) -> bool:
    """Write the decision. A release that ended keeps its first one; returns whether this call ended it."""
    before = get(tx, release_id)
    if before.ended_at is not None:
        return False
    tx.execute(
        "UPDATE release SET ended_at = $ended, decision = $decision, decided_by = $by, reason = $reason"
        " WHERE release_id = $release_id AND ended_at IS NULL",
        {"ended": at, "decision": str(decision), "by": decided_by, "reason": reason, "release_id": release_id},
    )
    return True


def get(reader: Reader, release_id: str) -> Release:
    """The release. Raises UnknownRelease."""
    found = select(reader, Release, "release", "WHERE release_id = ?", [release_id])
    if not found:
        raise UnknownRelease(
            f"there is no release {release_id!r}",
            expected="the id of a release in this ledger, `rel_` and a UUID",
            fix="List them with `promptship release list`",
        )
    return found[0]


def open_of(reader: Reader, environment: str, prompt_id: str) -> Release | None:
    """The attempt that is not decided yet."""
    found = select(
        reader,
        Release,
        "release",
        "WHERE environment = ? AND prompt_id = ? AND ended_at IS NULL ORDER BY started_at LIMIT 1",
        [environment, prompt_id],
    )
    return found[0] if found else None


def open_in(reader: Reader, environment: str) -> list[Release]:
    """Every attempt of an environment that is not decided yet, the oldest first."""
    where = "WHERE environment = ? AND ended_at IS NULL ORDER BY started_at, release_id"
    return select(reader, Release, "release", where, [environment])


def attempts(reader: Reader, environment: str, prompt_id: str, behavior: str) -> list[Release]:
    """All attempts of one candidate, oldest first."""
    where = "WHERE environment = ? AND prompt_id = ? AND to_behavior = ? ORDER BY started_at, release_id"
    return select(reader, Release, "release", where, [environment, prompt_id, behavior])


def recent(
    reader: Reader, *, environment: str | None = None, prompt_id: str | None = None, limit: int = 50
) -> list[Release]:
    """The newest attempts, newest first."""
    where = (
        "WHERE ($environment IS NULL OR environment = $environment) AND ($prompt_id IS NULL OR prompt_id = $prompt_id)"
        " ORDER BY started_at DESC, release_id DESC LIMIT $limit"
    )
    return select(
        reader, Release, "release", where, {"environment": environment, "prompt_id": prompt_id, "limit": limit}
    )
