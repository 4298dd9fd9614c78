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
    """How often an author's expectations came true, counted by expected line of releases that were observed."""

    author: str
    came_true: int
    did_not: int
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


class Replaced(NamedTuple):
    """A version that served all traffic until another one did."""

    prompt_id: str
    from_version: str
    to_version: str
    released_at: datetime


def replaced(reader: Reader, environment: str, since: datetime) -> list[Replaced]:
    """By releases and pins from then on, the oldest first."""
    sql = (
        "SELECT prompt_id, from_version, to_version, released_at FROM changelog WHERE kind IN ('release', 'pin')"
        " AND environment = ? AND released_at >= ? AND from_version IS NOT NULL ORDER BY released_at, prompt_id"
    )
    return [Replaced(**row) for row in reader.rows(sql, [environment, since])]


def hits(reader: Reader) -> list[Hits]:
    """By author; `observed` has one line for each expected one, and says of each whether it came true."""
    sql = (
        "SELECT author, count(*) FILTER (WHERE said = 'true') AS came_true,"
        " count(*) FILTER (WHERE said = 'false') AS did_not, count(*) FILTER (WHERE said IS NULL) AS cannot_tell FROM ("
        "SELECT author, json_extract_string(line, '$.came_true') AS said FROM ("
        "SELECT author, unnest(json_extract(observed, '$[*]')) AS line FROM changelog"
        " WHERE kind = 'release' AND observed IS NOT NULL)) GROUP BY author ORDER BY author"
    )
    return [Hits(**row) for row in reader.rows(sql)]


class Promoted(NamedTuple):
    """A release that went live, and the longest time after which its outcome was observed (None: not yet)."""

    release_id: str
    released_at: datetime
    observed_hours: float | None


def promoted(reader: Reader, until: datetime) -> list[Promoted]:
    """Releases that were live at some moment up to then, the oldest first."""
    sql = (
        "SELECT c.release_id, c.released_at, o.hours AS observed_hours FROM changelog c LEFT JOIN ("
        "SELECT release_id, max(CAST(json_extract_string(evidence, '$.hours') AS DOUBLE)) AS hours"
        " FROM stage_result WHERE stage = 'observe' GROUP BY release_id) o ON o.release_id = c.release_id"
        " WHERE c.kind = 'release' AND c.released_at <= ? ORDER BY c.released_at, c.release_id"
    )
    return [Promoted(**row) for row in reader.rows(sql, [until])]
