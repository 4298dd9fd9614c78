"""The changelog: one line a change, read from the ledger or from the public snapshot alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from .records import select
from .store import Reader


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `released_at` None: it never served all traffic; `how_to_reverse` None: nothing can be undone."""

    kind: str
    started_at: datetime
    released_at: datetime | None
    ended_at: datetime | None
    environment: str | None
    prompt_id: str | None
    from_version: str | None
    to_version: str | None
    from_behavior: str | None
    to_behavior: str | None
    components_changed: tuple[str, ...] | None
    author: str
    why: str | None
    expected: list[Any] | None
    observed: list[Any] | None
    outcome: str | None
    decision: str | None
    decided_by: str | None
    approved_by: str | None
    reason: str | None
    release_id: str | None
    how_to_reverse: str | None


class Hits(NamedTuple):
    """How often an author's expectations came true, counted by expected line."""

    author: str
    moved: int
    did_not_move: int
    cannot_tell: int


def entries(
    reader: Reader,
    *,
    since: datetime | None = None,
    environment: str | None = None,
    prompt_id: str | None = None,
    author: str | None = None,
    limit: int = 1000,
) -> list[Entry]:
    """The newest changes, newest first; `since` keeps what began, was released or ended from then on."""
    where = (
        "WHERE ($since::TIMESTAMPTZ IS NULL OR greatest(started_at, released_at, ended_at) >= $since)"
        " AND ($environment IS NULL OR environment = $environment) AND ($prompt_id IS NULL OR prompt_id = $prompt_id)"
        " AND ($author IS NULL OR author = $author) ORDER BY started_at DESC, release_id DESC LIMIT $limit"
    )
    given = {"since": since, "environment": environment, "prompt_id": prompt_id, "author": author, "limit": limit}
    return select(reader, Entry, "changelog", where, given)


def of_release(reader: Reader, release_id: str) -> list[Entry]:
    """The release's own line first, then rollbacks of it."""
    where = "WHERE release_id = ? ORDER BY kind <> 'release', started_at"
    return select(reader, Entry, "changelog", where, [release_id])


def hits(reader: Reader) -> list[Hits]:
    """By author, over all expected lines that were observed (`observed` lists one `outcome` each)."""
    sql = (
        "SELECT author, count_if(said = 'moved') AS moved, count_if(said = 'did not move') AS did_not_move,"
        " count_if(said = 'cannot tell') AS cannot_tell FROM ("
        "SELECT author, unnest(json_extract_string(observed, '$[*].outcome')) AS said FROM changelog"
        " WHERE kind = 'release' AND observed IS NOT NULL) GROUP BY author ORDER BY author"
    )
    return [Hits(**row) for row in reader.rows(sql)]
