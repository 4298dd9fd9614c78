"""Events: every step and every person, each written once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.behavior import sha

from .records import insert, select, to_json
from .store import Reader, Transaction

SUBJECTS = ("environment", "prompt_id", "release_id", "behavior")


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is `promptship.<noun>.<what happened>`; the subjects are None where it is about none."""

    event_id: str
    at: datetime
    kind: str
    actor: str
    environment: str | None
    prompt_id: str | None
    release_id: str | None
    behavior: str | None
    payload: Mapping[str, Any]

    @property
    def subjects(self) -> dict[str, str]:
        """What it is about, without what it is not about."""
        given = {name: getattr(self, name) for name in SUBJECTS}
        return {name: value for name, value in given.items() if value is not None}


def event(
    *,
    kind: str,
    actor: str,
    subjects: Mapping[str, str],
    payload: Mapping[str, Any],
    at: datetime,
    event_id: str | None = None,
) -> Event:
    """An event as a value. Without an id it is named by its content. Raises ValueError for other subjects."""
    unknown = sorted(set(subjects) - set(SUBJECTS))
    if unknown:
        raise ValueError(f"subjects of an event are {', '.join(SUBJECTS)}, found {unknown!r}; the rest is payload")
    content = [kind, actor, dict(subjects), to_json(payload), at.isoformat()]
    about = {name: subjects.get(name) for name in SUBJECTS}
    return Event(event_id or f"ev_{sha(content)[:32]}", at, kind, actor, payload=payload, **about)


def append(
    tx: Transaction,
    *,
    kind: str,
    actor: str,
    subjects: Mapping[str, str],
    payload: Mapping[str, Any],
    at: datetime,
    event_id: str | None = None,
) -> bool:
    """Write an event unless its id is there already; returns whether it was written."""
    return add(tx, event(kind=kind, actor=actor, subjects=subjects, payload=payload, at=at, event_id=event_id))


def add(tx: Transaction, row: Event) -> bool:
    """Write an event unless its id is there already; returns whether it was written."""
    if exists(tx, row.event_id):
        return False
    insert(tx, "event", [row])
    return True


def exists(reader: Reader, event_id: str) -> bool:
    return bool(reader.rows("SELECT 1 AS found FROM event WHERE event_id = ?", [event_id]))


def of_release(reader: Reader, release_id: str) -> list[Event]:
    """All events of a release in order of time."""
    return select(reader, Event, "event", 'WHERE release_id = ? ORDER BY "at", event_id', [release_id])


def since(reader: Reader, at: datetime) -> list[Event]:
    """All events from then on, oldest first."""
    return select(reader, Event, "event", 'WHERE "at" >= ? ORDER BY "at", event_id', [at])


def of_prompt(
    reader: Reader, environment: str, prompt_id: str, *, kinds: tuple[str, ...], since: datetime
) -> list[Event]:
    """Events of some kinds about one prompt, oldest first: who rolled it back in the last 24 hours?"""
    where = (
        "WHERE environment = $environment AND prompt_id = $prompt_id AND list_contains($kinds, kind)"
        ' AND "at" >= $since ORDER BY "at", event_id'
    )
    given = {"environment": environment, "prompt_id": prompt_id, "kinds": list(kinds), "since": since}
    return select(reader, Event, "event", where, given)
